"""政策与指引 in its first form: guides step by step, every rule with its mark and clauses, every parameter with its dates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render

from workrelief.base.divisions import queries as divisions
from workrelief.base.law import registry
from workrelief.base.law.entries import Parameter, Rule, Value
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.paging import query_url
from workrelief.faces.shared.text import fen_yuan, ratio
from workrelief.kernel import clock, codes
from workrelief.kernel.kinds import FundType

_TONES = {"blocker": "stop", "serious": "warn", "warning": "run", "hint": ""}
_GROUPS = {
    "A": "适用范围与三类项目",
    "B": "三级项目清单",
    "C": "计划申报、下达、分解",
    "D": "前期、招标与合同",
    "E": "组织务工",
    "F": "劳务报酬",
    "G": "培训与综合赈济",
    "H": "公告公示",
    "I": "建设、验收、移交、档案",
    "J": "资金支付",
    "K": "调度与统计",
    "L": "监督检查",
    "M": "评价与奖惩",
    "N": "编码与数据标准",
    "O": "安全与合规",
    "P": "公文与输出",
    "Q": "法规条文",
}
_UNITS = {
    "day": "天",
    "working_day": "个工作日",
    "month": "",
    "year": "年",
    "minute": "分钟",
    "hour": "小时",
    "age": "周岁",
    "person": "人",
    "person_day": "工日",
    "pay_day": "天",
    "factor": "倍",
    "count": "",
    "tier": "档",
}
_BOUNDS = {"low": "下端", "high": "上端"}


@dataclass(frozen=True)
class ShownRule:
    """A rule as a row of the page."""

    id: str
    title: str
    level: tuple[str, str]
    status: str
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class ShownValue:
    """One line of a parameter: what it holds for, how much, from when to when, by which clause."""

    label: str
    when: str
    value: str
    start: str
    end: str
    cite: str
    note: str
    is_first: bool
    is_now: bool


@page("law.view")
def law(request: ActingRequest) -> HttpResponse:
    """The rule book as the platform applies it; `?q=` finds a word or number, `?group=` one chapter."""
    text = request.GET.get("q", "").strip()[:40]
    group = request.GET.get("group", "")
    group = group if group in _GROUPS else ""
    rules = [_shown(r) for r in registry.rules(group)]
    found = [
        r for r in rules if not text or text in r.title or text.casefold() == r.id.casefold() or _in(text, r.clauses)
    ]
    whole = not text and not group
    numbers = {letter: sum(r.group == letter for r in registry.rules()) for letter in _GROUPS}
    return render(
        request,
        "rooms/law.html",
        {
            "title": "政策与指引",
            "crumbs": [("政策与指引", "")],
            "text": text,
            "group": group,
            "chapters": [(name, [r for r in found if r.id[0] == letter], letter) for letter, name in _GROUPS.items()],
            "choices": [
                (letter, name, numbers[letter], query_url(request, group=letter))
                for letter, name in _GROUPS.items()
                if numbers[letter]
            ],
            "all_url": query_url(request, group=None),
            "found": len(found),
            "total": sum(numbers.values()),
            "guides": registry.guides() if whole else (),
            "parameters": [line for p in registry.law().parameters.values() for line in _lines(p)] if whole else (),
        },
    )


def _shown(rule: Rule) -> ShownRule:
    level = (rule.severity.label, _TONES[rule.severity.value])
    return ShownRule(rule.id, rule.title, level, rule.status, tuple(registry.resolve(cite) for cite in rule.cites))


def _in(text: str, clauses: tuple[str, ...]) -> bool:
    return any(text in clause for clause in clauses)


def _lines(parameter: Parameter) -> Iterator[ShownValue]:
    today = clock.today()
    for index, line in enumerate(parameter.values):
        yield ShownValue(
            label=parameter.label,
            when="、".join(_condition(name, value) for name, value in line.when),
            value=_value(line.value, parameter.unit),
            start=line.start.isoformat(),
            end=line.end.isoformat() if line.end else "",
            cite=registry.resolve(line.cite),
            note=line.note,
            is_first=index == 0,
            is_now=line.holds_on(today),
        )


def _condition(name: str, value: str) -> str:
    """What a dimension of a parameter means: central_budget, 371482, tier 1, the upper bound."""
    if value == "*":
        return "其他"
    if name == "fund_type":
        return FundType.of_id(value).label
    if name == "division":
        return divisions.name(codes.normalise(value))
    return f"第 {value} 档" if name == "tier" else _BOUNDS.get(value, value)


def _value(value: Value, unit: str) -> str:
    if unit == "fen" and isinstance(value, int):
        return f"{fen_yuan(value)} 元"
    if unit == "ratio" and isinstance(value, Decimal | int):
        return f"{ratio(Decimal(value))}%" if value else "不设"
    if unit == "month":
        return f"{str(value)[:4]}-{str(value)[4:]}"
    if unit == "tier":
        return f"第 {value} 档"
    return f"{value} {_UNITS.get(unit, '')}".rstrip()
