"""The page behind one number: its value, its 口径 and formula, the conditions it was read under, and its ledger rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from workrelief.base.access.scope import Scope
from workrelief.base.divisions import queries as divisions
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.paging import PER_PAGE, Page, paginate
from workrelief.faces.shared.tables import Action, Column, Table, build_table
from workrelief.faces.web.figure_pages import (
    figure_url,
    figures_stamp,
    shown_definition,
    source_of,
    visible_place,
)
from workrelief.figures.indicators.catalogue import definition
from workrelief.figures.indicators.definitions import Derived, Ratio
from workrelief.figures.indicators.explain import Explanation, LedgerRow, explain
from workrelief.figures.indicators.read import read
from workrelief.figures.ledger.facts import FUND, FUND_MOVE, PAY, PROJECT, TRAINING
from workrelief.figures.snapshots import queries as snapshots
from workrelief.kernel.address import Address, parse_address
from workrelief.kernel.codes import CODE_LENGTH
from workrelief.kernel.errors import NotFound
from workrelief.kernel.figure import Figure, FigureTable
from workrelief.kernel.kinds import Audience, FundType, Kind, Track, TrainingType, WorkerGroup
from workrelief.kernel.units import FEN, PERSON_DAY, Unit, show, show_value, unit_suffix
from workrelief.work.projects import queries as projects
from workrelief.work.projects.queries import ProjectRef

PAGE = "page"


@page("figures.explain")
def figure(request: ActingRequest) -> HttpResponse:
    """The figure at the address in the query string, with a page of the rows behind it.

    A place or project outside the scope is not found, like one that does not exist.
    """
    scope = request.actor.scope
    address = address_from(request.GET)
    table, found = figure_at(scope, address)
    explanation, pager = _explained(request, found, scope)
    known = projects.refs(scope, _project_ids(address, explanation))
    shown = shown_definition(found.indicator)
    one = definition(found.indicator)
    pinned = bool(address.manifest)
    sealed = snapshots.manifest(address.manifest) if pinned and not address.manifest.startswith("live-") else None
    return render(
        request,
        "figure.html",
        {
            "title": f"{_place_name(found, known)}{found.period.label}{shown.label}",
            "crumbs": (("统计分析", reverse("web:statistics")), ("数字来源", "")),
            "stamp": figures_stamp(table, pinned=pinned),
            "definition": shown,
            "value": show(found),
            "unit": unit_suffix(found.unit) if found.value is not None else "",
            "rounded": _rounded(found),
            "parts": _parts(explanation, pinned=pinned),
            "operator": "÷" if isinstance(one, Ratio) else "比",
            "filters": _filters(explanation, known),
            "pinned": pinned,
            "state": address.manifest,
            "as_of": table.as_of if table.as_of.year > 2000 else None,
            "digest": sealed.digest if sealed else "",
            "rows_title": f"{explanation.measure.label}的台账行" if explanation.numerator else "台账行",
            "rows_note": _rows_note(explanation),
            "rows_sum": _rows_sum(explanation),
            "table": rows_table(request, explanation, known),
            "pager": pager,
            "empty_cause": "这个范围和期间内没有入账，数字因此为空",
            "back_url": f"{reverse('web:statistics')}?d={found.division}&year={found.period.year}",
        },
    )


def address_from(query: QueryDict) -> Address:
    """The figure's address without the page number. Raises InvalidInput for a broken one."""
    return parse_address({name: str(value) for name, value in query.items() if name != PAGE})


def figure_at(scope: Scope, address: Address) -> tuple[FigureTable, Figure]:
    """Read the figure again; one without any row has no data. Raises NotFound outside the scope."""
    for name, key in (*zip(address.by, address.key, strict=True), *((n, k) for n, keys in address.where for k in keys)):
        if len(key) == CODE_LENGTH:
            visible_place(scope, name, key)
        if name == "project" and key != "0" and not (key.isdecimal() and projects.refs(scope, [int(key)])):
            raise NotFound("project.missing", "没有找到这个项目，或不在您的数据范围内。")
    table = read(
        [address.indicator],
        scope=scope,
        period=address.period,
        by=address.by,
        division=address.division,
        where=dict(address.where),
        source=source_of(address.manifest),
    )
    if address.key in table.cells:
        return table, table.figure(address.indicator, *address.key)
    one = definition(address.indicator)
    return table, Figure(
        one.id, None, one.unit, address.period, address.division, table.manifest, "no_data", address.by, address.key,
        address.where,
    )  # fmt: skip


