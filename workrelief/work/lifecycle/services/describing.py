"""What stands beside the state: marks, the promise of pay, who builds, and where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import permit
from workrelief.base.audit.change import Change, change, change_many
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound
from workrelief.work.lifecycle import queries
from workrelief.work.lifecycle.models import Life, MarkSet, StepTaken
from workrelief.work.lifecycle.services.adopting import adopt_missing
from workrelief.work.lifecycle.services.stepping import LEAST_REASON
from workrelief.work.lifecycle.states import ENTERPRISE, IMPLEMENTERS, PROJECT_LIFE, traits_of

WEST, EAST, SOUTH, NORTH = 114_000_000, 123_500_000, 34_000_000, 38_800_000
"""Frame around Shandong in millionths of a degree; a point outside is a typing mistake."""
WHOLE_BP = 10_000
WRITE_ROWS = 500


def set_mark(actor: Actor, project_id: int, mark: str, *, reason: str, reference: str = "") -> Life:
    """Set a mark (adjusting, suspended, rectifying, fund_recalled) beside the state.

    Raises InvalidInput for an unknown mark or no reason, Conflict when it stands already or the life has ended.
    """
    return _mark(actor, project_id, mark, reason, reference, stands=True)


def clear_mark(actor: Actor, project_id: int, mark: str, *, reason: str, reference: str = "") -> Life:
    """Take a mark away again; its history stays. Raises Conflict when it does not stand."""
    return _mark(actor, project_id, mark, reason, reference, stands=False)


def _mark(actor: Actor, project_id: int, mark: str, reason: str, reference: str, *, stands: bool) -> Life:
    if mark not in PROJECT_LIFE.marks:
        raise InvalidInput("life.mark", f"没有“{mark}”这一标记。")
    _require_reason(reason)
    permit(actor, "lifecycle.mark")
    label = PROJECT_LIFE.marks[mark].label
    with transaction.atomic():
        adopt_missing(actor, [project_id])
        with change(actor, "lifecycle.mark", lambda: queries.life_row(actor.scope, project_id), reason=reason) as c:
            life = c.row
            if stands and life.state == "terminated":
                raise Conflict("life.ended", "项目已终止，不再标记。")
            if getattr(life, mark) is stands:
                raise Conflict("life.mark", f"项目已{'' if stands else '没有'}标记为“{label}”，请刷新。")
            today = clock.today()
            if stands:
                MarkSet.objects.create(
                    life=life, mark=mark, set_on=today, set_by=actor.name, reason=reason, reference=reference[:120]
                )
            else:
                MarkSet.objects.filter(life=life, mark=mark, cleared_on=None).update(
                    cleared_on=today, cleared_by=actor.name, outcome=reason
                )
            _save(c, {mark: stands})
            c.details = {"mark": mark, "reference": reference}
    return life


def set_commitment(
    actor: Actor, project_id: int, *, pay_fen: int | None = None, share_bp: int | None = None, reason: str = ""
) -> Life:
    """Keep what was promised as labour pay: an amount in fen, a share of the fund in basis points (3000 = 30 %), or both.

    None leaves that promise as it is. Lowering a promise wants a reason and an officer's duties. Raises InvalidInput.
    """
    if (pay_fen is not None and pay_fen < 0) or (share_bp is not None and not 0 <= share_bp <= WHOLE_BP):
        raise InvalidInput("life.promise", "承诺额不能为负，承诺比例应在0到100%之间。")
    given = {
        name: value
        for name, value in (("promised_pay_fen", pay_fen), ("promised_share_bp", share_bp))
        if value is not None
    }
    if not given:
        raise InvalidInput("life.promise", "请填写承诺额或承诺比例。")
    with _described(actor, project_id, reason) as c:
        if any((getattr(c.row, name) or 0) > value for name, value in given.items()):
            permit(actor, "lifecycle.correct")
            _require_reason(reason)
        _save(c, given)
        return c.row


def set_implementer(actor: Actor, project_id: int, kind: str, *, reason: str = "") -> Life:
    """Say who builds: enterprise, self_build, council or collective; before tender or self-build is confirmed.

    A life taken over further on never decided it: there an officer may say it, with the reason, until it is put away.
    Raises InvalidInput for an unknown kind or no reason, Conflict once it has been decided.
    """
    if kind not in IMPLEMENTERS:
        raise InvalidInput("life.implementer", f"没有“{kind}”这一承接方式。")
    with _described(actor, project_id, reason) as c:
        life = c.row
        order = PROJECT_LIFE.order(traits_of(life.track, ENTERPRISE))
        is_open = life.state in order and order.index(life.state) < order.index("tendered")
        if not is_open and _never_decided(life):
            permit(actor, "lifecycle.correct")
            _require_reason(reason)
        elif not is_open:
            raise Conflict("life.implementer", f"项目已是“{PROJECT_LIFE.state(life.state).label}”，承接方式不能再改。")
        _save(c, {"implementer_kind": kind})
        return life


_DECIDING = ("tender", "confirm_self_build")


def _never_decided(life: Life) -> bool:
    """Whether the life began behind the step that decides who builds, and is not put away yet."""
    if life.state in ("archived", "performance_evaluated", "terminated"):
        return False
    steps = StepTaken.objects.filter(life=life)
    return steps.filter(step="adopt").exists() and not steps.filter(step__in=_DECIDING).exists()


def set_site(actor: Actor, project_id: int, *, lon_e6: int, lat_e6: int, site: str = "") -> Life:
    """Locate the site on the map, in millionths of a degree (CGCS2000). Raises InvalidInput outside the province's frame."""
    _require_frame(lon_e6, lat_e6)
    with _described(actor, project_id, "") as c:
        _save(c, {"lon_e6": lon_e6, "lat_e6": lat_e6, **({"site": site[:120]} if site.strip() else {})})
        return c.row


