"""A bill of works: lines with name, unit and quantity, from pasted text or from the rows of a sheet.

Nothing is thrown away silently: totals that are skipped and lines understood by position are said in `remarks`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workrelief.kernel.errors import InvalidInput
from workrelief.work.catalogue.rules.units import find_unit

MOST_LINES = 5_000
TITLES: dict[str, tuple[str, ...]] = {
    "ordinal": ("序号", "项次", "章节号"),
    "part": ("分部工程", "分部", "单位工程", "章节"),
    "name": (
        "名称", "项目名称", "工程名称", "清单名称", "子目名称", "工程项目", "建设内容", "分部分项工程", "分部分项工程名称", "细目名称",
        "施工内容", "清单项目名称", "主要工程",
    ),
    "unit": ("单位", "计量单位"),
    "quantity": ("工程量", "数量", "工程数量", "清单工程量", "工作量"),
    "remark": ("备注", "说明", "项目特征", "项目特征描述"),
}  # fmt: skip
"""Column heads by meaning; the first is the one of the template."""

_ORDINAL = re.compile(
    r"^(?:[（(]?[一二三四五六七八九十百]+[)）]?[、.．]?|[（(]?\d+(?:[.．\-]\d+)*[)）]?[、.．]?|第[一二三四五六七八九十]+[章节部分])$"
)
_LED = re.compile(
    r"^(?:[（(][一二三四五六七八九十\d]+[)）]|[一二三四五六七八九十]+[、.．]|第[一二三四五六七八九十]+[章节部]分?|\d+(?:\.\d+)*[、．.](?!\d))\s*"
)
_CHAPTER = re.compile(
    r"^(?:[（(][一二三四五六七八九十]+[)）]|[一二三四五六七八九十]+|第[一二三四五六七八九十]+[章节部]分?)[、.．]?$"
)
_TOTAL = re.compile(r"^[（(]?(?:总计|合计|小计|共计|总价|分部小计|本页小计)[)）]?[:：]?")
_HEADING_END = re.compile(r"(?:工程|部分|分部|附属|绿化|设施)$")
_NUMBER = re.compile(r"^(?:约|近|大约|不少于|不低于|至少|超过|预计|共|计|[≥≤><~≈])*\d")
_ONE_CELL = re.compile(
    r"^(?P<name>.*?[^\d\s.,≥≤><~≈约近共计])\s*[:：]?\s*(?P<quantity>(?:约|近|大约|不少于|不低于|至少|超过|预计|共|计|[≥≤><~≈])*\d[\d,.]*(?:[余多]|以上)?\s*[百千万]?[^\d\s.,，]{1,4}[23³²]?(?:左右|以上)?)$"
)


@dataclass(frozen=True)
class BillLine:
    """One line as written. `number` is the line of the text or row of the sheet; `part` the heading it stands under."""

    number: int
    name: str
    unit: str = ""
    quantity: str = ""
    remark: str = ""
    part: str = ""
    is_heading: bool = False


@dataclass(frozen=True)
class Bill:
    """The lines in order and what is to be said about reading them."""

    lines: tuple[BillLine, ...]
    remarks: tuple[str, ...] = ()


def parse_text(text: str) -> Bill:
    """Lines of a pasted bill: columns apart by tabs, strokes, commas or spaces, with a head or without.

    Raises InvalidInput when nothing is there or there are more than MOST_LINES lines.
    """
    head: dict[str, int] | None = None
    rows: list[BillLine] = []
    guessed = 0
    for number, raw in enumerate(text.splitlines(), start=1):
        cells = _cells(raw)
        if not cells:
            continue
        if found := _head_of(cells):
            head = found
            continue
        if head is not None and len(cells) > max(head["name"], head.get("quantity", 0)):
            given = {name: cells[place] for name, place in head.items() if place < len(cells)}
        else:
            given = _by_position(cells)
            guessed += bool(given["quantity"]) and len(cells) > 1 and not _TOTAL.match(given["name"])
        name = given.get("name") or given.get("part", "")
        rows.append(
            BillLine(
                number, numbered(given.get("ordinal", ""), name), given.get("unit", ""), given.get("quantity", ""),
                given.get("remark", ""), given.get("part", "") if given.get("name") else "",
            )
        )  # fmt: skip
    remarks = [f"{guessed} 行没有表头对应，按“名称、单位、工程量、备注”的位置理解"] if guessed else []
    return assemble(rows, remarks)


def assemble(rows: Iterable[BillLine], remarks: Sequence[str] = ()) -> Bill:
    """Put lines under their headings, leave totals out; used for text and sheets alike. Raises InvalidInput."""
    part = ""
    lines: list[BillLine] = []
    totals: list[int] = []
    for row in rows:
        name = " ".join(row.name.split())
        if not name:
            continue
        if _TOTAL.match(name):
            totals.append(row.number)
            continue
        bare = _LED.sub("", name) or name
        if _is_heading(row, name):
            part = bare[:80]
            lines.append(BillLine(row.number, bare[:200], is_heading=True))
            continue
        lines.append(
            BillLine(
                row.number, bare[:200], row.unit[:20], row.quantity[:40], row.remark[:200], (row.part or part)[:80]
            )
        )
        if len(lines) > MOST_LINES:
            raise InvalidInput("bill.long", f"清单超过 {MOST_LINES:,} 行，请按单位工程分开匹配。")
    if not any(not line.is_heading for line in lines):
        raise InvalidInput(
            "bill.empty", "没有读到工程量清单。请粘贴清单文字，每行一项，写明名称、单位和工程量；或上传表格。"
        )
    said = list(remarks)
    if totals:
        said.append(
            f"跳过合计、小计 {len(totals)} 行（第 {'、'.join(map(str, totals[:8]))} 行{'等' if len(totals) > 8 else ''}）"
        )
    return Bill(tuple(lines), tuple(said))


def numbered(ordinal: str, name: str) -> str:
    """The name of a line with the number of its chapter (一, （二）, 第三章) before it, so that a chapter is known as one."""
    plain = ordinal.strip()
    return (
        f"{plain.rstrip('、.．')}{'' if plain[:1] in '（(第' else '、'}{name}"
        if name and _CHAPTER.match(plain)
        else name
    )


def _is_heading(row: BillLine, name: str) -> bool:
    if row.unit or row.quantity or row.remark:
        return False
    return bool(_LED.match(name) or _HEADING_END.search(name))


def _cells(raw: str) -> list[str]:
    line = raw.rstrip().lstrip(" \u3000").removeprefix("|").removesuffix("|")
    if not line.strip("-—|:= \t"):
        return []
    for pattern in (r"\t", r"[|｜]", r"[，；;]|,(?!\d{3}(?!\d))", r"\s+"):
        parts = [p.strip() for p in re.split(pattern, line)]
        if len(parts) > 1:
            return parts
    return [line]


def _head_of(cells: Sequence[str]) -> dict[str, int] | None:
    places: dict[str, int] = {}
    for place, cell in enumerate(cells):
        plain = re.sub(r"[(（].*?[)）]|\s", "", unicodedata.normalize("NFKC", cell))
        for name, titles in TITLES.items():
            if plain in titles and name not in places:
                places[name] = place
    if "quantity" not in places or not {"name", "part"} & places.keys():
        return None
    places.setdefault("name", places.get("part", 0))
    return places


def _by_position(cells: list[str]) -> dict[str, str]:
    """What each cell must be where no head says: an ordinal, the name, then unit and quantity in either order."""
    if len(cells) > 1 and _ORDINAL.match(cells[0]) and not _NUMBER.match(cells[1]):
        cells = [numbered(cells[0], cells[1]), *cells[2:]]
    given = {"name": cells[0], "unit": "", "quantity": "", "remark": ""}
    if len(cells) == 1:
        found = _ONE_CELL.match(cells[0])
        if found:
            given |= {"name": found["name"], "quantity": found["quantity"]}
        return given
    rest: list[str] = []
    for cell in cells[1:]:
        if not given["quantity"] and _NUMBER.match(cell):
            given["quantity"] = cell
        elif not given["unit"] and find_unit(cell):
            given["unit"] = cell
        elif cell:
            rest.append(cell)
    if not given["quantity"] and not given["unit"]:
        given["name"], rest = " ".join(cells), []
        if found := _ONE_CELL.match(given["name"]):
            given |= {"name": found["name"], "quantity": found["quantity"]}
    given["remark"] = " ".join(rest)
    return given