def _explained(request: ActingRequest, found: Figure, scope: Scope) -> tuple[Explanation, Page[int]]:
    """The rows of the page asked for; a page beyond the last gives the last."""
    wanted = request.GET.get(PAGE, "1")
    number = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 8 else 1
    explanation = explain(found, scope=scope, page=number, per_page=PER_PAGE)
    pager = paginate(request, range(explanation.total_rows), PER_PAGE)
    if pager.number != number:
        explanation = explain(found, scope=scope, page=pager.number, per_page=PER_PAGE)
    return explanation, pager


# ---------- shaping ----------


@dataclass(frozen=True)
class Term:
    """One side of a formula, with the address of its own page."""

    label: str
    text: str
    unit: str
    url: str


def _parts(explanation: Explanation, *, pinned: bool) -> list[Term]:
    words: Sequence[str] = ("本期", "上年同期") if isinstance(explanation.definition, Derived) else ("", "")
    return [
        Term(
            f"{word}{definition(one.indicator).label}",
            show(one),
            unit_suffix(one.unit),
            figure_url(one, pinned=pinned) if one.value is not None else "",
        )
        for word, one in zip(words, (explanation.numerator, explanation.denominator), strict=True)
        if one is not None
    ]


def _rounded(found: Figure) -> str:
    """As provincial texts write it, 28.05亿元; "" when that says no more or too little."""
    large = found.value is not None and abs(Decimal(found.value)) >= found.unit.headline.divisor
    return found.headline if large and found.headline != show(found, suffix=True) else ""


def _place_name(found: Figure, known: Mapping[int, ProjectRef]) -> str:
    """The division or project the number stands for, the last one named in its key."""
    name = divisions.name(found.division)
    for dimension, key in zip(found.by, found.key, strict=True):
        if dimension in ("province", "city", "county", "township"):
            name = divisions.name(key)
        elif dimension == "project" and int(key) in known:
            name = f"{known[int(key)].name} "
    return name


def _filters(explanation: Explanation, known: Mapping[int, ProjectRef]) -> list[tuple[str, str]]:
    """(word, condition); a project by its name instead of its number."""
    names = {f"项目 {number}": ref.name for number, ref in known.items()}
    pairs = [line.split("：", 1) for line in explanation.filters]
    return [(name, "、".join(names.get(word, word) for word in words.split("、"))) for name, words in pairs]


def _project_ids(address: Address, explanation: Explanation) -> set[int]:
    named = [*zip(address.by, address.key, strict=True), *((n, k) for n, keys in address.where for k in keys)]
    ids = {int(key) for name, key in named if name == "project"}
    return {number for number in ids | {row.project_id for row in explanation.rows} if number}


def _rows_note(explanation: Explanation) -> str:
    if explanation.denominator is not None:
        return f"这里列的是{explanation.measure.label}；另一个数的台账行，请点上面公式中的数字"
    return explanation.table


def _rows_sum(explanation: Explanation) -> str:
    """What all rows together give: for a sum the figure itself, for a count how many remain when repeats are taken out."""
    measure = explanation.measure
    whole = explanation.numerator or explanation.figure
    if measure.counted:
        return f"逐行计入后去重为 {show(whole, suffix=True)}"
    return f"合计 {show_value(explanation.rows_sum, measure.unit, suffix=True)}"


def rows_table(request: ActingRequest, explanation: Explanation, known: Mapping[int, ProjectRef]) -> Table:
    """The ledger rows with a link to what they came from."""
    measure = explanation.measure
    shape = SHAPES[measure.family.table.name]

    def project(row: LedgerRow) -> str:
        return known[row.project_id].name if row.project_id in known else "不属于项目"

    def project_url(row: LedgerRow) -> str:
        return reverse("web:project", args=[row.project_id]) if row.project_id in known else ""

    columns = (
        Column("occurred_on", shape.day, kind="date"),
        Column(
            "project",
            "项目",
            value=project,
            link=project_url,
            sub=lambda row: divisions.path_name(row.division_code),
            lead=True,
        ),
        *shape.columns,
        _added(measure.unit),
    )
    if any(row.reverses for row in explanation.rows):
        columns = (
            *columns,
            Column("reverses", "说明", value=lambda row: f"冲回第 {row.reverses} 行" if row.reverses else ""),
        )
    return build_table(
        request,
        columns,
        explanation.rows,
        caption=f"{explanation.table}台账行",
        id="ledger",
        tight=True,
        actions=lambda row: shape.actions(row, known),
        row_css=lambda row: "off" if row.reverses else "",
    )


