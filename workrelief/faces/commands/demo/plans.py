"""The plan money of a demo year, walked through the services: asked for, reviewed, issued, passed on, forwarded, changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from workrelief.base.access.actor import Actor
from workrelief.base.law.calendar import add_working_days
from workrelief.base.law.parameters import parameters
from workrelief.faces.commands.demo.batches import Batch, batches
from workrelief.faces.commands.demo.told import Told
from workrelief.kernel import clock
from workrelief.kernel.codes import Level
from workrelief.work.funds import services as funds
from workrelief.work.funds.rules.targets import Targets, usual

PROVINCE = "370000000000"
_PHONE = "10000000000"


def hand_down(actor: Actor, year: int, told: Sequence[Told]) -> int:
    """Give the year's projects what the sheets say they got; returns how many documents it took."""
    return sum(_hand_down(actor, batch) for batch in batches(year, told))


def lines_of(batch: Batch, some: Sequence[Told]) -> list[funds.NewApplicationLine]:
    """What a county asks for in the name of its projects."""
    return [
        funds.NewApplicationLine(
            project_id=one.id, requested_fen=batch.fen(one), targets=usual_targets(batch.applied_on),
            approval_no=one.approval_no, approval_on=one.day("approve"),
        )
        for one in some
    ]  # fmt: skip


def duties_of(one: Told, on: date) -> funds.NewResponsibility:
    """The two responsibilities of a project, confirmed on a day. The telephone numbers are nobody's."""
    return funds.NewResponsibility(
        project_id=one.id, owner_unit=one.owner_name or "演示项目业主单位", owner_person="演示项目责任人",
        owner_phone=_PHONE, owner_confirmed_on=on, supervisor_unit="演示行业主管部门",
        supervisor_person="演示监管责任人", supervisor_phone=_PHONE, supervisor_confirmed_on=on, filed_on=on,
    )  # fmt: skip


def _hand_down(actor: Actor, batch: Batch) -> int:
    row = funds.open_batch(
        actor,
        funds.NewBatch(
            year=batch.year, fund_type=batch.fund_type, number=batch.number, opened_on=batch.opened_on,
            apply_by=batch.apply_by,
        ),
    )  # fmt: skip
    for county, some in batch.under(Level.COUNTY):
        _apply(actor, batch, row.pk, county, some)
    number = _Numbers(batch)
    targets = usual_targets(batch.nation_on)
    total = batch.total_fen(batch.projects)
    root = funds.register_plan(actor, row.pk, funds.DocumentHead(), total_fen=total, targets=targets)
    _issue(actor, root.pk, number.next("发改投资"), batch.nation_on)
    cities = batch.under(Level.CITY)
    lumps = [_lump(batch, code, some, targets) for code, some in cities]
    province = _pass_on(actor, root.pk, PROVINCE, lumps, number.next("鲁发改投资"), batch.province_on)
    for code, _ in cities:
        counties = [pair for pair in batch.under(Level.COUNTY) if pair[0][:4] == code[:4]]
        lumps = [_lump(batch, county, of_county, targets) for county, of_county in counties]
        on = batch.city_on(code)
        city = _pass_on(actor, province, code, lumps, number.next("市发改投资"), on)
        for county, of_county in counties:
            _forward(actor, batch, city, county, of_county, number)
    if batch.number == 1:
        _change(actor, batch, row.pk)
    return number.given


def _apply(actor: Actor, batch: Batch, row: int, county: str, some: Sequence[Told]) -> None:
    made = funds.save_application(actor, row, county, lines_of(batch, some))
    said = f"演示发改字〔{batch.applied_on.year}〕{batch.number}号"
    funds.submit_application(actor, made.pk, document_no=said, on=batch.applied_on, is_truthful=True)
    funds.review_application(actor, made.pk, "city", on=batch.city_reviewed_on, opinion="演示：同意上报。")
    funds.review_application(actor, made.pk, "province", on=batch.prov_reviewed_on, opinion="演示：同意支持。")


def _forward(actor: Actor, batch: Batch, source: int, county: str, some: Sequence[Told], number: _Numbers) -> None:
    """The county's document; where it can still be told, the first county of the year got its number wrong and did it again."""
    on = batch.county_on(county)
    funds.set_responsibilities(actor, [duties_of(one, batch.province_on) for one in some])
    lines = [
        funds.NewLine(project_id=one.id, amount_fen=batch.fen(one), targets=usual_targets(on)) for one in some
    ]  # fmt: skip
    made = _pass_on(actor, source, county, lines, number.next("县发改投资"), on)
    again = add_working_days(on, 1)
    if batch.number == 1 and not number.has_withdrawn and _is_open(some) and again <= clock.today():
        number.has_withdrawn = True
        funds.withdraw_document(actor, made, reason="演示：发文字号有误，撤回后重新印发。", on=on)
        _pass_on(actor, source, county, lines, number.next("县发改投资"), again)


def _change(actor: Actor, batch: Batch, row: int) -> None:
    """An approved change order: one project promised more satisfied workers than the usual target asks."""
    for one in batch.projects:
        on = add_working_days(one.starts_on, 10)
        if _is_open([one]) and on <= clock.today():
            order = funds.propose_targets(
                actor, row, one.id, {"satisfaction": "≥95%"}, reason="演示：按县级会商意见调高满意度目标。"
            )
            funds.approve_change(actor, order.pk, document_no=f"演示变更〔{on.year}〕1号", on=on)
            return


def _is_open(some: Sequence[Told]) -> bool:
    """Whether none of the projects has ended its life: marks can still stand beside it."""
    return all((day := one.day("evaluate")) is None or day > clock.today() for one in some)


class _Numbers:
    """Document numbers of one batch, one after the other."""

    def __init__(self, batch: Batch) -> None:
        self.batch, self.given, self.has_withdrawn = batch, 0, False

    def next(self, office: str) -> str:
        self.given += 1
        return f"{office}（演示）〔{self.batch.year}〕{self.batch.number}{self.given:03d}号"


def _lump(batch: Batch, place: str, some: Sequence[Told], targets: Targets) -> funds.NewLine:
    return funds.NewLine(division_code=place, amount_fen=batch.total_fen(some), targets=targets)


def _pass_on(actor: Actor, source: int, place: str, lines: Sequence[funds.NewLine], no: str, on: date) -> int:
    made = funds.draft_decomposition(actor, source, funds.DocumentHead(), lines, division=place)
    _issue(actor, made.pk, no, on)
    return int(made.pk)


def _issue(actor: Actor, document: int, no: str, on: date) -> None:
    funds.check_document(actor, document)
    funds.issue_document(actor, document, document_no=no, on=on)


def usual_targets(on: date) -> Targets:
    return usual(parameters(on=on))
