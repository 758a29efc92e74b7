"""Official fonts, what may stand in for them, and which of them this machine has.

GB/T 9704 asks for 小标宋 (title), 仿宋 (text), 楷体 and 黑体 (headings) and 宋体 (page numbers). These fonts are
licensed and often absent on servers. A Word file names the official fonts and carries the list of stand-ins; a PDF
embeds what is found here and says what it replaced (rule P06).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import typst

FontRole = Literal["title", "body", "kai", "hei", "song"]


@dataclass(frozen=True, slots=True)
class OfficialFont:
    """A font of the standard: the name a Word file carries, other names of the same design, and stand-ins in order."""

    role: FontRole
    name: str
    same: tuple[str, ...]
    substitutes: tuple[str, ...]
    bold_substitute: bool = False


OFFICIAL_FONTS: dict[FontRole, OfficialFont] = {
    font.role: font
    for font in (
        OfficialFont(
            "title",
            "方正小标宋简体",
            ("FZXiaoBiaoSong-B05S", "方正小标宋_GBK", "FZXiaoBiaoSong-B05"),
            ("FandolSong", "Noto Serif CJK SC", "Source Han Serif SC"),
            bold_substitute=True,
        ),
        OfficialFont(
            "body",
            "仿宋_GB2312",
            ("FangSong_GB2312", "仿宋", "FangSong", "STFangsong"),
            ("FandolFang R", "FandolFang", "Noto Serif CJK SC", "Source Han Serif SC"),
        ),
        OfficialFont(
            "kai",
            "楷体_GB2312",
            ("KaiTi_GB2312", "楷体", "KaiTi", "STKaiti"),
            ("FandolKai", "AR PL KaitiM GB", "Noto Serif CJK SC", "Source Han Serif SC"),
        ),
        OfficialFont("hei", "黑体", ("SimHei", "STHeiti"), ("FandolHei", "Noto Sans CJK SC", "Source Han Sans SC")),
        OfficialFont("song", "宋体", ("SimSun", "STSong"), ("FandolSong", "Noto Serif CJK SC", "Source Han Serif SC")),
    )
}
LATIN_FONTS = ("Times New Roman", "Liberation Serif", "Nimbus Roman", "Libertinus Serif")
"""Figures beside a stand-in: the Latin letters of the free Chinese fonts do not match the standard's look."""
LAST_RESORT = ("Noto Serif CJK SC", "Noto Sans CJK SC")
"""Rare characters of names, missing in the GB2312 fonts."""
_TEX_ROOTS = ("/usr/share/texlive/texmf-dist", "/usr/share/texmf-dist", "/usr/share/texmf", "/opt/texlive/texmf-dist")
_FONT_ROOTS = ("/usr/share/fonts", "/usr/local/share/fonts")


@dataclass(frozen=True, slots=True)
class FontSubstitution:
    """`official` was asked for; `used` is what stands in the file."""

    official: str
    used: str


@dataclass(frozen=True, slots=True)
class FontChoice:
    """What one role becomes on this machine: families in the order they are tried, and whether they stand in."""

    role: FontRole
    families: tuple[str, ...]
    official: bool
    bold: bool


@dataclass(frozen=True, slots=True)
class FontSet:
    """The fonts of this machine for every role."""

    fonts: typst.Fonts
    choices: dict[FontRole, FontChoice]
    latin: str | None

    @property
    def substitutions(self) -> tuple[FontSubstitution, ...]:
        return tuple(
            FontSubstitution(OFFICIAL_FONTS[role].name, choice.families[0] if choice.families else "无")
            for role, choice in self.choices.items()
            if not choice.official
        )


def font_folders(extra: Sequence[Path] = ()) -> tuple[str, ...]:
    """Folders with fonts beside those of the system: `extra`, then the free Fandol fonts of a TeX installation."""
    found = [*extra, *(Path(root) / "fonts/opentype/public/fandol" for root in _TEX_ROOTS)]
    found += sorted(Path("/usr/local/texlive").glob("*/texmf-dist/fonts/opentype/public/fandol"))
    found += [Path(root) / "opentype/fandol" for root in _FONT_ROOTS]
    return tuple(dict.fromkeys(str(folder) for folder in found if folder.is_dir()))


@lru_cache(maxsize=8)
def find_fonts(extra: tuple[Path, ...] = ()) -> FontSet:
    """The fonts to use here, official ones first."""
    fonts = typst.Fonts(font_paths=list(font_folders(extra)))
    here = {family.casefold() for family in fonts.families()}

    def present(names: Sequence[str]) -> tuple[str, ...]:
        return tuple(name for name in names if name.casefold() in here)

    choices: dict[FontRole, FontChoice] = {}
    for role, font in OFFICIAL_FONTS.items():
        official = present((font.name, *font.same))
        families = tuple(dict.fromkeys((*official, *present(font.substitutes), *present(LAST_RESORT))))
        choices[role] = FontChoice(role, families, bool(official), bold=font.bold_substitute and not official)
    latin = present(LATIN_FONTS)
    return FontSet(fonts, choices, latin[0] if latin else None)


def substitution_note() -> str:
    """The list of stand-ins in one sentence, as carried by a Word file."""
    stand_ins = ((font.name, (*font.same[:2], *font.substitutes[:2])) for font in OFFICIAL_FONTS.values())
    lists = "；".join(f"{name}→{'、'.join(others)}" for name, others in stand_ins)
    return f"本文件按 GB/T 9704 使用下列字体；未安装时可依次替代：{lists}。"
