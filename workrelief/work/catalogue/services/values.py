"""Unit labour quotas and local day rates of an edition: set, followed by newer values, taken out of a draft.

A draft may be edited freely; in an issued edition a value stays as it is and may only be followed by one that holds from
a later day, so that every estimate made so far can be made again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workrelief.base.access.actor import Actor
from workrelief.base.audit.change import change
from workrelief.base.divisions import queries as divisions
from workrelief.kernel import clock, codes
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound
from workrelief.kernel.money import yuan_text
from workrelief.work.catalogue import queries
from workrelief.work.catalogue.models import (
    MARKS,
    CatalogueChange,
    CatalogueEdition,
    DayRate,
    LabourLink,
    LabourQuota,
)
from workrelief.work.catalogue.rules.units import UNITS

MOST_DAYS_X100 = 100_000
"""1,000 person-days a unit: more is a slip of the pen."""
MOST_DAY_FEN = 1_000_000
"""10,000 yuan a day."""


@dataclass(frozen=True, kw_only=True)
class NewQuota:
    """A quota of a link for a unit from a day on: person-days per unit × 100 (that is, per 100 units)."""

    unit: str
    days_x100: int
    valid_from: date
    mark: str
    work: str = ""
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class NewRate:
    """Pay in fen for a day of a trade (or skill level) at a division from a day on; `until` is the first day after."""

    trade: str
    division: str
    day_fen: int
    valid_from: date
    source: str
    mark: str
    until: date | None = None


def set_quota(actor: Actor, link_id: int, new: NewQuota, *, reason: str) -> LabourQuota:
    """Set the quota of a link for a unit and day; the value of that day is replaced in a draft, and kept otherwise.

    Raises NotFound, InvalidInput, Conflict when an issued edition has a value of that day or later.
    """
    link = queries.link(actor.scope, link_id)
    require_reason(reason)
    _require_mark(new.mark, new.source)
    if new.unit not in UNITS:
        raise InvalidInput("catalogue.unit", f"没有计量单位“{new.unit}”。")
    if not 0 < new.days_x100 <= MOST_DAYS_X100:
        raise InvalidInput("catalogue.quota", "用工定额应大于零，每 100 单位不超过 100,000 工日。")
    former = list(LabourQuota.objects.filter(link=link, unit=new.unit).order_by("valid_from"))
    _require_later(link.edition, [q.valid_from for q in former], new.valid_from)
    same = next((q for q in former if q.valid_from == new.valid_from), None)
    target = queries.quota_rows(actor.scope, same.pk) if same else LabourQuota
    with change(actor, "catalogue.edit", target, reason=reason) as opened:
        row = opened.target or LabourQuota(link=link, unit=new.unit, valid_from=new.valid_from)
        row.work = (new.work.strip() or (former[-1].work if former else link.name))[:30]
        row.days_x100, row.mark, row.source = new.days_x100, new.mark, new.source.strip()[:120]
        row.save()
        opened.target = row
        _note_quota(actor, link, new.unit, before=_quota_text(same or _holding(former, new)), after=row, reason=reason)
    return row


def drop_quota(actor: Actor, quota_id: int, *, reason: str) -> None:
    """Take a quota out of a draft. Raises NotFound, Conflict when the edition is issued, InvalidInput."""
    require_reason(reason)
    with change(actor, "catalogue.edit", lambda: queries.quota_rows(actor.scope, quota_id), reason=reason) as opened:
        row = opened.row
        _require_draft(row.link.edition)
        _note_quota(actor, row.link, row.unit, before=_quota_text(row), after=None, reason=reason)
        LabourQuota.objects.filter(pk=row.pk).delete()
        opened.details = {"dropped": True}


def set_rate(actor: Actor, edition_id: int, new: NewRate, *, reason: str) -> DayRate:
    """Set the day rate of a trade at a division from a day on; as `set_quota` for drafts and issued editions."""
    edition = queries.edition(actor.scope, edition_id)
    prefix = _place(actor, new.division)
    trade = new.trade.strip()
    require_reason(reason)
    _require_mark(new.mark, new.source)
    if not 0 < len(trade) <= 20:
        raise InvalidInput("catalogue.trade", "请填写工种或技能等级，不超过 20 个字。")
    if not 0 < new.day_fen <= MOST_DAY_FEN:
        raise InvalidInput("catalogue.rate", "日工价应大于零，不超过 10,000 元。")
    if new.until is not None and new.until <= new.valid_from:
        raise InvalidInput("catalogue.until", "停止执行日应晚于执行起始日。")
    former = list(DayRate.objects.filter(edition=edition, trade=trade, division_prefix=prefix).order_by("valid_from"))
    _require_later(edition, [r.valid_from for r in former], new.valid_from)
    same = next((r for r in former if r.valid_from == new.valid_from), None)
    before = same or next((r for r in reversed(former) if r.valid_from < new.valid_from), None)
    before_text = _rate_text(before)
    target = queries.rate_rows(actor.scope, same.pk) if same else DayRate
    with change(actor, "catalogue.edit", target, reason=reason) as opened:
        row = opened.target or DayRate(edition=edition, trade=trade, division_prefix=prefix, valid_from=new.valid_from)
        row.day_fen, row.valid_until, row.mark = new.day_fen, new.until, new.mark
        row.source = new.source.strip()[:120]
        row.save()
        opened.target = row
        _note_rate(actor, row, before=before_text, after=_rate_text(row), reason=reason)
    return row


def drop_rate(actor: Actor, rate_id: int, *, reason: str) -> None:
    """Take a day rate out of a draft. Raises NotFound, Conflict when the edition is issued, InvalidInput."""
    require_reason(reason)
    with change(actor, "catalogue.edit", lambda: queries.rate_rows(actor.scope, rate_id), reason=reason) as opened:
        row = opened.row
        _require_draft(row.edition)
        _note_rate(actor, row, before=_rate_text(row), after="", reason=reason)
        DayRate.objects.filter(pk=row.pk).delete()
        opened.details = {"dropped": True}


def note_link(actor: Actor, link: LabourLink, *, before: str, after: str, reason: str) -> None:
    """Keep what was changed in the words of a link; called inside its change."""
    _note(actor, link.edition, "link", link.code, f"{link.code} {link.name}", before, after, reason)


def require_reason(reason: str) -> None:
    """Raises InvalidInput when nobody could later tell why."""
    if len(reason.strip()) < 4:
        raise InvalidInput("catalogue.reason", "请写明修改原因，不少于 4 个字。")


def _require_mark(mark: str, source: str) -> None:
    if mark not in dict(MARKS):
        raise InvalidInput("catalogue.mark", "来源应为“证”“背”“核”之一。")
    if mark == "证" and not source.strip():
        raise InvalidInput("catalogue.source", "标“证”的须写明公开来源。")


def _require_draft(edition: CatalogueEdition) -> None:
    if edition.state != "draft":
        raise Conflict("catalogue.issued", "已印发的目录不能删除取值。可增加一个以后起执行的新值。")


def _require_later(edition: CatalogueEdition, days: list[date], valid_from: date) -> None:
    if not date(2000, 1, 1) <= valid_from <= date(2100, 1, 1):
        raise InvalidInput("catalogue.from", "执行起始日不在合理范围内。")
    if edition.state != "draft" and days and valid_from <= max(days):
        raise Conflict(
            "catalogue.issued",
            f"目录已印发，原值自 {max(days):%Y-%m-%d} 起执行，不能改动；新值的执行起始日须晚于这一天。",
        )


def _place(actor: Actor, division: str) -> str:
    code = codes.normalise(division)
    if not actor.scope.covers_division(code) or not divisions.exists(code):
        raise NotFound("division.unknown", "没有这个行政区划，或不在您的数据范围内。")
    return codes.prefix_of(code)


def _holding(former: list[LabourQuota], new: NewQuota) -> LabourQuota | None:
    """The value that held the day before the new one does."""
    return next((q for q in reversed(former) if q.valid_from < new.valid_from), None)


def _quota_text(quota: LabourQuota | None) -> str:
    if quota is None:
        return ""
    return f"{quota.days_x100} 工日/100{quota.unit}（{quota.mark}），{quota.valid_from:%Y-%m-%d} 起"


def _rate_text(rate: DayRate | None) -> str:
    if rate is None:
        return ""
    until = f"，至 {rate.valid_until:%Y-%m-%d} 前" if rate.valid_until else ""
    return f"{yuan_text(rate.day_fen)} 元（{rate.mark}），{rate.valid_from:%Y-%m-%d} 起{until}"


def _note_quota(
    actor: Actor, link: LabourLink, unit: str, *, before: str, after: LabourQuota | None, reason: str
) -> None:
    _note(actor, link.edition, "quota", link.code, f"{link.name}（{unit}）", before, _quota_text(after), reason)


def _note_rate(actor: Actor, rate: DayRate, *, before: str, after: str, reason: str) -> None:
    place = divisions.path_name(codes.normalise(rate.division_prefix))
    _note(actor, rate.edition, "rate", "", f"{place} {rate.trade}", before, after, reason)


def _note(
    actor: Actor, edition: CatalogueEdition, kind: str, code: str, what: str, before: str, after: str, reason: str
) -> None:
    CatalogueChange.objects.create(
        edition=edition, kind=kind, link_code=code, what=what[:120], before=before[:300], after=after[:300],
        reason=reason.strip()[:200], at=clock.now(), by_name=actor.name,
    )  # fmt: skip
