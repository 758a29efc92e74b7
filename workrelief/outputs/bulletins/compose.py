"""From source and snapshot to a document whose every number is bound to its figure. Reads figures; changes nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeVar

from markdown_it import MarkdownIt

from workrelief.base.access.scope import Scope
from workrelief.base.divisions import queries as divisions
from workrelief.figures.indicators.catalogue import definition
from workrelief.figures.indicators.read import Snapshot, read
from workrelief.kernel import codes
from workrelief.kernel.chart import ChartSpec, Series
from workrelief.kernel.errors import InvalidInput, NotFound
from workrelief.kernel.figure import Figure, FigureTable
from workrelief.kernel.kinds import TWO_PROMOTIONS
from workrelief.kernel.period import Period
from workrelief.kernel.units import FEN, show, unit_suffix
from workrelief.outputs.bulletins.source import MARK, Placeholder, parse
from workrelief.outputs.bulletins.tables import CHARTS, TABLES, BarSpec, TableColumn, TableSpec
from workrelief.outputs.render.blocks import (
    Attachment,
    Block,
    Cell,
    Chart,
    Column,
    Heading,
    OfficialDocument,
    Paragraph,
    Run,
    Table,
)

T = TypeVar("T")
_ReadAt = tuple[tuple[tuple[str, tuple[str, ...]], ...], tuple[str, ...]]
_CHILD = {codes.Level.PROVINCE: "city", codes.Level.CITY: "county", codes.Level.COUNTY: "project"}
_WHOLE = {codes.Level.PROVINCE: "全省", codes.Level.CITY: "全市", codes.Level.COUNTY: "全县"}
_CHILD_HEAD = {"city": "市", "county": "县（市、区）", "project": "项目"}
_NOT_WHERE = frozenset({"form", "by", "n"})


@dataclass(frozen=True)
class BoundFigure:
    """A number as it stands in the text: its reference, the figure, and the text printed."""

    ref: str
    figure: Figure
    text: str
    where: str


@dataclass
class Composition:
    """A composed bulletin: the document, and every figure bound in it by reference."""

    document: OfficialDocument
    bound: dict[str, BoundFigure] = field(default_factory=dict)

    @property
    def headline(self) -> str:
        """The first paragraph of running text: what `make demo` prints."""
        return next(b.text for b in self.document.blocks if isinstance(b, Paragraph))


@dataclass(frozen=True)
class Frame:
    """What stands around the text: title, number, signer, date."""

    title: str
    issuer_mark: str
    number: str
    addressee: str
    signer: str
    signed_on: date | None
    demo: bool


def compose(source: str, *, scope: Scope, period: Period, division: str, manifest: str, frame: Frame) -> Composition:
    """Fill `source` with the figures of `manifest`.

    Raises InvalidInput naming the line for unknown indicators, dimensions or tables, NotFound for an unknown manifest.
    """
    marked, placeholders = parse(source)
    composer = _Composer(scope=scope, period=period, division=division, manifest=manifest)
    blocks, attachments = composer.blocks(marked, placeholders)
    title = next((b.text for b in blocks if isinstance(b, Heading) and b.level == 1), frame.title)
    document = OfficialDocument(
        issuer_mark=frame.issuer_mark,
        number=frame.number,
        title=title,
        addressee=frame.addressee,
        blocks=tuple(_lifted(b) for b in blocks if not (isinstance(b, Heading) and b.level == 1)),
        signer=frame.signer,
        signed_on=frame.signed_on,
        attachments=tuple(attachments),
        demo=frame.demo,
    )
    return Composition(document, composer.bound)


def _lifted(block: Block) -> Block:
    """Markdown's level 1 is the title, so its level 2 is the standard's level 1 (一、)."""
    if isinstance(block, Heading):
        return Heading({2: 1, 3: 2, 4: 3}.get(block.level, 4), block.text)  # type: ignore[arg-type]
    return block


def markdown_text(composition: Composition) -> str:
    """The composed text as plain Markdown with the numbers filled in."""
    doc = composition.document
    out = [f"# {doc.title}", "", doc.addressee, ""]
    for block in doc.blocks:
        out += [_block_text(block), ""]
    for number, annex in enumerate(doc.attachments, start=1):
        out += [f"## 附件{number} {annex.title}", ""]
        for block in annex.blocks:
            out += [_block_text(block), ""]
    if doc.demo:
        out += ["> 演示数据：分市、分县数为合成数。", ""]
    return "\n".join(out)


def _block_text(block: Block) -> str:
    match block:
        case Heading():
            return "#" * (block.level + 1) + " " + block.text
        case Paragraph():
            return block.text
        case Table():
            heads = [f"{c.group}·{c.title}" if c.group else c.title for c in block.columns]
            lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
            lines += [
                "| " + " | ".join(c.text if isinstance(c, Run) else c for c in row) + " |"
                for row, _ in block.printed_rows
            ]
            return "\n".join([f"**{block.caption}**（单位：{block.unit}）", "", *lines, "", *block.notes])
        case Chart():
            return f"（图：{block.spec.title}，单位：{block.spec.unit}）"
        case _:
            return ""


class _Composer:
    """One run of composing; keeps the bound figures and reuses tables already read."""

    def __init__(self, *, scope: Scope, period: Period, division: str, manifest: str) -> None:
        self.scope = scope
        self.period = period
        self.division = division
        self.manifest = manifest
        self.bound: dict[str, BoundFigure] = {}
        self._tables: dict[tuple[object, ...], FigureTable] = {}
        self._planned: dict[_ReadAt, dict[str, None]] = {}
        level = codes.level_of(division)
        self.child = _CHILD.get(level, "project")
        self.whole = _WHOLE.get(level, "全域")

    def blocks(self, marked: str, placeholders: tuple[Placeholder, ...]) -> tuple[list[Block], list[Attachment]]:
        self.plan(placeholders)
        blocks: list[Block] = []
        attachments: list[Attachment] = []
        tokens = MarkdownIt("zero").enable(["heading", "list", "emphasis"]).parse(marked)
        level = 0
        for token in tokens:
            if token.type == "heading_open":
                level = int(token.tag[1])
            elif token.type == "heading_close":
                level = 0
            elif token.type == "inline":
                self._inline(token.content, level, placeholders, blocks, attachments)
        return blocks, attachments

    def plan(self, placeholders: tuple[Placeholder, ...]) -> None:
        """Note which indicators are wanted under the same conditions, so that they are read together.

        What is unknown is left out here and refused where it stands, with its line.
        """
        for call in placeholders:
            for indicator, where, by in self._wants(call):
                with contextlib.suppress(NotFound):
                    definition(indicator)
                    self._planned.setdefault((tuple(sorted(where.items())), by), {})[indicator] = None

    def _wants(self, call: Placeholder) -> Iterator[tuple[str, Mapping[str, tuple[str, ...]], tuple[str, ...]]]:
        """(indicator, conditions, dimensions) of every number a placeholder will ask for."""
        if call.name == "fig":
            yield call.args[0], _where(call), ()
        elif call.name == "top":
            yield call.args[0], _where(call), (self.dimension_of(call),)
        elif call.name == "chart" and call.args[0] in CHARTS:
            bars = CHARTS[call.args[0]]
            yield from ((bars.indicator, where, (self.child,)) for _, where in bars.series)
        elif call.name in ("table", "annex") and call.args[-1] in TABLES:
            for column in TABLES[call.args[-1]].columns:
                yield column.indicator, column.where, (self.child,)
                yield column.indicator, column.where, ()

    def _inline(
        self,
        text: str,
        level: int,
        placeholders: tuple[Placeholder, ...],
        blocks: list[Block],
        attachments: list[Attachment],
    ) -> None:
        alone = MARK.fullmatch(text.strip())
        call = placeholders[int(alone[1])] if alone else None
        if call and call.name in ("table", "chart", "annex"):
            with _at_line(call):
                if call.name == "annex":
                    spec = _declared(TABLES, call.args[1])
                    attachments.append(Attachment(call.args[0], (self.table(spec),), landscape=spec.landscape))
                elif call.name == "table":
                    blocks.append(self.table(_declared(TABLES, call.args[0])))
                else:
                    blocks.append(Chart(self.bars(_declared(CHARTS, call.args[0]))))
            return
        runs: list[Run] = []
        position = 0
        for match in MARK.finditer(text):
            if match.start() > position:
                runs.append(Run(_clean(text[position : match.start()])))
            one = placeholders[int(match[1])]
            with _at_line(one):
                runs += self.runs(one)
            position = match.end()
        if position < len(text):
            runs.append(Run(_clean(text[position:])))
        if level:
            blocks.append(Heading(min(level, 4), "".join(r.text for r in runs)))  # type: ignore[arg-type]
        elif runs:
            blocks.append(Paragraph(tuple(runs)))

    def runs(self, call: Placeholder) -> list[Run]:
        if call.name == "text":
            return [Run(self.words(call.args[0]))]
        where = _where(call)
        if call.name == "fig":
            figure = self.read([call.args[0]], where).figure(call.args[0])
            text = self.figure_text(figure, form=call.keyword("form", "headline"))
            return [self.bind(figure, text, call.written)]
        if call.name == "top":
            return self.leaders(call, where)
        raise InvalidInput("bulletin.source", f"“{call.written}”应单独成段。")

    def words(self, name: str) -> str:
        words = {
            "period": self.period.label,
            "whole": self.whole,
            "place": divisions.name(self.division),
            "as_of": f"{self.period.last_day.year}年{self.period.last_day.month}月{self.period.last_day.day}日",
        }
        if name not in words:
            raise InvalidInput("bulletin.source", f"没有“{name}”这一文字，可用 {'、'.join(words)}。")
        return words[name]

    def dimension_of(self, call: Placeholder) -> str:
        """Along what leaders are ranked; cities where there are cities below, else the level below."""
        dimension = call.keyword("by", self.child)
        return self.child if dimension == "city" else dimension

    def leaders(self, call: Placeholder, where: Mapping[str, tuple[str, ...]]) -> list[Run]:
        indicator = call.args[0]
        dimension = self.dimension_of(call)
        table = self.read([indicator], where, by=(dimension,))
        ranked = sorted(table, key=lambda item: (-(item[1][indicator].value or Decimal(0)), item[0]))
        runs: list[Run] = []
        for key, cells in ranked[: int(call.keyword("n", "3"))]:
            if cells[indicator].value is None:
                continue
            if runs:
                runs.append(Run("、"))
            runs.append(self.bind(cells[indicator], table.label(dimension, key[0]), call.written))
        return runs or [Run("（暂无数据）")]

    def table(self, spec: TableSpec) -> Table:
        parts = [(c, self.read([c.indicator], c.where, by=(self.child,))) for c in spec.columns]
        keys = sorted({key for _, table in parts for key, _ in table})
        columns = [Column("序号", "center", 0.6), Column(_CHILD_HEAD[self.child], "left", 1.4)]
        columns += [Column(c.title + f"（{self.cell_unit(c)}）", "right", 1.2, c.group) for c in spec.columns]
        rows: list[tuple[Cell, ...]] = []
        for number, key in enumerate(keys, start=1):
            cells: list[Cell] = [str(number), self.place_name(key[0], [t for _, t in parts])]
            for column, table in parts:
                found = table.cells.get(key, {}).get(column.indicator)
                cells.append("—" if found is None or found.status == "no_data" else self.cell(found, spec.name))
            rows.append(tuple(cells))
        total: list[Cell] = ["", self.whole]
        total += [self.cell(self.read([c.indicator], c.where).figure(c.indicator), spec.name) for c in spec.columns]
        caption = f"{self.period.label}{self.whole}{spec.caption}"
        return Table(caption, spec.unit, tuple(columns), tuple(rows), spec.notes, tuple(total), total_first=True)

    def place_name(self, code: str, tables: list[FigureTable]) -> str:
        return next((t.label(self.child, code) for t in tables if (code,) in t.cells), code)

    def cell_unit(self, column: TableColumn) -> str:
        unit = definition(column.indicator).unit
        return unit_suffix(unit, headline=column.indicator == "investment" and unit is FEN)

    def cell(self, figure: Figure, table: str) -> Run:
        return self.bind(figure, show(figure, headline=figure.indicator == "investment"), f"table:{table}")

    def bars(self, spec: BarSpec) -> ChartSpec:
        tables = [(name, self.read([spec.indicator], where, by=(self.child,))) for name, where in spec.series]
        sums: dict[str, Decimal] = {}
        for _, table in tables:
            for key, cells in table:
                sums[key[0]] = sums.get(key[0], Decimal(0)) + Decimal(cells[spec.indicator].value or 0)
        ranked = sorted(sums, key=lambda code: (-sums[code], code))
        unit = definition(spec.indicator).unit
        series = []
        for name, table in tables:
            figures = [table.cells.get((code,), {}).get(spec.indicator) for code in ranked]
            series.append(
                Series(
                    name,
                    tuple(
                        None if f is None or f.value is None else Decimal(f.value) / unit.table.divisor for f in figures
                    ),
                    tuple("—" if f is None else show(f) for f in figures),
                )
            )
        names = tuple(self.place_name(code, [t for _, t in tables]) for code in ranked)
        return ChartSpec("bar", f"{self.period.label}{self.whole}{spec.title}", unit.table.suffix, names, tuple(series))

    def read(self, ids: list[str], where: Mapping[str, tuple[str, ...]], *, by: tuple[str, ...] = ()) -> FigureTable:
        place = (tuple(sorted(where.items())), by)
        planned = tuple(self._planned.get(place, ()))
        together = planned if set(ids) <= set(planned) else tuple(ids)
        wanted = (together, *place)
        if wanted not in self._tables:
            self._tables[wanted] = read(
                together,
                scope=self.scope,
                period=self.period,
                by=by,
                division=self.division,
                where=where,
                source=Snapshot(self.manifest),
            )
        return self._tables[wanted]

    def figure_text(self, figure: Figure, *, form: str) -> str:
        """Provincial form with its unit; what would be less than one of it (0.3万人) is written in the smaller unit."""
        small = figure.value is not None and abs(Decimal(figure.value)) < figure.unit.headline.divisor
        return show(figure, headline=form != "table" and not small, suffix=True).replace(",", "")

    def bind(self, figure: Figure, text: str, where: str) -> Run:
        ref = f"f{len(self.bound) + 1}"
        self.bound[ref] = BoundFigure(ref, figure, text, where)
        return Run(text, ref)


def _where(call: Placeholder) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, value in call.kwargs:
        if name in _NOT_WHERE:
            continue
        values = tuple(str(value).split(","))
        if name == "track" and values == ("two_promotions",):
            values = tuple(t.id for t in TWO_PROMOTIONS)
        found[name] = values
    return found


def _declared(registry: Mapping[str, T], name: str) -> T:
    if name not in registry:
        raise InvalidInput("bulletin.source", f"没有名为“{name}”的附表或图，可用 {'、'.join(registry)}。")
    return registry[name]


def _clean(text: str) -> str:
    return text.replace("\n", "").replace("**", "")


@contextlib.contextmanager
def _at_line(call: Placeholder) -> Iterator[None]:
    """Add the source line to errors raised inside."""
    try:
        yield
    except (InvalidInput, NotFound) as err:
        if isinstance(err, NotFound) and err.code != "indicator.unknown":
            raise
        raise InvalidInput(err.code, f"第 {call.line} 行：{err.message}", facts=err.facts) from err
    except KeyError as err:
        raise InvalidInput(
            "bulletin.source", f"第 {call.line} 行：“{call.written}”中的 {err.args[0]} 不存在。"
        ) from err
