"""The checked law, loaded once per process, and the questions one asks of it."""

from __future__ import annotations

from functools import lru_cache

from workrelief.base.law.entries import Guide, Law, Rule, Source
from workrelief.base.law.loading import load
from workrelief.kernel.citation import Cite
from workrelief.kernel.errors import NotFound

UNCHECKED_MARK = "（条号待核）"
PROPOSAL_MARK = "（待业务处室确认）"


@lru_cache(maxsize=1)
def law() -> Law:
    """Everything under `data/`. Raises LawDataError, naming file and key, when a file is wrong."""
    return load()


def source(source_id: str) -> Source:
    """The document `source_id`. Raises NotFound."""
    found = law().sources.get(source_id)
    if found is None:
        raise NotFound("law.source", f"没有登记政策文件“{source_id}”。")
    return found


def sources() -> list[Source]:
    """All documents, national ones first, in the order of the files."""
    return list(law().sources.values())


def rule(rule_id: str) -> Rule:
    """The rule `rule_id` (F13, F08a). Raises NotFound."""
    found = law().rules.get(rule_id)
    if found is None:
        raise NotFound("law.rule", f"没有编号为“{rule_id}”的规则。")
    return found


def rules(group: str = "") -> list[Rule]:
    """All rules by id, or those of one letter of the rule book (F: wages)."""
    return sorted((r for r in law().rules.values() if r.id.startswith(group)), key=lambda r: r.id)


def guide(guide_id: str) -> Guide:
    """The step guide `guide_id` (import-pay-sheet). Raises NotFound."""
    found = law().guides.get(guide_id)
    if found is None:
        raise NotFound("law.guide", f"没有“{guide_id}”的办事指引。")
    return found


def guides() -> list[Guide]:
    """All step guides by id."""
    return sorted(law().guides.values(), key=lambda g: g.id)


def resolve(cite: Cite) -> str:
    """The citation as officials write it, 《保障农民工工资支付条例》第十五条; marked when nobody compared it yet."""
    document = source(cite.source)
    text = document.cite_as + cite.clause
    if cite.checked:
        return text
    return text + (PROPOSAL_MARK if document.level == "平台" else UNCHECKED_MARK)
