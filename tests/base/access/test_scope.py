"""Scope: three translations that agree, closed by default, empty sees nothing."""

from __future__ import annotations

from itertools import product

import ibis
import pytest

from workrelief.base.access.scope import Scope, ScopedQuerySet, ScopeMissing
from workrelief.base.accounts.models import Unit
from workrelief.base.files.models import StoredFile
from workrelief.base.jobs.models import Job
from workrelief.kernel import clock
from workrelief.kernel.kinds import Sector

PLACES = (
    "370000000000",
    "371300000000",
    "371325000000",
    "371325100000",
    "371325100200",
    "371422000000",
    "371400000000",
)
SECTORS = ("transport", "water", "")
PROJECTS = (1, 2, None)
ROWS = list(product(PLACES, SECTORS, PROJECTS))

SCOPES = [
    Scope(divisions, sectors, projects)
    for divisions, sectors, projects in product(
        [(), ("37",), ("3713",), ("371325",), ("371325100",), ("371325100200",), ("3713", "371422")],
        [None, frozenset(), frozenset({"transport"}), frozenset({"transport", "water"})],
        [None, frozenset(), frozenset({1}), frozenset({1, 2})],
    )
]


def seen(scope: Scope) -> set[tuple[str, str, int | None]]:
    """What `covers` says of each row."""
    return {(place, s, p) for place, s, p in ROWS if scope.covers(place, sector=s, project=p)}


def code_of(sector: str) -> int:
    """The ledger stores the small code of a sector; 0 stands for none here."""
    return Sector(sector).code if sector else 0


@pytest.fixture
def stored(db: None) -> None:
    StoredFile.rows.bulk_create(
        StoredFile(
            digest="0" * 64, size=1, name="x", media_type="text/csv", division_code=place, sector=s, project_id=p,
            uploaded_by_name="x", at=clock.now(),
        )
        for place, s, p in ROWS
    )  # fmt: skip


def test_covers_and_the_database_condition_agree_on_every_row(stored: None) -> None:
    for scope in SCOPES:
        rows = StoredFile.objects.within(scope).values_list("division_code", "sector", "project_id")
        assert set(rows) == seen(scope), scope


def test_covers_and_the_ledger_condition_agree_on_every_row() -> None:
    facts = [{"division_code": int(place), "sector": code_of(s), "project_id": p or 0} for place, s, p in ROWS]
    table = ibis.memtable(facts)
    connection = ibis.duckdb.connect()
    for scope in SCOPES:
        found = connection.execute(table.filter(scope.where(table)))
        expected = {(int(place), code_of(s), p or 0) for place, s, p in seen(scope)}
        assert set(found.itertuples(index=False, name=None)) == expected, scope


def test_an_empty_scope_sees_nothing_by_any_way(stored: None) -> None:
    for scope in (
        Scope.nothing(),
        Scope(("37",), sectors=frozenset()),
        Scope(("37",), projects=frozenset()),
    ):
        assert scope.is_empty
        assert not StoredFile.objects.within(scope).exists()
        assert not scope.covers("371325000000")


def test_a_prefix_covers_itself_and_what_lies_under_it_and_not_its_neighbours() -> None:
    county = Scope(("371325",))
    assert county.covers_division("371325000000")
    assert county.covers_division("371325100200")
    assert not county.covers_division("371326000000")
    assert not county.covers_division("371300000000")


@pytest.mark.parametrize(
    ("divisions", "prefix", "expected"),
    [
        (("37",), "3713", ("3713",)),
        (("371325",), "3713", ("371325",)),
        (("371325",), "371325", ("371325",)),
        (("3714",), "3713", ()),
        (("371325", "371422"), "3713", ("371325",)),
        ((), "37", ()),
    ],
)
def test_narrowing_never_widens(divisions: tuple[str, ...], prefix: str, expected: tuple[str, ...]) -> None:
    narrowed = Scope(divisions, frozenset({"water"})).narrowed(prefix)
    assert narrowed.divisions == expected
    assert narrowed.sectors == frozenset({"water"})


@pytest.mark.parametrize(
    ("divisions", "home"),
    [
        (("371325",), "371325000000"),
        (("371325", "371326"), "371300000000"),
        (("371325", "371422"), "370000000000"),
        (("37", "371422"), "370000000000"),
        ((), "000000000000"),
    ],
)
def test_home_is_the_narrowest_division_that_holds_all(divisions: tuple[str, ...], home: str) -> None:
    assert Scope(divisions).home == home


def test_a_table_without_sectors_shows_nothing_to_somebody_limited_to_sectors(db: None) -> None:
    Job.rows.create(kind="x", label="x", user_name="x", division_code="370000000000", created_at=clock.now())
    assert Job.objects.within(Scope(("37",))).count() == 1
    assert Job.objects.within(Scope(("37",), sectors=frozenset({"water"}))).count() == 0
    assert Job.objects.within(Scope(("37",), projects=frozenset({1}))).count() == 0


# ---------- closed by default

UNSAID = {
    "list": lambda rows: list(rows.all()),
    "get": lambda rows: rows.get(pk=1),
    "first": lambda rows: rows.first(),
    "count": lambda rows: rows.count(),
    "exists": lambda rows: rows.exists(),
    "aggregate": lambda rows: rows.aggregate(),
    "iterator": lambda rows: list(rows.iterator()),
    "values": lambda rows: list(rows.values_list("pk", flat=True)),
    "in_bulk": lambda rows: rows.in_bulk([1]),
    "slice": lambda rows: list(rows.all()[:1]),
    "update": lambda rows: rows.update(name="y"),
    "delete": lambda rows: rows.all().delete(),
    "truth": lambda rows: bool(rows.filter(pk=1)),
    "get_or_create": lambda rows: rows.get_or_create(name="x"),
    "annotate": lambda rows: list(rows.annotate().order_by("pk")),
    "joined on the right": lambda rows: list(rows.within(Scope(("3713",))) | rows.all()),
    "joined on the left": lambda rows: list(rows.all() | rows.within(Scope(("3713",)))),
    "union": lambda rows: list(rows.within(Scope(("3713",))).union(rows.all())),
}


@pytest.mark.parametrize("way", UNSAID)
def test_every_way_to_the_rows_is_closed_until_the_scope_is_said(stored: None, way: str) -> None:
    with pytest.raises(ScopeMissing):
        UNSAID[way](StoredFile.objects)


def test_the_word_is_kept_through_further_steps(stored: None) -> None:
    rows = StoredFile.objects.within(Scope(("371325",)))
    assert rows.filter(sector="water").exclude(project_id=2).order_by("pk").count() == 6
    either = rows | StoredFile.objects.within(Scope(("371422",)))
    assert {r.division_code[:6] for r in either} == {"371325", "371422"}


def test_going_without_a_scope_wants_a_reason(stored: None) -> None:
    assert StoredFile.objects.unscoped("an import must see duplicates").count() == len(ROWS)
    with pytest.raises(ScopeMissing):
        StoredFile.objects.unscoped("  ")


def test_foreign_keys_and_uniqueness_use_the_private_manager() -> None:
    for model in (StoredFile, Job):
        assert model._meta.default_manager_name == "rows"
        assert model._meta.base_manager_name == "rows"
        assert isinstance(model.objects.all(), ScopedQuerySet)


def test_a_plain_table_is_not_scoped(db: None) -> None:
    assert Unit.objects.count() == 0
