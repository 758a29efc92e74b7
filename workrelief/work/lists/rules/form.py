"""Form F as one frozen record (forms.md 表 F): what is kept of a project in an edition, compared, and summed up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from workrelief.kernel.kinds import FundType, Sector, Track
from workrelief.kernel.money import wan_text
from workrelief.work.lists.states import LEVEL_LABELS
from workrelief.work.projects.rules import LabourDemand

Fields = Mapping[str, Any]

COLUMNS: Final[dict[str, str]] = {
    "name": "项目名称",
    "code": "项目代码",
    "division_code": "所在地",
    "track": "项目线",
    "sector": "领域",
    "construction_kind": "建设性质",
    "owner_name": "建设单位",
    "content": "主要建设内容",
    "investment_fen": "总投资（万元）",
    "planned_investment_fen": "年度计划投资（万元）",
    "funds": "资金来源",
    "starts_on": "开工时间",
    "ends_on": "完工时间",
    "labour_tasks": "适用的建设任务",
    "labour_links": "用工环节",
    "posts": "用工岗位",
    "post_number": "岗位数量",
    "season": "用工时段",
    "skill": "技能要求",
    "planned_workers": "拟吸纳人数",
    "planned_priority_workers": "其中优先群体",
    "planned_pay_fen": "拟发劳务报酬（万元）",
    "planned_training": "拟培训人次",
    "industry_department": "行业主管部门",
    "responsible": "责任人与电话",
    "remark": "备注",
}
"""Keys of a frozen record with the titles of form F; amounts in fen, dates as ISO text, funds as {fund type id: fen}."""

_SUMMED: Final = ("investment_fen", "planned_investment_fen", "planned_workers", "planned_pay_fen")


def frozen(entry: Any, project: Any, funds: Mapping[str, int]) -> dict[str, Any]:
    """The record of an entry: what it says for the year goes before what the project says today."""
    demand = LabourDemand.parse(project.labour_demand)
    return {
        "name": project.name,
        "code": project.code,
        "division_code": entry.division_code,
        "track": entry.track,
        "sector": entry.sector,
        "construction_kind": project.construction_kind,
        "owner_name": project.owner_name,
        "content": project.content,
        "investment_fen": entry.investment_fen,
        "planned_investment_fen": entry.planned_investment_fen,
        "funds": dict(sorted(funds.items())),
        "starts_on": project.starts_on.isoformat() if project.starts_on else "",
        "ends_on": project.ends_on.isoformat() if project.ends_on else "",
        "labour_tasks": project.labour_tasks,
        "labour_links": project.labour_links,
        "posts": demand.posts,
        "post_number": demand.number,
        "season": demand.season,
        "skill": demand.skill,
        "planned_workers": entry.planned_workers,
        "planned_priority_workers": project.planned_priority_workers,
        "planned_pay_fen": entry.planned_pay_fen,
        "planned_training": project.planned_training,
        "industry_department": project.industry_department,
        "responsible": project.responsible,
        "remark": project.remark,
    }


def difference(before: Fields, after: Fields) -> dict[str, tuple[str, str]]:
    """{title of form F: (before, after)} as printed, of the columns that differ."""
    return {
        title: (shown(key, before.get(key)), shown(key, after.get(key)))
        for key, title in COLUMNS.items()
        if (before.get(key) or "") != (after.get(key) or "")
    }


def shown(key: str, value: Any) -> str:
    """A value of a frozen record as printed in form F."""
    if value in (None, ""):
        return ""
    if key.endswith("_fen"):
        return wan_text(int(value))
    if key == "track":
        return Track.of_id(str(value)).label
    if key == "sector":
        return Sector.of_id(str(value)).label
    if key == "level":
        return LEVEL_LABELS[str(value)]
    if key == "funds":
        return "；".join(f"{FundType.of_id(kind).label}{wan_text(int(fen))}" for kind, fen in value.items())
    return str(value)


def totals(lines: Iterable[tuple[str, Fields]]) -> dict[str, Any]:
    """Totals of (change, record) lines: lines by change, and sums over those that are on the list; amounts in fen."""
    changes: dict[str, int] = {}
    sums = dict.fromkeys(_SUMMED, 0)
    projects = 0
    for change, fields in lines:
        changes[change] = changes.get(change, 0) + 1
        if change in ("in", "kept", "changed"):
            projects += 1
            for name in _SUMMED:
                sums[name] += fields[name] or 0
    return {"projects": projects, "changes": changes, **sums}
