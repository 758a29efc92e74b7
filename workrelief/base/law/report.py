"""Two listings: citations nobody compared with the original yet, and everything that rests on a clause."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from workrelief.base.law.loading import citations
from workrelief.base.law.registry import law, resolve, source
from workrelief.kernel.citation import Cite

_KIND_LABELS = {"rule": "规则", "parameter": "参数", "guide": "办事指引", "indicator": "指标"}


@dataclass(frozen=True)
class Use:
    """One thing that rests on a citation: a rule, parameter, guide, or what another room hands in (an indicator)."""

    cite: Cite
    kind: str
    id: str
    title: str

    @property
    def kind_label(self) -> str:
        return _KIND_LABELS.get(self.kind, self.kind)

    def __str__(self) -> str:
        return f"{self.kind_label} {self.id} {self.title}：{resolve(self.cite)}"


@dataclass(frozen=True)
class ClauseUses:
    """A clause of a source with everything that rests on it. `gist` is our one-line wording of the clause."""

    source_id: str
    clause: str
    text: str
    gist: str
    uses: tuple[Use, ...]

    @property
    def is_checked(self) -> bool:
        return all(use.cite.checked for use in self.uses)


def uses(extra: Iterable[Use] = ()) -> list[Use]:
    """Everything that cites: rules, parameters and guides of the registry, then `extra` from other rooms."""
    book = law()
    titles = {f"rule {r.id}": r.title for r in book.rules.values()}
    titles |= {f"parameter {p.id}": p.label for p in book.parameters.values()}
    titles |= {f"guide {g.id}": g.title for g in book.guides.values()}
    own = []
    for where, cite in citations(book):
        kind, _, name = where.partition(" ")
        own.append(Use(cite, kind, name, titles[where]))
    return [*dict.fromkeys(own), *extra]


def unchecked(extra: Iterable[Use] = ()) -> list[Use]:
    """Uses whose clause nobody compared with the official text, by source and clause: a work list."""
    open_uses = [use for use in uses(extra) if not use.cite.checked]
    return sorted(open_uses, key=lambda use: (use.cite.source, use.cite.clause, use.kind, use.id))


def by_clause(extra: Iterable[Use] = ()) -> list[ClauseUses]:
    """Every cited clause with what rests on it, sources in registry order, clauses in the order of the document."""
    grouped: dict[tuple[str, str], list[Use]] = {}
    for use in uses(extra):
        grouped.setdefault((use.cite.source, use.cite.clause), []).append(use)
    listing = []
    for source_id, document in law().sources.items():
        order = {clause: place for place, clause in enumerate(document.clauses)}
        found = [clause for cited, clause in grouped if cited == source_id]
        for clause in sorted(found, key=lambda c: (order.get(c, -1 if not c else len(order)), c)):
            group = tuple(grouped[source_id, clause])
            is_checked = all(use.cite.checked for use in group)
            text = resolve(Cite(source_id, clause, checked=is_checked))
            listing.append(ClauseUses(source_id, clause, text, document.clauses.get(clause, ""), group))
    return listing


def by_clause_markdown(extra: Iterable[Use] = ()) -> str:
    """The page docs/reference/by-clause.md: one section per document, one table row per thing that rests on it."""
    lines = ["# 按条款查", "", "每一条规则、参数、办事指引和指标所依据的条款。“待核”表示尚未与官方文本核对。"]
    for source_id, items in groupby(by_clause(extra), key=attrgetter("source_id")):
        document = source(source_id)
        facts = "，".join(filter(None, [*document.issuers, document.number]))
        lines += ["", f"## {document.cite_as}", "", f"{facts}。状态：{document.status}。{document.note}", ""]
        lines += ["| 条款 | 内容 | 类别 | 编号 | 名称 |", "|---|---|---|---|---|"]
        for item in items:
            clause = (item.clause or "全文") + ("" if item.is_checked else "（待核）")
            lines += [f"| {clause} | {item.gist} | {use.kind_label} | {use.id} | {use.title} |" for use in item.uses]
    return "\n".join(lines) + "\n"