@dataclass(frozen=True)
class NewSite:
    """Where a project lies: millionths of a degree (CGCS2000), with the name of the place where known."""

    project_id: int
    lon_e6: int
    lat_e6: int
    site: str = ""


def set_sites(actor: Actor, sites: Sequence[NewSite], *, reason: str = "") -> int:
    """Locate many sites in one change, all or nothing; returns how many.

    Raises InvalidInput outside the province's frame, NotFound when a project is out of scope or has no life yet.
    """
    if not sites:
        return 0
    with change_many(actor, "lifecycle.describe", kind="lifecycle.life", reason=reason) as opened:
        known = queries.lives_of(actor.scope, [one.project_id for one in sites])
        for one in sites:
            _require_frame(one.lon_e6, one.lat_e6)
            life = known.get(one.project_id)
            if life is None:
                raise NotFound("project.missing", "有项目没有纳入进程，或不在您的数据范围内。")
            life.lon_e6, life.lat_e6 = one.lon_e6, one.lat_e6
            life.site = one.site.strip()[:120] or life.site
            life.version += 1
            life.updated_at = clock.now()
        columns = ["lon_e6", "lat_e6", "site", "version", "updated_at"]
        Life.rows.bulk_update(known.values(), columns, batch_size=WRITE_ROWS)
        opened.label = f"登记坐标{len(sites)}处"
        opened.totals = {"sites": len(sites)}
    return len(sites)


def _require_frame(lon_e6: int, lat_e6: int) -> None:
    if not (WEST <= lon_e6 <= EAST and SOUTH <= lat_e6 <= NORTH):
        raise InvalidInput("life.site", "坐标不在山东省范围内，请核对经度、纬度。")


def _require_reason(reason: str) -> None:
    if len(reason.strip()) < LEAST_REASON:
        raise InvalidInput("life.reason", "请写明原因（至少4个字）。")


@contextmanager
def _described(actor: Actor, project_id: int, reason: str) -> Iterator[Change[Life]]:
    permit(actor, "lifecycle.describe")
    with transaction.atomic():
        adopt_missing(actor, [project_id])
        with change(actor, "lifecycle.describe", lambda: queries.life_row(actor.scope, project_id), reason=reason) as c:
            yield c


def _save(c: Change[Life], given: Mapping[str, Any]) -> None:  # Any: columns of several kinds
    life = c.row
    for name, value in given.items():
        setattr(life, name, value)
    life.version += 1
    life.updated_at = clock.now()
    life.save(update_fields=[*given, "version", "updated_at"])
