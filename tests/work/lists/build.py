"""Projects in the reserve, for the tests of this room. Two promotions, with everything a list asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workrelief.base.access.actor import Actor
from workrelief.base.divisions.services import load_divisions
from workrelief.kernel import clock
from workrelief.kernel.kinds import FundType, Sector, Track
from workrelief.work.lists import services
from workrelief.work.projects.rules import Fund, LabourDemand
from workrelief.work.projects.services import NewProject, register_many

WAN = 1_000_000
NINGJIN = "371422000000"
FEIXIAN = "371325000000"
DEZHOU = "371400000000"
PROVINCE = "370000000000"
PLACES = ["柴胡店", "长官", "杜集", "保店", "大柳", "大曹", "相衙", "时集", "张大庄", "刘营伍"]
WORKS = [
    "农村道路改造",
    "河道治理",
    "高标准农田",
    "供水管网",
    "灌区续建",
    "小流域治理",
    "产业路",
    "桥梁修复",
    "排水沟渠",
    "人居环境整治",
]


def this_year() -> int:
    return clock.today().year


def reserve(number: int, **changes: object) -> NewProject:
    """A complete project for this year's reserve; names differ in place and kind of work."""
    place, work = PLACES[number % 10], WORKS[number // 10 % 10]
    complete = NewProject(
        name=f"（演示）{place}镇{work}第{number + 1}标段",
        division_code=NINGJIN,
        track=Track.AGRI_PROMOTION if number % 2 else Track.KEY_PROJECT,
        sector=Sector.TRANSPORT,
        year=this_year(),
        list_level="county",
        investment_fen=(400 + number) * WAN,
        planned_workers=30,
        planned_pay_fen=90 * WAN,
        funds=(Fund(FundType.COUNTY, (400 + number) * WAN),),
        labour_tasks="路基施工",
        labour_links="路肩培土",
        demand=LabourDemand("普工", 20, "3月至10月", "不限"),
        is_reserve=True,
    )
    return replace(complete, **changes)  # type: ignore[arg-type]


def in_reserve(actor: Actor, entries: Sequence[NewProject]) -> list[int]:
    """Register and enter; ids of the list entries."""
    load_divisions()
    done = register_many(actor, entries)
    new = [
        services.NewEntry(project_id=pk, year=one.year, level=one.list_level)
        for pk, one in zip(done.project_ids, entries, strict=True)
    ]
    return services.enter_many(actor, new)
