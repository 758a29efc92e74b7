"""A batch of plan money on its way: counties with approved projects, applications, documents down to the projects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.build import a_project
from tests.conftest import make_actor
from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import Role
from workrelief.base.divisions.services import load_divisions
from workrelief.base.law.parameters import parameters
from workrelief.figures.ledger.models import FACT_MODELS
from workrelief.kernel.kinds import FundType, Track
from workrelief.work.funds import queries, services
from workrelief.work.funds.models import Application, PlanBatch, PlanDocument, PlanLine
from workrelief.work.funds.rules.targets import usual
from workrelief.work.lifecycle import services as lifecycle
from workrelief.work.projects.rules import Fund, LabourDemand

WAN = 1_000_000
PROVINCE, DEZHOU, NINGJIN, PINGYUAN = "370000000000", "371400000000", "371422000000", "371426000000"
OPENED, APPLIED, CITY, PROV = date(2022, 8, 1), date(2022, 8, 10), date(2022, 8, 15), date(2022, 8, 20)
RECEIVED, TO_CITY, TO_COUNTY, TO_PROJECT = date(2022, 9, 1), date(2022, 9, 9), date(2022, 9, 14), date(2022, 9, 20)
TARGETS = usual(parameters(on=date(2022, 9, 1)))
PHONE = "13900000000"


@dataclass(frozen=True)
class Offices:
    """The officers who move a plan."""

    province: Actor
    city: Actor
    county: Actor
    other: Actor

    def of(self, division: str) -> Actor:
        return {PROVINCE: self.province, DEZHOU: self.city, NINGJIN: self.county, PINGYUAN: self.other}[division]


def offices() -> Offices:
    load_divisions()
    return Offices(
        make_actor(Role.PROVINCE_OFFICER, "37"),
        make_actor(Role.CITY_OFFICER, "3714"),
        make_actor(Role.COUNTY_OFFICER, "371422"),
        make_actor(Role.COUNTY_OFFICER, "371426"),
    )


def planned_project(
    actor: Actor,
    number: int,
    *,
    county: str = NINGJIN,
    central: int = 400 * WAN,
    fund: FundType = FundType.CENTRAL_BUDGET,
    **changes: Any,
) -> int:
    """An approved special-fund project that may be applied for; returns its id."""
    own = 100 * WAN
    values: dict[str, Any] = {
        "track": Track.SPECIAL_FUND,
        "investment_fen": central + own,
        "funds": (Fund(fund, central), Fund(FundType.COUNTY, own)),
        "content": "硬化村内道路2公里",
        "demand": LabourDemand("普工", 5, "2022年10月", "无"),
    }
    project = a_project(actor, county, number=number, **(values | changes))
    lifecycle.attach_paper(actor, project, "approval", number=f"演发改审〔2022〕{number}号", dated_on=date(2022, 7, 1))
    return project


def responsible(actor: Actor, projects: Sequence[int]) -> None:
    """Settle the two responsibilities of the projects."""
    services.set_responsibilities(
        actor,
        [
            services.NewResponsibility(
                project_id=one, owner_unit="演示镇人民政府", owner_person="演示责任人", owner_phone=PHONE,
                owner_confirmed_on=date(2022, 9, 2), supervisor_unit="演示县发展和改革局", supervisor_person="演示监管人",
                supervisor_phone="0534-5210000", supervisor_confirmed_on=date(2022, 9, 3), filed_on=date(2022, 9, 5),
            )
            for one in projects
        ],
    )  # fmt: skip


def a_batch(who: Offices, *, number: int = 1, fund: FundType = FundType.CENTRAL_BUDGET) -> PlanBatch:
    wanted = services.NewBatch(year=2022, fund_type=fund, number=number, opened_on=OPENED)
    return services.open_batch(who.province, wanted)


def lines_for(amounts: Mapping[int, int], **changes: Any) -> list[services.NewApplicationLine]:
    """Application lines of {project id: fen} that the rules accept."""
    return [
        services.NewApplicationLine(
            **(
                {"project_id": one, "requested_fen": fen, "targets": TARGETS, "approval_no": "演发改审〔2022〕1号"}
                | changes
            )
        )
        for one, fen in amounts.items()
    ]


def applied(who: Offices, batch: PlanBatch, amounts: Mapping[int, int], *, county: str = NINGJIN) -> Application:
    """An application handed in by the county."""
    actor = who.of(county)
    row = services.save_application(actor, batch.pk, county, lines_for(amounts))
    return services.submit_application(actor, row.pk, document_no="演发改〔2022〕1号", on=APPLIED, is_truthful=True)


def reviewed(who: Offices, batch: PlanBatch, amounts: Mapping[int, int], *, county: str = NINGJIN) -> Application:
    """An application agreed to by city and province as asked."""
    row = applied(who, batch, amounts, county=county)
    services.review_application(who.city, row.pk, "city", on=CITY)
    return services.review_application(who.province, row.pk, "province", on=PROV)


def issued(actor: Actor, document: PlanDocument, on: date, *, no: str) -> PlanDocument:
    services.check_document(actor, document.pk)
    return services.issue_document(actor, document.pk, document_no=no, on=on)


def a_root(who: Offices, batch: PlanBatch, fen: int) -> PlanDocument:
    """The nation's document, received by the province."""
    row = services.register_plan(who.province, batch.pk, services.DocumentHead(), total_fen=fen, targets=TARGETS)
    return issued(who.province, row, RECEIVED, no="发改投资演〔2022〕1号")


