"""The source of a bulletin: Markdown with placeholders that name figures. It cannot calculate.

A placeholder is one call with literal arguments, `{{ fig("wages_paid", track="key_project") }}`. It is read with Python's
own parser and nothing in it is ever executed. Allowed calls:

- `fig(indicator, form="headline"|"table", **where)` a figure with its unit
- `top(indicator, by=dimension, n=3, **where)` names of the leading places, each bound to its figure
- `text(name)` period, whole (全省, 全市, 全县), place, as_of
- `table(name)`, `chart(name)` a declared table or chart, alone in its paragraph
- `annex(title, name)` a declared table as an annex, alone in its paragraph
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from workrelief.kernel.errors import InvalidInput

_PLACEHOLDER = re.compile(r"\{\{(?P<call>.*?)\}\}", re.DOTALL)
CALLS: dict[str, tuple[int, frozenset[str] | None]] = {
    # name: (positional arguments, allowed keywords; None for any dimension)
    "fig": (1, None),
    "top": (1, None),
    "text": (1, frozenset()),
    "table": (1, frozenset()),
    "chart": (1, frozenset()),
    "annex": (2, frozenset()),
}
MARK_OPEN, MARK_CLOSE = "\ue000", "\ue001"
MARK = re.compile(f"{MARK_OPEN}(\\d+){MARK_CLOSE}")


@dataclass(frozen=True)
class Placeholder:
    """One parsed call, with the line of the source it stands in."""

    name: str
    args: tuple[str, ...]
    kwargs: tuple[tuple[str, str | int], ...]
    line: int
    written: str

    def keyword(self, name: str, default: str = "") -> str:
        return str(dict(self.kwargs).get(name, default))


def parse(source: str) -> tuple[str, tuple[Placeholder, ...]]:
    """Replace each placeholder by a private mark; returns the marked Markdown and the placeholders in order.

    Raises InvalidInput with the line when a placeholder is not one allowed call with literal arguments, or when the
    source holds the private marks itself.
    """
    if MARK_OPEN in source or MARK_CLOSE in source:
        raise InvalidInput("bulletin.source", "正文含有不允许的控制字符，请删除后再保存。")
    found: list[Placeholder] = []

    def replace(match: re.Match[str]) -> str:
        line = source.count("\n", 0, match.start()) + 1
        found.append(_call(match["call"].strip(), line))
        return f"{MARK_OPEN}{len(found) - 1}{MARK_CLOSE}"

    marked = _PLACEHOLDER.sub(replace, source)
    if "{{" in marked or "}}" in marked:
        line = source.count("\n", 0, source.find("{{")) + 1
        raise InvalidInput("bulletin.source", f"第 {line} 行：占位符的花括号不成对。")
    return marked, tuple(found)


def _call(text: str, line: int) -> Placeholder:
    try:
        node = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError) as err:
        raise InvalidInput("bulletin.source", f"第 {line} 行：占位符“{text}”写法不对。") from err
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in CALLS:
        raise InvalidInput("bulletin.source", f"第 {line} 行：“{text}”不是可用的占位符，可用 {'、'.join(CALLS)}。")
    count, keywords = CALLS[node.func.id]
    args = tuple(_literal(a, text, line) for a in node.args)
    kwargs = tuple((k.arg or "", _literal(k.value, text, line)) for k in node.keywords)
    if len(args) != count or not all(isinstance(a, str) for a in args):
        raise InvalidInput("bulletin.source", f"第 {line} 行：“{text}”应有 {count} 个文字参数。")
    if any(not name or (keywords is not None and name not in keywords) for name, _ in kwargs):
        raise InvalidInput("bulletin.source", f"第 {line} 行：“{text}”有不可用的参数。")
    return Placeholder(node.func.id, tuple(str(a) for a in args), kwargs, line, text)


def _literal(node: ast.expr, text: str, line: int) -> str | int:
    if isinstance(node, ast.Constant) and isinstance(node.value, str | int) and not isinstance(node.value, bool):
        return node.value
    raise InvalidInput("bulletin.source", f"第 {line} 行：“{text}”的参数只能是文字或整数。")
