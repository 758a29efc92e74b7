"""What the verbs of this room share: whose office it is, stale edits, four eyes, dates."""

from __future__ import annotations

from datetime import date

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import Role
from workrelief.base.divisions import queries as divisions
from workrelief.kernel import clock, codes
from workrelief.kernel.errors import Conflict, InvalidInput, NotPermitted


def require_office(actor: Actor, division: str, what: str) -> None:
    """Only the division's own office does this; a higher one sees it but does not act for it. The system may."""
    if Role.SYSTEM in actor.roles or codes.prefix_of(division) in actor.scope.divisions:
        return
    raise NotPermitted(
        "plan.office",
        f"{what}由{divisions.name(division)}的发展改革部门办理，请切换到该单位的岗位。",
        facts={"division": division},
    )


def require_fresh(stored: int, seen: int | None) -> None:
    """Somebody may have saved since the page was read."""
    if seen is not None and seen != stored:
        raise Conflict("plan.version", "内容已被他人修改。请刷新页面，在最新内容上重新办理。")


def require_another(actor: Actor, first: int | None, message: str) -> None:
    """Four eyes: not the same account."""
    if actor.user_id is not None and actor.user_id == first:
        raise NotPermitted("plan.four_eyes", f"{message}，请由另一位同事办理。")


def require_text(text: str, code: str, message: str) -> str:
    """The text without outer spaces. Raises InvalidInput when there is none."""
    found = text.strip()
    if not found:
        raise InvalidInput(code, message)
    return found


def require_day(on: date, *, not_before: date | None = None, what: str, before: str = "") -> date:
    """A day that is not in the future and not before the step it follows. Raises InvalidInput."""
    if on > clock.today():
        raise InvalidInput("plan.day", f"{what}{on:%Y年%-m月%-d日}在今天之后，请核对日期。")
    if not_before is not None and on < not_before:
        raise InvalidInput(
            "plan.day", f"{what}{on:%Y年%-m月%-d日}早于{before}{not_before:%Y年%-m月%-d日}，请核对日期。"
        )
    return on
