"""Bills of works matched against an edition and corrected line by line; what is said about listing their project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import permit
from workrelief.base.audit.change import change, change_many
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound
from workrelief.work.catalogue import queries
from workrelief.work.catalogue.models import MatchLine, MatchRun
from workrelief.work.catalogue.queries import Reference, RunTotals
from workrelief.work.catalogue.rules import estimate
from workrelief.work.catalogue.rules.bill import Bill, BillLine
from workrelief.work.catalogue.rules.matching import LOW_SCORE, Matcher, Proposal
from workrelief.work.catalogue.rules.units import read_quantity
from workrelief.work.catalogue.states import COUNTED, MATCH_LINE

WRITE_ROWS = 500
_MOST = {"quantity_x100": 10**13, "quota_x100": 10**6, "rate_fen": 10**6}
_QUANTITY_NOTES = ("工程量", "计量单位", "没有工程量", "没有计量单位")
_QUOTA_NOTE = "该环节没有按"


@dataclass(frozen=True)
class MatchRequest:
    """A bill to be matched: where, for which project or sector, and by the quotas and rates of which year.

    `project_id` is a project the caller found in scope, with its own place and sector; the catalogue knows no projects.
    """

    bill: Bill
    division_code: str
    title: str = ""
    project_id: int | None = None
    sector: str = ""
    year: int | None = None
    file_name: str = ""


def propose(actor: Actor, wanted: MatchRequest) -> tuple[MatchRun, list[MatchLine]]:
    """What matching would give, nothing stored. Raises NotFound for a place, project or edition out of reach."""
    permit(actor, "catalogue.match")
    if not actor.scope.covers(wanted.division_code, sector=wanted.sector or None, project=wanted.project_id):
        raise NotFound("object.scope", "该行政区划不在您的数据范围内；只管个别项目的单位请先选定项目。")
    edition = queries.edition_for(actor.scope, wanted.year)
    year = wanted.year or edition.year
    run = MatchRun(
        title=(wanted.title.strip() or wanted.file_name or "粘贴的工程量清单")[:160], division_code=wanted.division_code,
        project_id=wanted.project_id, sector=wanted.sector, edition=edition, year=year, rates_on=date(year, 12, 31), file_name=wanted.file_name[:200],
        remarks=list(wanted.bill.remarks), made_by_name=actor.name, made_at=clock.now(),
    )  # fmt: skip
    return run, _matched(run, queries.reference(actor.scope, edition.pk), wanted.bill.lines)


def tally(lines: Sequence[MatchLine]) -> RunTotals:
    """Sums over lines that may not be stored, as `queries.totals` gives them for stored ones."""
    counted = [line for line in lines if line.state in COUNTED]
    return RunTotals(
        dict(Counter(line.state for line in lines)),
        sum(line.days_x10 or 0 for line in counted),
        sum(line.pay_fen or 0 for line in counted),
        sum(line.pay_fen is None for line in counted),
    )


def _matched(run: MatchRun, reference: Reference, lines: Sequence[BillLine]) -> list[MatchLine]:
    matcher = Matcher(reference.texts(run.rates_on))
    made = []
    for line in lines:
        row = MatchLine(
            run=run, number=line.number, part=line.part, name=line.name, remark=line.remark, unit_text=line.unit,
            quantity_text=line.quantity, state="heading",
        )  # fmt: skip
        made.append(row)
        if line.is_heading:
            continue
        quantity = read_quantity(line.quantity, line.unit)
        found = matcher.match(line, sector=run.sector, unit=quantity.unit)
        row.unit, row.quantity_x100 = quantity.unit, quantity.value_x100
        row.notes = list(quantity.notes)
        if found.machine:
            row.notes.append(f"写有“{'、'.join(found.machine)}”，请核对其中可用人工的部分")
        if found.best is None:
            row.state = "unmatched"
            row.notes.append(found.reason)
            continue
        row.state = "proposed"
        row.others = [[p.code, p.score] for p in found.proposals[1:]]
        if found.best.score < LOW_SCORE:
            row.notes.append("匹配度低，请核对用工环节")
        _take(row, run, reference, found.best)
    return made


def _take(row: MatchLine, run: MatchRun, reference: Reference, best: Proposal) -> None:
    """Put a link on a line with its quota, rate and estimate."""
    link = reference.links[best.code]
    row.link, row.score, row.words = link, best.score, list(best.words)
    trades = link.trades.split("、")
    row.trade = trades[0]
    quota = estimate.quota_on(reference.quotas.get(link.code, ()), row.unit, run.rates_on) if row.unit else None
    row.quota_x100, row.quota_mark = (quota.days_x100, quota.mark) if quota else (None, "")
    if row.unit and quota is None:
        row.notes = [*row.notes, f"该环节没有按“{row.unit}”的用工定额，未测算"]
    rate = estimate.rate_on(
        reference.rates, trades=trades, skill=link.skill, division=run.division_code, on=run.rates_on
    )
    row.rate_fen, row.rate_mark = (rate.day_fen, rate.mark) if rate else (None, "")
    _reckon(row, run)


def _reckon(row: MatchLine, run: MatchRun) -> None:
    """Person-days and pay from what stands on the line; empty where a part is missing."""
    row.days_x10 = row.pay_fen = None
    if row.quantity_x100 is not None and row.quota_x100 is not None:
        row.days_x10 = estimate.days_x10(row.quantity_x100, row.quota_x100)
        if row.rate_fen is not None:
            row.pay_fen = estimate.pay_fen(row.days_x10, row.rate_fen)
    if row.rate_fen is not None:
        note = estimate.rate_note(row.rate_fen, division=run.division_code, on=run.rates_on)
        if note and note not in row.notes:
            row.notes = [*row.notes, note]


def match_bill(actor: Actor, wanted: MatchRequest) -> MatchRun:
    """Match a bill and keep the result for correction line by line. Raises as `propose`, and InvalidInput."""
    run, lines = propose(actor, wanted)
    with change(actor, "catalogue.match", MatchRun) as opened:
        run.save()
        for row in lines:
            row.run = run
        MatchLine.objects.bulk_create(lines, batch_size=WRITE_ROWS)
        opened.target = run
        opened.details = {"lines": len(lines), "matched": sum(r.state == "proposed" for r in lines)}
    return run


@dataclass(frozen=True, kw_only=True)
class LineCorrection:
    """What a person says of a line: another link (its id), quantity × 100 and unit, quota × 100, day rate in fen; None leaves it."""

    link_id: int | None = None
    quantity_x100: int | None = None
    unit: str | None = None
    quota_x100: int | None = None
    rate_fen: int | None = None
    machine_note: str | None = None
    reason: str = ""


def decide_line(actor: Actor, line_id: int, step: str, correction: LineCorrection | None = None) -> MatchLine:
    """Accept, change or refuse a line (`step` of states.MATCH_LINE). Refusing and changing want a reason.

    Raises NotFound, Conflict, InvalidInput.
    """
    said = correction or LineCorrection()
    if step not in ("accept", "change", "refuse"):
        raise NotFound("machine.transition", f"没有“{step}”这一步。")
    if step != "accept" and len(said.reason.strip()) < 2:
        raise InvalidInput("catalogue.reason", "更正或不采用须写明原因。")
    with change(
        actor, "catalogue.match", lambda: queries.line_rows(actor.scope, line_id), reason=said.reason
    ) as opened:
        row = opened.row
        opened.fire(MATCH_LINE, step)
        if step == "accept" and row.link_id is None:
            raise Conflict("catalogue.line", "这一行没有用工环节，请先更正。")
        row.reason = said.reason.strip()[:200]
        if step == "change":
            _correct(actor, row, said)
        row.save()
    return row


def _correct(actor: Actor, row: MatchLine, said: LineCorrection) -> None:
    """Put a correction on a line; quota and rate follow a new link or unit unless they were changed themselves."""
    run = queries.run(actor.scope, row.run_id)
    former = {"quantity_x100": row.quantity_x100, "quota_x100": row.quota_x100, "rate_fen": row.rate_fen}
    given = {name: value for name in former if (value := getattr(said, name)) not in (None, former[name])}
    if any(not 0 < value <= _MOST[name] for name, value in given.items()):
        raise InvalidInput("catalogue.number", "工程量、定额和单价应大于零，且不过大。")
    is_other_unit = said.unit is not None and said.unit != row.unit
    if is_other_unit:
        row.unit = str(said.unit)
    if is_other_unit or "quantity_x100" in given:
        row.notes = [n for n in row.notes if not n.startswith(_QUANTITY_NOTES)]
    best = _chosen(actor, row, run, said.link_id)
    if is_other_unit or best.code != (row.link.code if row.link else ""):
        row.notes = [n for n in row.notes if not n.startswith(_QUOTA_NOTE)]
        _take(row, run, queries.reference(actor.scope, run.edition_id), best)
    for name, value in given.items():
        setattr(row, name, value)
    if "quota_x100" in given:
        row.quota_mark = ""
        row.notes = [n for n in row.notes if not n.startswith(_QUOTA_NOTE)]
    if "rate_fen" in given:
        row.rate_mark = ""
    if said.machine_note is not None:
        row.machine_note = said.machine_note.strip()[:120]
    _reckon(row, run)


def _chosen(actor: Actor, row: MatchLine, run: MatchRun, link_id: int | None) -> Proposal:
    """The link of the line from now on: the one asked for, else the one it has."""
    if link_id is not None and link_id != row.link_id:
        link = queries.link(actor.scope, link_id)
        if link.edition_id != run.edition_id:
            raise InvalidInput("catalogue.link", "所选用工环节不属于这份清单所用的目录。")
        return Proposal(link.code, 0, ())
    if row.link is None:
        raise InvalidInput("catalogue.link", "请选择用工环节。")
    return Proposal(row.link.code, row.score, tuple(row.words))


def accept_sure(actor: Actor, run_id: int, *, least: int) -> int:
    """Accept all proposed lines with a score of at least `least` that have an estimate; returns how many."""
    run = queries.run(actor.scope, run_id)
    with change_many(actor, "catalogue.match", kind="catalogue.matchrun", division=run.division_code) as opened:
        rows = queries.lines(actor.scope, run_id).filter(state="proposed", score__gte=least, pay_fen__isnull=False)
        done = rows.order_by().update(state="accepted")
        opened.label, opened.target_id = run.title, str(run.pk)
        opened.totals = {"accepted": done, "least_score": least}
    return done


def decide_listing(actor: Actor, run_id: int, *, to_list: bool, reason: str = "") -> MatchRun:
    """Say whether the project goes on the list of suitable projects; not listing a matched one wants a reason (A06).

    Raises NotFound, RuleViolated.
    """
    matched = queries.totals(actor.scope, run_id).counted
    with change(actor, "catalogue.match", lambda: queries.run_rows(actor.scope, run_id), reason=reason) as opened:
        if not to_list:
            opened.require(estimate.unlisted(matched, reason))
        opened.row.listing = "listed" if to_list else "refused"
        opened.row.listing_reason = reason.strip()[:200]
        opened.row.listing_by, opened.row.listing_at = actor.name, clock.now()
        opened.row.save()
    return opened.row
