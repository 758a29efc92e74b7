"""Which division an office means by its city and county columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workrelief.base.access.scope import Scope
from workrelief.base.divisions import queries as divisions
from workrelief.base.divisions.queries import Node
from workrelief.kernel.codes import Level


@dataclass(frozen=True)
class Place:
    """A division found for a row, or the reason why none was; `remark` says what was assumed."""

    code: str = ""
    reason: str = ""
    remedy: str = ""
    remark: str = ""


class Places:
    """Finds divisions for the rows of one file; the same spelling is looked up once."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._kept: dict[str, Place] = {}
        self._leading: dict[str, Place] = {}

    def find(self, *parts: str) -> Place:
        """The division of the words given from the city downwards; empty words are left out."""
        words = "".join(p.strip() for p in parts if p.strip())
        if words not in self._kept:
            self._kept[words] = self._find(words)
        return self._kept[words]

    def leading(self, text: str) -> Place:
        """The division a title or the name of an office begins with: 德州市发展和改革委员会 → 德州市."""
        words = "".join(text.split())
        if words not in self._leading:
            self._leading[words] = self._lead(text, words)
        return self._leading[words]

    def _lead(self, text: str, words: str) -> Place:
        for length in range(min(len(words), 14), 1, -1):
            found = divisions.find(words[:length])
            if len(found) == 1:
                return self._judge(found[0], words[:length])
        return Place(reason=f"“{text}”没有以市、县名称开头", remedy="写明市和县，例如“德州市宁津县”")

    def _find(self, words: str) -> Place:
        if not words:
            return Place(
                reason="没有写明市、县", remedy="每一行都写明市和县，例如“德州市宁津县”；与上一行相同的也要填写"
            )
        found = divisions.find(words)
        if not found:
            return Place(reason=f"没有名为“{words}”的市、县", remedy="按现行行政区划填写市和县的名称")
        if len(found) > 1:
            found = self._in_scope(found) or found
        if len(found) > 1:
            named = "、".join(divisions.path_name(node.code) for node in found)
            return Place(reason=f"“{words}”对应多个地方：{named}", remedy="写明所属的市")
        return self._judge(found[0], words)

    def _in_scope(self, nodes: Sequence[Node]) -> list[Node]:
        return [node for node in nodes if self._scope.covers_division(node.code)]

    def _judge(self, node: Node, words: str) -> Place:
        remark = ""
        if node.is_former:
            following = divisions.successors(node.code)
            if len(following) != 1:
                return Place(reason=f"“{words}”已撤销，后继地方不唯一", remedy="按现行行政区划填写")
            remark = f"“{words}”已改为{divisions.path_name(following[0].code)}，按现行区划登记"
            node = following[0]
        if node.level <= Level.PROVINCE:
            return Place(reason=f"“{words}”不是市或县", remedy="写明市和县")
        if not self._scope.covers_division(node.code):
            return Place(reason=f"{divisions.path_name(node.code)}不在您的数据范围内", remedy="只导入本辖区的项目")
        if node.level is Level.CITY:
            remark = remark or f"没有写明县，按{node.name}本级项目登记"
        return Place(code=node.code, remark=remark)
