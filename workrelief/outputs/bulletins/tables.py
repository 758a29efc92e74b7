"""The tables and charts a bulletin may name: which indicators, along which dimension, under which heads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from workrelief.kernel.kinds import TWO_PROMOTIONS

Where = Mapping[str, tuple[str, ...]]
TWO = tuple(t.id for t in TWO_PROMOTIONS)


@dataclass(frozen=True)
class TableColumn:
    """One indicator under its head; `where` narrows it further than the table does."""

    title: str
    indicator: str
    where: Where = field(default_factory=dict)
    group: str | None = None


@dataclass(frozen=True)
class TableSpec:
    """A declared table: one row per child division, a total row read at the whole (persons are counted again)."""

    name: str
    caption: str
    unit: str
    columns: tuple[TableColumn, ...]
    notes: tuple[str, ...] = ()
    landscape: bool = True


@dataclass(frozen=True)
class BarSpec:
    """A declared ranking chart of the child divisions, one series per track or a single one."""

    name: str
    title: str
    indicator: str
    series: tuple[tuple[str, Where], ...]


_ROUNDING = "因四舍五入，分项和可能与合计略有出入。"

TABLES: dict[str, TableSpec] = {
    t.name: t
    for t in (
        TableSpec(
            "city_overview",
            "以工代赈项目实施情况（两类合计及分类）",
            "个、亿元、人、万元、元",
            (
                TableColumn("项目数", "projects", {"track": TWO}, "两类合计"),
                TableColumn("总投资", "investment", {"track": TWO}, "两类合计"),
                TableColumn("务工人数", "headcount_project", {"track": TWO}, "两类合计"),
                TableColumn("劳务报酬", "wages_paid", {"track": TWO}, "两类合计"),
                TableColumn("人均报酬", "wages_per_head", {"track": TWO}, "两类合计"),
                TableColumn("务工人数", "headcount_project", {"track": ("key_project",)}, "重点工程"),
                TableColumn("劳务报酬", "wages_paid", {"track": ("key_project",)}, "重点工程"),
                TableColumn("务工人数", "headcount_project", {"track": ("agri_promotion",)}, "农业农村"),
                TableColumn("劳务报酬", "wages_paid", {"track": ("agri_promotion",)}, "农业农村"),
            ),
            ("务工人数按项目分别去重后相加。" + _ROUNDING,),
        ),
        TableSpec(
            "city_training",
            "以工代赈业务培训情况",
            "场、人次",
            (
                TableColumn("场次", "training_sessions", {"training_type": ("policy",)}),
                TableColumn("合计", "training_person_times", {"training_type": ("policy",)}, "培训人次"),
                TableColumn(
                    "政府及部门",
                    "training_person_times",
                    {"training_type": ("policy",), "audience": ("government",)},
                    "培训人次",
                ),
                TableColumn(
                    "项目业主",
                    "training_person_times",
                    {"training_type": ("policy",), "audience": ("owner",)},
                    "培训人次",
                ),
                TableColumn(
                    "施工单位",
                    "training_person_times",
                    {"training_type": ("policy",), "audience": ("contractor",)},
                    "培训人次",
                ),
            ),
            landscape=False,
        ),
    )
}

CHARTS: dict[str, BarSpec] = {
    c.name: c
    for c in (
        BarSpec(
            "wages_by_city",
            "劳务报酬发放额",
            "wages_paid",
            (("重点工程", {"track": ("key_project",)}), ("农业农村", {"track": ("agri_promotion",)})),
        ),
    )
}
