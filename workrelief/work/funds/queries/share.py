"""The live labour-pay share of special-fund projects: one reading of the ledger for any number of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Min, prefetch_related_objects

from workrelief.base.access.scope import Scope
from workrelief.figures.indicators.read import read
from workrelief.kernel import clock
from workrelief.kernel.errors import NotFound
from workrelief.kernel.figure import Figure
from workrelief.kernel.findings import Finding
from workrelief.kernel.kinds import Track
from workrelief.kernel.period import Period
from workrelief.work.funds.models import PlanDocument, PlanLine
from workrelief.work.funds.rules import share as rules
from workrelief.work.funds.rules.floors import RULE_OF
from workrelief.work.funds.rules.share import Issue, Money, Share, ShareCase
from workrelief.work.lifecycle.facts import Floor, ShareFacts
from workrelief.work.projects import queries as projects
from workrelief.work.projects.queries import ProjectFilter
from workrelief.work.projects.rules import Fund

FIGURES = (
    "special_wages_to_date", "central_to_date", "provincial_to_date", "invested_to_date", "received_to_date",
    "share_to_date",
)  # fmt: skip
BUILDING = "building"
_PLAN_MONEY = tuple(RULE_OF)
_WHY = "plan lines of projects the caller sees; documents of the levels above hold them"


@dataclass(frozen=True)
class ProjectShare:
    """A project's share with the figures it was judged by (`figures[id]`, each can be explained)."""

    project_id: int
    name: str
    division_code: str
    share: Share
    figures: Mapping[str, Figure]

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.share.findings


def share(scope: Scope, project_id: int, *, on: date | None = None) -> ProjectShare | None:
    """One project's share; None when it has no special fund (F05). Raises NotFound."""
    found = shares(scope, [project_id], on=on).get(project_id)
    if found is None and not projects.refs(scope, [project_id]):
        raise NotFound("project.missing", "没有找到这个项目，或不在您的数据范围内。")
    return found


def shares(scope: Scope, project_ids: Collection[int], *, on: date | None = None) -> dict[int, ProjectShare]:
    """The shares of special-fund projects in scope by id, as the ledger stands at the end of the year of `on` (today).

    One reading of the ledger and a constant number of statements for every 500 projects.
    """
    on = on or clock.today()
    rows = {
        pk: row for pk, row in projects.stored(scope, project_ids).items() if row.track == Track.SPECIAL_FUND.id
    }  # fmt: skip
    if not rows:
        return {}
    prefetch_related_objects(list(rows.values()), "life", "years")
    funds = projects.fund_sources(scope, rows.keys())
    plans = _plans(rows.keys())
    table = read(
        FIGURES, scope=scope, period=Period(str(on.year)), by=("project",),
        where={"project": tuple(str(pk) for pk in sorted(rows))},
    )  # fmt: skip
    found = {}
    for pk, row in rows.items():
        figures = table.cells.get((str(pk),), {})
        plan = plans.get(pk, _Plan())
        life = getattr(row, "life", None)
        listed = min((y.listed_on for y in row.years.all()), default=on)
        case = ShareCase(
            name=row.name,
            division_code=row.division_code,
            central_fen=_fen(figures, "central_to_date"),
            provincial_fen=_fen(figures, "provincial_to_date"),
            paid_fen=_fen(figures, "special_wages_to_date"),
            money=_money(funds.get(pk, ()), plan, listed),
            promised_pay_fen=life.promised_pay_fen if life else None,
            promised_share=_basis_points(life.promised_share_bp) if life else None,
            target_share=plan.target_share,
            invested_fen=_fen(figures, "invested_to_date"),
            investment_fen=row.investment_fen,
            is_building=row.stage == BUILDING,
        )
        found[pk] = ProjectShare(pk, row.name, row.division_code, rules.judge(case), figures)
    return found


def behind_pace(scope: Scope, *, division: str = "", on: date | None = None) -> list[ProjectShare]:
    """Special-fund projects under construction whose pay lags behind their building, the largest gap first."""
    wanted = ProjectFilter(division=division, tracks=(Track.SPECIAL_FUND.id,), stages=(BUILDING,), order="place")
    ids = list(projects.projects(scope, wanted).values_list("pk", flat=True))
    behind = [one for one in shares(scope, ids, on=on).values() if one.share.is_behind]
    return sorted(behind, key=lambda one: (-_gap(one), one.project_id))


def share_facts(scope: Scope, project_ids: Sequence[int], on: date) -> dict[int, ShareFacts]:
    """What a project's life needs to know of its pay share (provider of lifecycle). Promises stand with the life."""
    return {
        pk: ShareFacts(
            paid_fen=one.share.paid_fen,
            issued_fen=one.share.base_fen,
            received_fen=_fen(one.figures, "received_to_date"),
            floors=tuple(
                Floor(r.rule_id, f"{r.label}（{r.basis}）", r.share, r.base_fen)
                for r in one.share.requirements
                if r.kind != "promise" and r.share is not None
            ),
        )
        for pk, one in shares(scope, project_ids, on=on).items()
    }


def _gap(one: ProjectShare) -> int:
    short = one.findings[0].facts["short_fen"]
    assert isinstance(short, int)
    return short


def _fen(figures: Mapping[str, Figure], indicator: str) -> int:
    value = figures[indicator].value if indicator in figures else None
    return int(value or 0)


def _basis_points(value: int | None) -> Decimal | None:
    return Decimal(value) / rules.BASIS_POINTS if value else None


@dataclass(frozen=True)
class _Plan:
    """What plan documents say of a project: issues by source, and the target of the newest line."""

    issues: Mapping[str, tuple[Issue, ...]] = field(default_factory=dict)
    target_share: Decimal | None = None


def _plans(project_ids: Collection[int]) -> dict[int, _Plan]:
    """Standing plan lines by project. A plan counts as issued on the day of its batch's first document."""
    lines: list[PlanLine] = []
    for part in projects.in_parts(project_ids):
        lines += (
            PlanLine.objects.unscoped(_WHY)
            .filter(project__in=part, document__state="issued", amount_fen__gt=0)
            .select_related("batch", "document")
            .order_by("pk")
        )
    batches = {line.batch_id for line in lines}
    documents = PlanDocument.objects.unscoped(_WHY).filter(batch__in=batches, state="issued")
    first = dict(documents.values_list("batch").annotate(day=Min("issued_on")).order_by()) if batches else {}
    issues: dict[int, dict[str, dict[Issue, None]]] = defaultdict(lambda: defaultdict(dict))
    targets: dict[int, Decimal] = {}
    for line in lines:
        if line.project_id is None:
            continue
        day = first.get(line.batch_id) or line.document.issued_on
        if day is not None:
            issues[line.project_id][line.batch.fund_type][Issue(day, line.batch.key)] = None
        if target := line.targets.get("wage_share"):
            targets[line.project_id] = Decimal(target)
    return {
        pk: _Plan({fund: tuple(found) for fund, found in by_fund.items()}, targets.get(pk))
        for pk, by_fund in issues.items()
    }


def _money(funds: Sequence[Fund], plan: _Plan, listed_on: date) -> tuple[Money, ...]:
    """Issued plan money with its days: of the plan documents, else of the register, else of the first listing."""
    return tuple(
        Money(f.fund_type, f.issued_fen, plan.issues.get(f.fund_type.id) or (Issue(f.issued_on or listed_on),))
        for f in funds
        if f.fund_type in _PLAN_MONEY and f.issued_fen > 0
    )