def _added(unit: Unit) -> Column:
    """What each row adds; single amounts are shown in yuan, where a figure has 万元."""
    if unit is FEN:
        return Column("value", "计入", kind="yuan")
    if unit is PERSON_DAY:
        return Column("value", "计入", kind="days", unit="工日")
    return Column("value", "计入", kind="number", unit=unit_suffix(unit))


def _whole(row: LedgerRow, name: str) -> int | None:
    value = row.columns[name]
    return value if isinstance(value, int) and not isinstance(value, date) else None


def _number(name: str) -> Callable[[LedgerRow], int | None]:
    return lambda row: _whole(row, name)


def _kind(kinds: type[Kind], name: str) -> Callable[[LedgerRow], str]:
    return lambda row: kinds.of_code(_whole(row, name) or 0).label if _whole(row, name) else ""


def _month(row: LedgerRow) -> str:
    year, month = divmod(_whole(row, "wage_period") or 0, 100)
    return f"{year}-{month:02d}"


@dataclass(frozen=True)
class Shape:
    """How rows of one fact are shown: the word for their day, their own columns, and where they lead."""

    day: str
    columns: tuple[Column, ...]
    actions: Callable[[LedgerRow, Mapping[int, ProjectRef]], tuple[Action, ...]]


def _to_project(row: LedgerRow, known: Mapping[int, ProjectRef]) -> tuple[Action, ...]:
    return (Action("项目", reverse("web:project", args=[row.project_id])),) if row.project_id in known else ()


SHAPES: Mapping[str, Shape] = {
    PAY.name: Shape(
        "到账或记账日",
        (
            Column("wage_period", "所属期", value=_month),
            Column("group", "人员类别", value=_kind(WorkerGroup, "group")),
            Column("days", "出工", kind="days", value=_number("days_x10"), unit="工日"),
            Column("due", "应发", kind="yuan", value=_number("due_fen")),
            Column("paid", "实发", kind="yuan", value=_number("paid_fen")),
        ),
        lambda row, known: (Action("发放明细", reverse("web:pay-line", args=[row.source_ref])),),
    ),
    PROJECT.name: Shape(
        "列入日",
        (
            Column("track", "项目线", value=_kind(Track, "track")),
            Column("investment", "总投资", kind="wan", value=_number("investment_fen")),
            Column("planned_workers", "计划务工", kind="number", value=_number("planned_workers"), unit="人"),
            Column("planned_pay", "计划报酬", kind="wan", value=_number("planned_pay_fen")),
        ),
        _to_project,
    ),
    FUND.name: Shape(
        "下达日",
        (
            Column("fund_type", "资金来源", value=_kind(FundType, "fund_type")),
            Column("planned", "批复", kind="wan", value=_number("planned_fen")),
            Column("issued", "下达", kind="wan", value=_number("issued_fen")),
        ),
        _to_project,
    ),
    FUND_MOVE.name: Shape(
        "到账、支付或计划日",
        (
            Column("fund_type", "资金来源", value=_kind(FundType, "fund_type")),
            Column("received", "到位", kind="yuan", value=_number("received_fen")),
            Column("paid", "支付", kind="yuan", value=_number("paid_fen")),
            Column("invested", "完成投资", kind="yuan", value=_number("invested_fen")),
            Column("year_plan", "年度计划", kind="yuan", value=_number("year_plan_fen")),
        ),
        _to_project,
    ),
    TRAINING.name: Shape(
        "举办日",
        (
            Column("training_type", "类型", value=_kind(TrainingType, "training_type")),
            Column("audience", "对象", value=_kind(Audience, "audience")),
            Column("person_times", "人次", kind="number", value=_number("person_times")),
        ),
        lambda row, known: (Action("培训场次", reverse("web:training-session", args=[_whole(row, "session_key")])),),
    ),
}
