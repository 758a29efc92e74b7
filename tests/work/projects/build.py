"""Builders of entries for the tests of this room."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from workrelief.kernel.kinds import FundType, Sector, Track
from workrelief.work.projects.rules import Fund, LabourDemand
from workrelief.work.projects.services import NewProject

WAN = 1_000_000
NINGJIN = "371422000000"
FEIXIAN = "371325000000"


def entry(**changes: object) -> NewProject:
    """A complete entry of 400 万元 on the 2022 list of Ningjin."""
    complete = NewProject(
        name="演示镇道路改造工程",
        division_code=NINGJIN,
        track=Track.SPECIAL_FUND,
        sector=Sector.TRANSPORT,
        year=2022,
        list_level="county",
        investment_fen=400 * WAN,
        planned_workers=30,
        planned_pay_fen=90 * WAN,
        funds=(
            Fund(FundType.CENTRAL_BUDGET, 300 * WAN, 300 * WAN, date(2022, 5, 20)),
            Fund(FundType.COUNTY, 100 * WAN),
        ),
        labour_tasks="路基施工",
        demand=LabourDemand("普工", 30, "2022年3月至10月", "不限"),
    )
    return replace(complete, **changes)  # type: ignore[arg-type]
