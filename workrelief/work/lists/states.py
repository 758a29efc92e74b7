"""Life of an entry on a year's list (lifecycle.md §5), and whose turn it is."""

from __future__ import annotations

from typing import Final

from workrelief.kernel import codes
from workrelief.kernel.codes import Level
from workrelief.kernel.statemachine import Machine, State, Transition

LEVEL_LABELS: Final = {"province": "省级", "city": "市级", "county": "县级"}
LEVELS: Final = ("county", "city", "province")
"""List levels from the lowest to the highest; promotion goes to the right."""

_WAITING = ("submitted", "county_confirmed", "city_confirmed", "prov_confirmed")
_LISTED = ("published", "adjusted")

LIST_ENTRY = Machine(
    "list_entry",
    states=[
        State("draft", "储备", "grey"),
        State("submitted", "已上报", "blue"),
        State("county_confirmed", "县级已确认", "blue"),
        State("city_confirmed", "市级已确认", "blue"),
        State("prov_confirmed", "省级已确认", "blue"),
        State("published", "已发布", "green"),
        State("adjusted", "已调整", "amber"),
        State("promoted", "已提级（不计数）", "grey"),
        State("taken_out", "已调出", "red"),
        State("closed", "年度关闭", "grey"),
    ],
    transitions=[
        Transition("submit", ("draft",), "submitted", "上报", "list.enter", ("labour", "duplicates"), "list-submit"),
        Transition("confirm_county", ("submitted",), "county_confirmed", "县级确认", "list.confirm_county",
                   ("labour", "duplicates"), "list-confirm"),
        Transition("confirm_city", ("submitted", "county_confirmed"), "city_confirmed", "市级确认", "list.confirm_city",
                   ("labour", "duplicates"), "list-confirm"),
        Transition("confirm_province", ("submitted", "county_confirmed", "city_confirmed"), "prov_confirmed", "省级确认",
                   "list.confirm_province", ("labour", "duplicates"), "list-confirm"),
        Transition("return", _WAITING, "draft", "退回修改", "list.return", (), "list-confirm"),
        Transition("publish", ("county_confirmed", "city_confirmed", "prov_confirmed", "adjusted"), "published", "印发清单",
                   "list.issue", ("labour", "duplicates"), "list-issue"),
        Transition("adjust", ("published", "adjusted"), "adjusted", "调整", "list.adjust", ("reason",), "list-adjust"),
        Transition("promote", (*_WAITING, *_LISTED), "promoted", "提级", "list.promote", ("reason",), "list-promote"),
        Transition("take_out", ("draft", *_WAITING, *_LISTED), "taken_out", "调出清单", "list.adjust", ("reason",),
                   "list-adjust"),
        Transition("close", _LISTED, "closed", "年度关闭", "list.close"),
    ],
)  # fmt: skip

CONFIRM_STEPS: Final = {"county": "confirm_county", "city": "confirm_city", "province": "confirm_province"}
CONFIRMED: Final = {"county": "county_confirmed", "city": "city_confirmed", "province": "prov_confirmed"}
LISTED: Final = _LISTED
COUNTED: Final = ("published", "adjusted", "closed")
"""States in which an entry counts on its list."""
STANDING: Final = ("draft", *_WAITING, *_LISTED, "closed")
"""States in which the entry holds the project's one place on the lists of the year."""

_ADMIN: Final = {"county": Level.COUNTY, "city": Level.CITY, "province": Level.PROVINCE}


def office_level(division_code: str) -> str:
    """The lowest list level a project at this division can stand on: county, or city / province for their own projects."""
    level = codes.level_of(division_code)
    if level <= Level.PROVINCE:
        return "province"
    return "city" if level == Level.CITY else "county"


def chain(division_code: str, level: str) -> tuple[str, ...]:
    """Offices that confirm, in order, an entry of this level at this division; empty when the level is below the project."""
    first, last = LEVELS.index(office_level(division_code)), LEVELS.index(level)
    return LEVELS[first : last + 1]


def next_office(division_code: str, level: str, state: str) -> str:
    """Level of the office whose turn it is: to submit (draft), to confirm, to issue; "" when it is nobody's.

    draft → the project's own office; submitted → the first of the chain; X_confirmed → the one after X, or the issuing
    office when X is the level of the list; adjusted → the issuing office.
    """
    offices = chain(division_code, level)
    if not offices:
        return ""
    if state in ("draft", "submitted"):
        return offices[0]
    if state == "adjusted":
        return level
    for name, confirmed in CONFIRMED.items():
        if state == confirmed:
            later = [o for o in offices if LEVELS.index(o) > LEVELS.index(name)]
            return later[0] if later else level
    return ""


def next_step(division_code: str, level: str, state: str) -> str:
    """Name of the transition that brings the entry forward: submit, confirm_…, publish; "" when there is none."""
    if state == "draft":
        return "submit"
    office = next_office(division_code, level, state)
    if not office:
        return ""
    if state == "adjusted" or state == CONFIRMED[level]:
        return "publish"
    return CONFIRM_STEPS[office]


def issuing_division(division_code: str, level: str) -> str:
    """The 12-digit division whose office issues the list an entry of this level at this division belongs to."""
    return codes.at_level(division_code, _ADMIN[level])
