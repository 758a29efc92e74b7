"""Closed by default: tables with a division are scoped, and every public query asks for a scope first."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest
from django.apps import apps

import workrelief.outputs
import workrelief.work
from workrelief.base.access.scope import Scope, ScopedModel, ScopeMissing

EXEMPT_TABLES = {
    "accounts.Unit": "names of offices are public; who works there is not",
    "audit.AuditEntry": "read through audit.view only",
    "audit.AccessEntry": "read through audit.view only",
    "ledger.PayFact": "read through the engine, which applies Scope.where",
    "ledger.ProjectFact": "as above",
    "ledger.FundFact": "as above",
    "ledger.FundMoveFact": "as above",
    "ledger.TrainingFact": "as above",
}
EXEMPT_QUERIES = {
    "workrelief.outputs.bulletins.queries.template": "standing text without data",
    "workrelief.work.lifecycle.queries.archives.index_of": "draws from rows that were read in scope",
    "workrelief.work.lifecycle.queries.timeline.timeline_of": "draws from rows that were read in scope",
    "workrelief.work.lists.queries.entries.doubles_of": "a double elsewhere blocks all the same; says its name and years only",
    "workrelief.work.lists.queries.preview.closed_lists": "a closed list is closed for everybody; says nothing of its projects",
    "workrelief.work.lists.queries.preview.series": "one list's own editions, to number and compare them",
    "workrelief.work.lists.queries.preview.title": "words; reads nothing",
    "workrelief.work.projects.queries.facts.listing_of": "a stored row as facts; reads nothing",
    "workrelief.work.projects.queries.lists.fits_text": "a condition; reads nothing",
    "workrelief.work.projects.queries.lists.is_narrow": "a code; reads nothing",
    "workrelief.work.projects.queries.lists.listed_anywhere": "ids only, to narrow rows that are limited to the scope already",
    "workrelief.work.projects.queries.lists.named_anywhere": "ids only, to narrow rows that are limited to the scope already",
    "workrelief.work.projects.queries.lookups.names_in": "finds doubles in a county; only pairs in scope are shown",
    "workrelief.work.funds.queries.documents.addressed": "lines of one office, which the caller has checked",
    "workrelief.work.funds.queries.documents.balance_of": "balances a document the caller may act upon, to the fen",
    "workrelief.work.funds.queries.documents.placed_by": "sums below a line, whoever may see it: money balances as a whole",
    "workrelief.work.projects.queries.known.registered": "finds doubles in the whole province while registering; never shown",
    "workrelief.work.projects.queries.lookups.in_parts": "cuts a list into parts; reads nothing",
    "workrelief.work.projects.queries.lookups.prefix_of": "a code's prefix; reads nothing",
    "workrelief.work.training.queries.registered_numbers": "finds doubles while registering; never shown",
    "workrelief.work.workers.queries.everyone": "finds one and the same person across divisions; wants a reason",
}


def test_every_table_with_a_division_is_scoped():
    loose = {
        m._meta.label
        for m in apps.get_models()
        if m.__module__.startswith("workrelief")
        and any(f.name == "division_code" for f in m._meta.concrete_fields)
        and not issubclass(m, ScopedModel)
    }
    assert loose == set(EXEMPT_TABLES)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "model", [m for m in apps.get_models() if issubclass(m, ScopedModel)], ids=lambda m: m._meta.label
)
def test_a_scoped_table_refuses_a_query_without_scope_and_shows_nothing_to_an_empty_one(model):
    with pytest.raises(ScopeMissing):
        list(model.objects.all())
    with pytest.raises(ScopeMissing):
        model.objects.count()
    assert list(model.objects.within(Scope.nothing())) == []


def _query_modules():
    for package in (workrelief.work, workrelief.outputs):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            parts = module.name.split(".")
            if "queries" in parts:
                yield importlib.import_module(module.name)


def test_every_public_query_takes_a_scope_or_an_actor_first():
    wrong = []
    for module in _query_modules():
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if name.startswith("_") or function.__module__ != module.__name__:
                continue
            first = next(iter(inspect.signature(function).parameters), "")
            full = f"{module.__name__}.{name}"
            if first not in ("scope", "actor") and full not in EXEMPT_QUERIES:
                wrong.append(full)
    assert wrong == []
