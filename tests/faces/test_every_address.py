"""Nobody sees another city through any address: every page and every API route of the table is tried as a stranger.

Two counties of two cities hold the same kinds of things. A 德州 officer asks for each thing of 费县 by every address that
takes a number, and reads every address that takes none; nothing of 费县 may come back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.build import CountyData, a_county, pay_rows, workbook
from tests.conftest import FEIXIAN, NINGJIN, make_actor
from tests.faces.web.funds_world import a_funds_world
from workrelief.base.access.actor import Actor, system_actor
from workrelief.base.access.permissions import Role
from workrelief.base.accounts import services as accounts
from workrelief.base.intake import services as intake
from workrelief.base.jobs.models import Job
from workrelief.faces.shared.acting import PAGE_ACTIONS
from workrelief.figures.snapshots.services import seal_period
from workrelief.kernel import clock
from workrelief.kernel.kinds import Track
from workrelief.kernel.period import Period
from workrelief.outputs.bulletins import services as bulletins
from workrelief.work.catalogue import services as catalogue
from workrelief.work.catalogue.models import MatchLine
from workrelief.work.catalogue.rules.bill import parse_text
from workrelief.work.funds import services as plan_services
from workrelief.work.lifecycle import services as lifecycle
from workrelief.work.lists import services as lists
from workrelief.work.payroll.models import PayLine, PaySheet
from workrelief.work.training.models import TrainingSession
from workrelief.work.workers.models import Worker

pytestmark = pytest.mark.django_db(transaction=True)
MARKS = ("费县", "演示0100", "演示0101")
EXEMPT = {
    "demo-login": "signs in; tested with accounts",
    "login": "signs in",
    "logout": "signs out",
    "switch-post": "own posts only; tested with accounts",
    "password": "own password only",
    "seal": "changes the whole province; a permission of the province",
    "components": "style guide without data",
}


NEEDED = {
    "kind": "approval",
    "level": "city",
    "on": "2022-10-01",
    "document_no": "演示1号",
    "is_truthful": True,
    "to_list": True,
    "mark": "suspended",
    "state": "surveyed",
    "subject": "wages",
    "content": "演示演示",
    "outcome": "演示演示",
    "is_upheld": False,
}
"""What some routes of the API want in their body before they look for the thing."""


@dataclass
class World:
    own: CountyData
    foreign: CountyData
    foreign_ids: dict[str, int]
    plan_batch: int
    client: Client


@pytest.fixture
def world() -> World:
    province = make_actor(Role.PROVINCE_OFFICER, "37")
    linyi = make_actor(Role.CITY_OFFICER, "3713")
    foreign = a_county(linyi, FEIXIAN, number=1)
    own = a_county(make_actor(Role.CITY_OFFICER, "3714"), NINGJIN, number=2, track=Track.AGRI_PROMOTION)
    waiting = intake.upload(
        linyi,
        workbook([["项目代码"], *pay_rows(foreign.code, "2022-08", foreign.people, paid_on="2022-09-01")]),
        "费县八月.xlsx",
        "pay_sheet",
    )
    session = TrainingSession.rows.create(
        number="演示-1",
        division_code=FEIXIAN,
        training_type="policy",
        form="集中培训",
        topic="费县政策培训",
        held_on="2022-05-01",
        organiser="费县",
    )
    funds = a_funds_world()
    change = plan_services.propose_recall(
        make_actor(Role.COUNTY_OFFICER, "371325"), funds.batch, [plan_services.MoneyShift(funds.funded, 1_000_000)],
        reason="费县第一次收回结余资金",
    )  # fmt: skip
    seal_period(province, Period("2022"))
    composer = Actor(None, "演示", None, "演示", frozenset({"province_officer"}), linyi.scope)
    bulletin = bulletins.compose_annual(composer, Period("2022"))
    job = Job.rows.create(
        kind="intake.check", label="费县第一次校验", arguments={"batch_id": waiting.pk}, division_code=FEIXIAN, user_name="演示0100",
        created_at=clock.now(),
    )  # fmt: skip
    sheet = PaySheet.rows.get(project_id=foreign.project)
    catalogue.issued_edition(province)
    bill = catalogue.MatchRequest(
        bill=parse_text("费县第一段挡土墙砌筑 m³ 320"),
        division_code=FEIXIAN,
        title="费县第一份清单",
        project_id=foreign.project,
    )
    run = catalogue.match_bill(linyi, bill)
    entry = lists.enter(linyi, foreign.project, 2023, "county")
    lifecycle.adopt(linyi, [foreign.project])
    county = make_actor(Role.COUNTY_OFFICER, "371325")
    paper = lifecycle.attach_paper(county, foreign.project, "approval", title="费县第一份批复", number="演示0100")
    objection = lifecycle.raise_objection(county, foreign.project, "wages", "费县第一件异议", raised_by="演示0101")
    return World(
        own=own,
        foreign=foreign,
        foreign_ids={
            "project_id": foreign.project,
            "worker_id": Worker.rows.filter(division_code=FEIXIAN).first().pk,
            "sheet_id": sheet.pk,
            "line_id": PayLine.objects.filter(sheet=sheet).first().pk,
            "session_id": session.pk,
            "batch_id": waiting.pk,
            "bulletin_id": bulletin.pk,
            "pk": bulletin.pk,
            "job_id": job.pk,
            "run_id": run.pk,
            "entry_id": entry.pk,
            "paper_id": paper.pk,
            "objection_id": objection.pk,
            "application_id": funds.application,
            "document_id": funds.county,
            "plan_line_id": funds.line,
            "change_id": change.pk,
            "move_id": funds.move,
            "match_line_id": MatchLine.objects.get(run=run).pk,
        },
        plan_batch=funds.batch,
        client=_signed_in(),
    )


def _signed_in() -> Client:
    system = system_actor("test")
    unit = accounts.make_unit(system, name="演示德州市发展改革委", division="371400000000", kind="drc")
    user = accounts.make_user(system, username="dezhou", display_name="演示德州", password="Demo-pass-2026")
    roles = [r.value for r in Role if r not in (Role.SYSTEM, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)]
    accounts.give_post(system, user.pk, unit_id=unit.pk, title="演示", roles=roles, prefixes=["3714"], is_default=True)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _patterns(entry, route)
        else:
            yield route, entry


def addresses() -> list[tuple[str, str, list[str]]]:
    """(name, route with names of its parameters, parameters) of the whole table."""
    found = []
    for route, pattern in _patterns(get_resolver()):
        name = pattern.name or route
        found.append((name, "/" + route, list(pattern.pattern.converters)))
    return found


def _address(route: str, values: dict[str, object]) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(values[m[1]]), route)


def _asked(client: Client, method: str, address: str) -> HttpResponse:
    """The answer to a request with a form, or with a JSON body where the API takes one."""
    form = {"reason": "演示演示", "purpose": "演示演示", "step": "check"}
    if method in ("post", "patch") and address.startswith("/api/"):
        return getattr(client, method)(address, json.dumps(form | NEEDED), content_type="application/json")
    return getattr(client, method)(address, form)


def test_no_address_gives_a_thing_of_another_city(world: World):
    tried, wrong = 0, []
    for name, route, parameters in addresses():
        if name in EXEMPT or not any(p in world.foreign_ids for p in parameters):
            continue
        values: dict[str, object] = {"kind": "pay_sheet", "form": "docx", "step": "start"} | world.foreign_ids
        for method in ("get", "post", "patch"):
            if method == "patch" and not route.startswith("/api/"):
                continue
            answer = _asked(world.client, method, _address(route, values))
            tried += 1
            if answer.status_code not in (403, 404, 405):
                wrong.append(f"{method} {route}: {answer.status_code}")
            if any(mark in answer.content.decode(errors="ignore") for mark in MARKS):
                wrong.append(f"{method} {route}: names the other city")
    assert wrong == []
    assert tried >= 40
    assert PaySheet.rows.get(project_id=world.foreign.project).state == "posted"


def test_no_list_page_or_export_names_another_city(world: World):
    wrong = []
    for name, route, parameters in addresses():
        if name in EXEMPT or any(p in world.foreign_ids for p in parameters):
            continue
        values: dict[str, object] = {"kind": "pay_sheet", "plan_batch_id": world.plan_batch}
        if not set(parameters) <= values.keys():
            continue
        for query in (
            "",
            "?q=费县",
            "?text=费县",
            "?export=1",
            "?year=2022",
            "?period=2022&indicators=wages_paid&by=county",
        ):
            answer = world.client.get(_address(route, values) + query)
            body = (
                answer.content.decode(errors="ignore")
                .replace("q=费县", "")
                .replace('value="费县"', "")
                .replace("“费县”", "")
            )
            if answer.status_code >= 500 or any(mark in body for mark in MARKS[1:]) or "费县第" in body:
                wrong.append(f"{route}{query}: {answer.status_code}")
    assert wrong == []


@pytest.mark.parametrize(
    "query",
    [
        "/projects/?division=371325",
        "/workers/?division=3713",
        "/pay-sheets/?division=371325000000",
        "/training/?division=371325",
        "/statistics/?d=371300000000",
        "/figure/?i=wages_paid&p=2022&d=371325000000",
        "/figure/?i=wages_paid&p=2022&d=370000000000",
        "/api/v1/figures?indicators=wages_paid&period=2022&division=371325",
        "/api/v1/divisions?parent=371300",
    ],
)
def test_changing_the_division_in_the_address_finds_nothing(world: World, query: str):
    answer = world.client.get(query)
    body = answer.content.decode()
    if answer.status_code == 200:
        assert "3.60" not in body
        assert "3600000" not in body
        assert (
            all(f.get("value") in (None, "0") for f in json.loads(body).get("figures", []))
            if query.startswith("/api")
            else True
        )
    else:
        assert answer.status_code in (403, 404)


def test_own_things_are_there(world: World):
    assert world.client.get(f"/projects/{world.own.project}/").status_code == 200
    assert "演示0200" in world.client.get("/workers/").content.decode()
    assert world.client.get(f"/api/v1/projects/{world.own.project}").json()["id"] == world.own.project


def test_every_page_says_what_right_it_needs():
    unsaid = []
    for route, pattern in _patterns(get_resolver()):
        if route.startswith("api/"):
            continue
        view = pattern.callback
        if f"{view.__module__}.{view.__qualname__}" not in PAGE_ACTIONS:
            unsaid.append(route)
    assert unsaid == []


def test_nobody_gets_anywhere_without_signing_in():
    client = Client()
    open_doors = []
    for name, route, parameters in addresses():
        if name in {"login", "demo-login", "components"}:
            continue
        values: dict[str, object] = dict.fromkeys(parameters, 1) | {
            "kind": "pay_sheet",
            "form": "docx",
            "step": "start",
        }
        answer = client.get(_address(route, values))
        if answer.status_code == 200 or (answer.status_code == 302 and "login" not in answer["Location"]):
            open_doors.append(route)
    assert open_doors == []
