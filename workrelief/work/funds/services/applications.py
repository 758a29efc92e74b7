"""County applications for plan money: written by the county, reviewed by the city, then by the province."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from django.db.models import QuerySet

from workrelief.base.access.actor import Actor
from workrelief.base.audit.change import Change, change
from workrelief.base.divisions import queries as divisions
from workrelief.base.law.parameters import parameters
from workrelief.kernel import clock, codes
from workrelief.kernel.codes import Level
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound
from workrelief.kernel.kinds import FundType, Track
from workrelief.kernel.money import wan_text
from workrelief.work.funds import queries
from workrelief.work.funds.models import Application, ApplicationLine, PlanBatch
from workrelief.work.funds.rules import plans as rules
from workrelief.work.funds.rules.targets import read_targets
from workrelief.work.funds.services import lives
from workrelief.work.funds.services.common import (
    require_another,
    require_day,
    require_fresh,
    require_office,
    require_text,
)
from workrelief.work.funds.states import APPLICATION, STANDING_APPLICATIONS
from workrelief.work.projects import queries as projects

WRITE_ROWS = 500
PLAN_FUNDS = (FundType.CENTRAL_BUDGET, FundType.CENTRAL_BRIDGING, FundType.PROVINCIAL)
ReviewLevel = Literal["city", "province"]


@dataclass(frozen=True, kw_only=True)
class NewBatch:
    """A round of money to open; `title` is made from year, fund and number when empty."""

    year: int
    fund_type: FundType
    number: int = 1
    title: str = ""
    opened_on: date | None = None
    apply_by: date | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class NewApplicationLine:
    """One project asked for. Amount in fen; targets as typed or stored ("≥30%", "0.30"), by target id."""

    project_id: int
    requested_fen: int
    targets: Mapping[str, str] = field(default_factory=dict)
    approval_no: str = ""
    approval_on: date | None = None
    content_note: str = ""


@dataclass(frozen=True)
class ReviewDecision:
    """What a reviewing office makes of a line: the agreed amount in fen (0: not supported) and why it is less."""

    fen: int
    reason: str = ""


def open_batch(actor: Actor, wanted: NewBatch) -> PlanBatch:
    """Open a round of money for applications and plans. Raises InvalidInput, Conflict when it is open already."""
    if wanted.fund_type not in PLAN_FUNDS:
        names = "、".join(f.label for f in PLAN_FUNDS)
        raise InvalidInput("plan.fund", f"{wanted.fund_type.label}不按投资计划下达，请选择{names}之一。")
    if not 2000 <= wanted.year <= clock.today().year + 1 or not 1 <= wanted.number <= 99:
        raise InvalidInput("plan.batch", f"没有{wanted.year}年第{wanted.number}批这样的批次，请核对年份和批次。")
    with change(actor, "plan.open", PlanBatch) as opened:
        standing = PlanBatch.objects.filter(year=wanted.year, fund_type=wanted.fund_type.id, number=wanted.number)
        if standing.exists():
            raise Conflict("plan.batch", f"{wanted.year}年{wanted.fund_type.label}第{wanted.number}批已经建立。")
        opened.target = PlanBatch.objects.create(
            year=wanted.year,
            fund_type=wanted.fund_type.id,
            number=wanted.number,
            title=wanted.title.strip() or f"{wanted.year}年{wanted.fund_type.label}第{_chinese(wanted.number)}批",
            opened_on=wanted.opened_on or clock.today(),
            apply_by=wanted.apply_by,
            note=wanted.note.strip(),
        )
    return opened.row


def set_batch_terms(actor: Actor, batch_id: int, *, apply_by: date | None, note: str = "") -> PlanBatch:
    """Put another last day for applications (None: no limit) and note on a batch. Raises NotFound, InvalidInput."""
    with change(actor, "plan.open", PlanBatch.objects.filter(pk=queries.batch(actor.scope, batch_id).pk)) as opened:
        row = opened.row
        if apply_by is not None and apply_by < row.opened_on:
            raise InvalidInput(
                "plan.apply_by",
                f"截止申报日期{apply_by:%Y年%-m月%-d日}早于批次建立日期{row.opened_on:%Y年%-m月%-d日}，请核对。",
            )
        row.apply_by, row.note = apply_by, note.strip()[:200]
        row.save(update_fields=["apply_by", "note"])
    return row


def _chinese(number: int) -> str:
    digits = "零一二三四五六七八九"
    tens, units = divmod(number, 10)
    return ("" if not tens else ("" if tens == 1 else digits[tens]) + "十") + (
        digits[units] if units or not tens else ""
    )


def save_application(
    actor: Actor,
    batch_id: int,
    division: str,
    lines: Sequence[NewApplicationLine],
    *,
    contact: str = "",
    version: int | None = None,
) -> Application:
    """Write the county's application for a batch, or put other lines into its draft (or returned one).

    Findings do not stop a draft; shape does. Raises NotFound, NotPermitted, Conflict (being reviewed, changed by another),
    InvalidInput for a project twice, of another county or track, or an amount that is not above zero.
    """
    if codes.level_of(division) is not Level.COUNTY:
        raise InvalidInput("plan.county", f"资金申请以县（市、区）为单位，{divisions.name(division)}不是县级。")
    require_office(actor, division, "资金申请")
    wanted = queries.batch(actor.scope, batch_id)
    _require_lines(actor, division, lines)
    standing: QuerySet[Application] = Application.objects.within(actor.scope).filter(
        batch=wanted, division_code=division, state__in=STANDING_APPLICATIONS
    )
    with change(actor, "plan.apply", standing if standing.exists() else Application) as opened:
        if opened.target is None:
            opened.target = Application(batch=wanted, division_code=division, version=0)
        row = opened.row
        if row.state not in ("draft", "returned"):
            raise Conflict(
                "plan.state", f"该批次的申请{APPLICATION.state(row.state).label}，不能修改。需要修改的请上级退回。"
            )
        require_fresh(row.version, version)
        row.version += 1
        row.contact = contact.strip()[:80] or row.contact
        row.made_by_id, row.made_by_name, row.updated_at = actor.user_id, actor.name, clock.now()
        row.save()
        ApplicationLine.rows.filter(application=row).delete()
        ApplicationLine.rows.bulk_create(_rows(actor, row, lines), batch_size=WRITE_ROWS)
        opened.details = {"lines": len(lines), "requested_fen": sum(line.requested_fen for line in lines)}
    return opened.row


def _require_lines(actor: Actor, division: str, lines: Sequence[NewApplicationLine]) -> None:
    refs = projects.refs(actor.scope, [line.project_id for line in lines])
    seen: set[int] = set()
    for number, line in enumerate(lines, start=1):
        known = refs.get(line.project_id)
        if known is None:
            raise NotFound("project.missing", f"第{number}行的项目没有登记，或不在您的数据范围内。")
        if line.project_id in seen:
            raise InvalidInput("plan.twice", f"第{number}行“{known.name}”在申请里出现两次，请合并为一行。")
        seen.add(line.project_id)
        if not known.division_code.startswith(codes.prefix_of(division)):
            raise InvalidInput(
                "plan.place", f"第{number}行“{known.name}”不在{divisions.name(division)}，请从申请里去掉。"
            )
        if known.track != Track.SPECIAL_FUND.id:
            raise InvalidInput("plan.track", f"第{number}行“{known.name}”不是专项资金项目，不能申请以工代赈专项资金。")
        if line.requested_fen <= 0:
            raise InvalidInput("plan.amount", f"第{number}行“{known.name}”的申请额应大于0。")


def _rows(actor: Actor, row: Application, lines: Sequence[NewApplicationLine]) -> list[ApplicationLine]:
    refs = projects.refs(actor.scope, [line.project_id for line in lines])
    return [
        ApplicationLine(
            application=row,
            number=number,
            project_id=line.project_id,
            division_code=refs[line.project_id].division_code,
            requested_fen=line.requested_fen,
            approval_no=line.approval_no.strip()[:80],
            approval_on=line.approval_on,
            content_note=line.content_note.strip()[:300],
            targets=read_targets(line.targets),
        )
        for number, line in enumerate(lines, start=1)
    ]


def submit_application(
    actor: Actor, application_id: int, *, document_no: str, on: date, is_truthful: bool, version: int | None = None
) -> Application:
    """Hand the application in to the city; every project's life moves to “applied”.

    Raises RuleViolated (C04, C06, C11 …), Conflict, InvalidInput for a missing document number or a day in the future.
    """
    number = require_text(document_no, "plan.number", "请填写申请文件的发文字号。")
    with change(actor, "plan.apply", _one(actor, application_id)) as opened:
        row = opened.row
        require_office(actor, row.division_code, "资金申请")
        require_fresh(row.version, version)
        opened.fire(APPLICATION, "submit")
        if row.batch.apply_by is not None and on > row.batch.apply_by:
            raise Conflict(
                "plan.apply_by",
                f"该批次{row.batch.apply_by:%Y年%-m月%-d日}截止申报，如需补报请联系省发展改革委，在批次页调整截止日期。",
            )
        row.document_no, row.is_truthful = number, is_truthful
        row.submitted_on = require_day(on, not_before=row.batch.opened_on, what="申报日期", before="批次建立日期")
        row.return_reason = ""
        facts = queries.line_facts(actor.scope, row)
        opened.require(rules.application(list(facts.values()), parameters(on=on), is_truthful=is_truthful))
        ApplicationLine.rows.filter(application=row).update(city_fen=None, province_fen=None, cut_reason="")
        row.city_reviewed_on = row.prov_reviewed_on = None
        _done(opened)
        lives.step(actor, [f.project_id for f in facts.values()], "apply", on=on, reference=number)
    return row


def review_application(
    actor: Actor,
    application_id: int,
    level: ReviewLevel,
    *,
    decisions: Mapping[int, ReviewDecision] | None = None,
    opinion: str = "",
    document_no: str = "",
    on: date,
    version: int | None = None,
) -> Application:
    """Agree to an application at the city or the province; lines not named in `decisions` (by line id) stay as they were.

    A line may be cut with a reason, never raised; cut to 0 its project returns to “approved”. The province asks for an
    answer to every hit of C07. Raises NotFound, NotPermitted, Conflict, InvalidInput, RuleViolated.
    """
    step, action = ("city_review", "plan.city_review") if level == "city" else ("prov_review", "plan.prov_review")
    said = decisions or {}
    with change(actor, action, _one(actor, application_id)) as opened:
        row = opened.row
        place = codes.at_level(row.division_code, Level.CITY if level == "city" else Level.PROVINCE)
        require_office(actor, place, "审核")
        require_fresh(row.version, version)
        require_another(actor, row.made_by_id, "审核人不得是填报人")
        opened.fire(APPLICATION, step)
        before = row.submitted_on if level == "city" else row.city_reviewed_on
        require_day(on, not_before=before, what="审核日期", before="上一步日期")
        lines: list[ApplicationLine] = list(ApplicationLine.objects.within(actor.scope).filter(application=row))
        _decide(lines, said, level)
        ApplicationLine.rows.bulk_update(lines, ["city_fen", "province_fen", "cut_reason"], batch_size=WRITE_ROWS)
        kept = [line.project_id for line in lines if line.agreed_fen]
        if level == "city":
            row.city_reviewed_on, row.city_opinion, row.city_document_no = on, opinion.strip(), document_no.strip()
        else:
            row.prov_reviewed_on, row.prov_opinion = on, opinion.strip()
            facts = [f for f in queries.line_facts(actor.scope, row).values() if f.amount_fen]
            opened.require([said for f in facts for said in rules.forbidden_use(f, must_answer=True)])
        _done(opened)
        fallen = [line.project_id for line in lines if not line.agreed_fen]
        lives.step(actor, kept, step, on=on, reference=document_no.strip() or row.document_no)
        lives.back(actor, fallen, "return_application", on=on, note=opinion.strip() or "核减为零")
    return row


def _decide(lines: Sequence[ApplicationLine], said: Mapping[int, ReviewDecision], level: ReviewLevel) -> None:
    unknown = said.keys() - {line.pk for line in lines}
    if unknown:
        raise NotFound("plan.line", "审核意见里有不属于这份申请的行，请刷新页面。")
    for line in lines:
        standing = line.agreed_fen
        decision = said.get(line.pk, ReviewDecision(standing))
        if not 0 <= decision.fen <= standing:
            raise InvalidInput(
                "plan.cut",
                f"第{line.number}行核定额应在0到{wan_text(standing)}万元之间，现为{wan_text(decision.fen)}万元。",
            )
        if decision.fen < standing:
            line.cut_reason = require_text(decision.reason, "plan.cut_reason", f"第{line.number}行核减须写明理由。")[
                :200
            ]
        if level == "city":
            line.city_fen = decision.fen
        else:
            line.province_fen = decision.fen


def return_application(
    actor: Actor, application_id: int, *, reason: str, on: date | None = None, version: int | None = None
) -> Application:
    """Send an application back to the county; its projects return to “approved”. A reason is needed."""
    said = require_text(reason, "plan.reason", "请写明退回的理由。")
    with change(actor, "plan.return", _one(actor, application_id), reason=said) as opened:
        row = opened.row
        level = Level.CITY if row.state == "submitted" else Level.PROVINCE
        require_office(actor, codes.at_level(row.division_code, level), "退回")
        require_fresh(row.version, version)
        opened.fire(APPLICATION, "return")
        row.return_reason = said[:500]
        lines: list[ApplicationLine] = list(ApplicationLine.objects.within(actor.scope).filter(application=row))
        asked = [line.project_id for line in lines if line.agreed_fen]
        _done(opened)
        lives.back(actor, asked, "return_application", on=on or clock.today(), note=said)
    return row


def withdraw_application(actor: Actor, application_id: int, *, reason: str) -> Application:
    """Give up a draft or returned application; it stays on record. A submitted one has to be returned first."""
    said = require_text(reason, "plan.reason", "请写明撤回的理由。")
    with change(actor, "plan.apply", _one(actor, application_id), reason=said) as opened:
        require_office(actor, opened.row.division_code, "撤回申请")
        opened.fire(APPLICATION, "withdraw")
        _done(opened)
    return opened.row


def _one(actor: Actor, application_id: int) -> QuerySet[Application]:
    rows: QuerySet[Application] = Application.objects.within(actor.scope).filter(pk=application_id)
    return rows


def _done(opened: Change[Application]) -> None:
    opened.row.version += 1
    opened.row.updated_at = clock.now()
    opened.row.save()