def pass_on(
    actor: Actor, source: PlanDocument, lines: Sequence[services.NewLine], on: date, *, no: str
) -> PlanDocument:
    """A decomposition by the actor's own office, issued."""
    row = services.draft_decomposition(actor, source.pk, services.DocumentHead(), lines)
    return issued(actor, row, on, no=no)


def lump(place: str, fen: int) -> services.NewLine:
    return services.NewLine(division_code=place, amount_fen=fen, targets=TARGETS)


def to(project: int, fen: int) -> services.NewLine:
    return services.NewLine(project_id=project, amount_fen=fen, targets=TARGETS)


def forwarded(who: Offices, amounts: Mapping[int, int]) -> tuple[PlanBatch, list[PlanDocument]]:
    """The whole way for projects of Ningjin: application, nation, province (lump), city (lump), county to projects."""
    batch = a_batch(who)
    reviewed(who, batch, amounts)
    total = sum(amounts.values())
    root = a_root(who, batch, total)
    province = pass_on(who.province, root, [lump(DEZHOU, total)], TO_CITY, no="鲁发改演〔2022〕1号")
    city = pass_on(who.city, province, [lump(NINGJIN, total)], TO_COUNTY, no="德发改演〔2022〕1号")
    responsible(who.county, list(amounts))
    lines = [to(one, fen) for one, fen in amounts.items()]
    county = pass_on(who.county, city, lines, TO_PROJECT, no="宁发改演〔2022〕1号")
    return batch, [root, province, city, county]


def issued_fen(actor: Actor, project: int) -> int:
    from workrelief.work.projects import queries as projects

    return sum(f.issued_fen for f in projects.fund_sources(actor.scope, [project])[project])


def plan_of(actor: Actor, project: int) -> queries.ProjectPlan:
    return queries.project_plan(actor.scope, project)


def year_plan(project: int) -> int:
    """What the ledger holds as the project's planned investment, all years (I13)."""
    facts = FACT_MODELS["fund_move_fact"]._default_manager.filter(project_id=project)
    return sum(facts.values_list("year_plan_fen", flat=True))


def standing(batch: PlanBatch) -> dict[str, int]:
    """Sum of standing lines by level of the document, fen."""
    found: dict[str, int] = {}
    for line in PlanLine.rows.filter(batch=batch, document__state="issued").select_related("document"):
        found[line.document.level] = found.get(line.document.level, 0) + line.amount_fen
    return found
