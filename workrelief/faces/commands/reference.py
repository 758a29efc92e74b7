"""The generated pages of docs/reference: clauses and what depends on them, indicators, settings, the life of a project."""

from __future__ import annotations

from workrelief.base.law import registry, report
from workrelief.config.env import documented
from workrelief.faces.commands import machines
from workrelief.figures.indicators.catalogue import all_definitions
from workrelief.kernel.units import unit_suffix


def pages() -> dict[str, str]:
    """File name → text of every generated page."""
    return {
        "by-clause.md": report.by_clause_markdown(extra=_indicator_uses()),
        "indicators.md": _indicators(),
        "settings.md": _settings(),
        "lifecycle.md": machines.page("project", picture_name="lifecycle.svg"),
        "lifecycle.svg": machines.picture("project"),
    }


def _indicator_uses() -> list[report.Use]:
    return [report.Use(cite=cite, kind="指标", id=d.code, title=d.label) for d in all_definitions() for cite in d.cites]


def _indicators() -> str:
    lines = [
        "# 指标口径",
        "",
        "由 `figures/indicators/catalogue` 生成，改口径请改代码。",
        "",
        "| 编码 | 标识 | 名称 | 单位 | 口径 | 依据 |",
        "|---|---|---|---|---|---|",
    ]
    for d in all_definitions():
        cites = "；".join(registry.resolve(c) for c in d.cites)
        lines.append(f"| {d.code} | `{d.id}` | {d.label} | {unit_suffix(d.unit)} | {d.text} | {cites} |")
    return "\n".join(lines) + "\n"


def _settings() -> str:
    lines = [
        "# Settings",
        "",
        "Generated from `config/env.py`.",
        "",
        "| variable | default | meaning |",
        "|---|---|---|",
    ]
    lines += [
        f"| `{name}` | {f'`{default}`' if default else ''} | {meaning} |" for name, default, meaning in documented()
    ]
    return "\n".join(lines) + "\n"
