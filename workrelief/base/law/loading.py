"""Reads and checks the law files. A mistake is a LawDataError that names the file and the key."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import yaml

from workrelief.base.law.entries import DatedValue, Guide, Law, Parameter, Rule, Source, Value
from workrelief.kernel.citation import Cite
from workrelief.kernel.findings import Severity

DATA = Path(__file__).parent / "data"

LEVELS = ("国家", "省", "市", "部门", "平台")
SOURCE_STATUS = ("证", "背", "核")
RULE_STATUS = ("证", "背", "核", "建议", "证+背", "证+核", "证+建议")
SEVERITIES = {severity.label: severity for severity in Severity}
WHOLE_UNITS = ("fen", "day", "month", "working_day", "person", "count", "minute", "year", "age", "hour")
DECIMAL_UNITS = ("ratio", "factor", "person_day", "pay_day")
TEXT_UNITS = ("tier",)

Entry = TypeVar("Entry", Source, Rule, Guide, Parameter)


class LawDataError(Exception):
    """A law file is wrong; the message begins with file and key."""


class Node:
    """A mapping of a YAML file that remembers where it stands, so that every complaint names file and key."""

    def __init__(self, raw: object, where: str) -> None:
        self.where = where
        if not isinstance(raw, dict):
            self.fail("must be a mapping")
        self._raw: dict[str, Any] = raw  # Any: YAML values are of any kind until read by a typed reader below
        self._read: set[str] = set()

    def fail(self, why: str) -> NoReturn:
        raise LawDataError(f"{self.where}: {why}")

    def _take(self, key: str) -> object:
        self._read.add(key)
        return self._raw.get(key)

    def text(self, key: str, *, default: str | None = None) -> str:
        value = self._take(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or (not value.strip() and default is None):
            self.fail(f"{key}: a text is needed")
        return value

    def one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self.text(key)
        if value not in allowed:
            self.fail(f"{key}: {value!r} is none of {'、'.join(allowed)}")
        return value

    def day(self, key: str) -> date | None:
        value = self._take(key)
        if value is not None and not isinstance(value, date):
            self.fail(f"{key}: a date such as 2022-07-05 is needed")
        return value

    def first_day(self, key: str) -> date:
        value = self.day(key)
        if value is None:
            self.fail(f"{key}: a date is needed")
        return value

    def whole(self, key: str) -> int | None:
        value = self._take(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            self.fail(f"{key}: a whole number is needed")
        return value

    def truth(self, key: str) -> bool:
        value = self._take(key)
        if value is not None and not isinstance(value, bool):
            self.fail(f"{key}: true or false is needed")
        return bool(value)

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._take(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.fail(f"{key}: a list of texts is needed")
        return tuple(value)

    def pairs(self, key: str) -> dict[str, str]:
        value = self._take(key)
        if value is None:
            return {}
        if not isinstance(value, dict) or not all(isinstance(v, str) and isinstance(k, str) for k, v in value.items()):
            self.fail(f"{key}: a mapping of texts is needed")
        return dict(value)

    def node(self, key: str) -> Node:
        return Node(self._take(key), f"{self.where}.{key}")

    def nodes(self, key: str) -> list[Node]:
        value = self._take(key)
        if not isinstance(value, list) or not value:
            self.fail(f"{key}: a list with at least one item is needed")
        return [Node(item, f"{self.where}.{key}[{number}]") for number, item in enumerate(value)]

    def finish(self) -> None:
        """Complain about keys nobody read: they are misspelt."""
        unknown = sorted(self._raw.keys() - self._read)
        if unknown:
            self.fail(f"unknown key {'、'.join(unknown)}")


def load(folder: Path = DATA) -> Law:
    """Read every file under `folder` and check that everything cited exists and no date is missing or doubled."""
    law = Law(
        sources=_collect(folder, "sources", _source),
        rules=_collect(folder, "rules", _rule),
        parameters=_collect(folder, "parameters", _parameter),
        guides=_collect(folder, "guides", _guide),
    )
    for where, cite in citations(law):
        _check_citation(law, where, cite)
    for source in law.sources.values():
        if source.replaced_by and source.replaced_by not in law.sources:
            raise LawDataError(f"sources: {source.id}: replaced_by {source.replaced_by} is not a source")
    for rule in law.rules.values():
        _check_names(f"rules: {rule.id}: parameters", rule.parameters, law.parameters)
    for guide in law.guides.values():
        _check_names(f"guides: {guide.id}: rules", guide.rules, law.rules)
    return law


def citations(law: Law) -> Iterator[tuple[str, Cite]]:
    """Every citation with the place it stands in: "rule F13", "parameter wage_tolerance_fen", "guide seal-period"."""
    for rule in law.rules.values():
        for cite in rule.cites:
            yield f"rule {rule.id}", cite
    for parameter in law.parameters.values():
        for line in parameter.values:
            yield f"parameter {parameter.id}", line.cite
    for guide in law.guides.values():
        for cite in guide.cites:
            yield f"guide {guide.id}", cite


def _check_citation(law: Law, where: str, cite: Cite) -> None:
    if cite.source not in law.sources:
        raise LawDataError(f"{where}: cites {cite.source!r}, which is not a source")
    source = law.sources[cite.source]
    if cite.checked and not cite.clause:
        raise LawDataError(f"{where}: a checked citation of {cite.source} must name its clause")
    if cite.clause and source.clauses and cite.clause not in source.clauses:
        raise LawDataError(f"{where}: {cite.source} has no clause {cite.clause!r}")


def _check_names(where: str, names: tuple[str, ...], known: Mapping[str, object]) -> None:
    for name in names:
        if name not in known:
            raise LawDataError(f"{where}: {name!r} does not exist")


def _collect(folder: Path, part: str, read: Callable[[Node], Entry]) -> dict[str, Entry]:
    """Entries of all files of one part; a file holds one entry or a list of them."""
    found: dict[str, Entry] = {}
    for path in sorted((folder / part).glob("*.yaml")):
        place = f"{part}/{path.name}"
        try:
            raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (yaml.YAMLError, ValueError) as err:
            raise LawDataError(f"{place}: not readable as YAML: {err}") from err
        for number, item in enumerate(raw if isinstance(raw, list) else [raw]):
            name = item.get("id", number) if isinstance(item, dict) else number
            node = Node(item, f"{place}: {name}")
            entry = read(node)
            node.finish()
            if entry.id in found:
                raise LawDataError(f"{place}: {entry.id}: this id is used twice")
            found[entry.id] = entry
    return found


def _source(node: Node) -> Source:
    title = node.text("title")
    return Source(
        id=node.text("id"),
        title=title,
        issuers=node.texts("issuers"),
        number=node.text("number", default=""),
        issued=node.day("date"),
        effective=node.day("effective"),
        level=node.one_of("level", LEVELS),
        status=node.one_of("status", SOURCE_STATUS),
        cite_as=node.text("cite_as", default=f"《{title}》"),
        note=node.text("note", default=""),
        refs=node.texts("refs"),
        clauses=node.pairs("clauses"),
        replaced_by=node.text("replaced_by", default=""),
    )


def _rule(node: Node) -> Rule:
    return Rule(
        id=node.text("id"),
        title=node.text("title"),
        severity=SEVERITIES[node.one_of("level", tuple(SEVERITIES))],
        status=node.one_of("status", RULE_STATUS),
        cites=_cites(node),
        parameters=node.texts("parameters"),
        note=node.text("note", default=""),
    )


def _guide(node: Node) -> Guide:
    return Guide(
        id=node.text("id"),
        title=node.text("title"),
        audience=node.text("for"),
        why=node.text("why"),
        steps=node.texts("steps"),
        papers=node.texts("papers"),
        days=node.whole("days"),
        days_note=node.text("days_note", default=""),
        rules=node.texts("rules"),
        cites=_cites(node),
    )


def _cites(node: Node) -> tuple[Cite, ...]:
    return tuple(_cite(each) for each in node.nodes("cites"))


def _cite(node: Node) -> Cite:
    cite = Cite(source=node.text("source"), clause=node.text("clause", default=""), checked=node.truth("checked"))
    node.finish()
    return cite


def _parameter(node: Node) -> Parameter:
    unit = node.one_of("unit", WHOLE_UNITS + DECIMAL_UNITS + TEXT_UNITS)
    dimensions = node.texts("dimensions")
    lines = [_dated_value(each, unit, dimensions) for each in node.nodes("values")]
    return Parameter(
        id=node.text("id"),
        label=node.text("label"),
        unit=unit,
        dimensions=dimensions,
        values=_one_after_another(node, lines),
    )


def _dated_value(node: Node, unit: str, dimensions: tuple[str, ...]) -> DatedValue:
    when = node.pairs("when")
    if set(when) != set(dimensions):
        node.fail(f"when: must name exactly the dimensions {list(dimensions)}")
    start, end = node.first_day("from"), node.day("until")
    if end is not None and end <= start:
        node.fail("until: must lie after from")
    line = DatedValue(
        when=tuple((name, when[name]) for name in dimensions),
        start=start,
        end=end,
        value=_value(node, unit),
        cite=_cite(node.node("cite")),
        note=node.text("note", default=""),
    )
    node.finish()
    return line


def _value(node: Node, unit: str) -> Value:
    text = node.text("value")
    if unit in TEXT_UNITS:
        return text
    try:
        exact = Decimal(text)
    except InvalidOperation:
        node.fail(f"value: {text!r} is not a number")
    if not exact.is_finite() or exact < 0:
        node.fail(f"value: {text!r} is not a number of zero or more")
    if unit in DECIMAL_UNITS:
        return exact
    if exact != exact.to_integral_value():
        node.fail(f"value: {text!r} must be whole, as its unit is {unit}")
    return int(exact)


def _one_after_another(node: Node, lines: list[DatedValue]) -> tuple[DatedValue, ...]:
    """The lines in order, each ending where the next of the same dimensions begins; gaps and overlaps are refused."""
    by_when: dict[tuple[tuple[str, str], ...], list[DatedValue]] = {}
    for line in lines:
        by_when.setdefault(line.when, []).append(line)
    checked: list[DatedValue] = []
    for when, group in by_when.items():
        group.sort(key=lambda line: line.start)
        name = "、".join(f"{key}={value}" for key, value in when) or "values"
        for line, following in zip(group, [*group[1:], None], strict=True):
            if following is None:
                checked.append(line)
                continue
            if line.start == following.start or (line.end is not None and line.end > following.start):
                node.fail(f"{name}: the values from {line.start} and {following.start} overlap")
            if line.end is not None and line.end < following.start:
                node.fail(f"{name}: no value between {line.end} and {following.start}")
            checked.append(DatedValue(line.when, line.start, following.start, line.value, line.cite, line.note))
    return tuple(checked)
