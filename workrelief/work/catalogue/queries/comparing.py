"""Two editions side by side: links, construction tasks, quotas and day rates that came, went or changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from workrelief.base.access.scope import Scope
from workrelief.base.divisions import queries as divisions
from workrelief.kernel import codes
from workrelief.kernel.money import yuan_text
from workrelief.work.catalogue.models import CatalogueEdition, DayRate, LabourLink, LabourQuota
from workrelief.work.catalogue.queries.editions import edition

_K = TypeVar("_K", bound=Hashable)
_LINK_WORDS = {
    "task": "建设任务", "name": "用工环节", "trades": "适用工种", "skill": "技能等级", "phase": "阶段", "sector_name": "领域",
    "subfield": "子领域", "source_status": "来源",
}  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """One thing that differs: `change` in, out or changed; `values` are (what, before, after) as shown."""

    change: str
    code: str
    name: str
    values: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Comparison:
    """From the older edition to the newer one; each tuple holds what came in first, then what went out, then changes."""

    older: CatalogueEdition
    newer: CatalogueEdition
    tasks: tuple[Difference, ...]
    links: tuple[Difference, ...]
    quotas: tuple[Difference, ...]
    rates: tuple[Difference, ...]

    @property
    def is_same(self) -> bool:
        return not (self.tasks or self.links or self.quotas or self.rates)


def compare(scope: Scope, older_id: int, newer_id: int) -> Comparison:
    """Compare two editions in six statements. Raises NotFound."""
    older, newer = edition(scope, older_id), edition(scope, newer_id)
    before, after = _links(older), _links(newer)
    return Comparison(
        older,
        newer,
        tasks=_tasks(before, after),
        links=_differences(
            {code: _words(one) for code, one in before.items()},
            {code: _words(one) for code, one in after.items()},
            lambda code: (code, (after.get(code) or before[code]).name),
        ),
        quotas=_quotas(older, newer, before, after),
        rates=_rates(older, newer),
    )


def _links(one: CatalogueEdition) -> dict[str, LabourLink]:
    return {link.code: link for link in LabourLink.objects.filter(edition=one).order_by("id")}


def _words(link: LabourLink) -> dict[str, str]:
    return {label: str(getattr(link, name)) for name, label in _LINK_WORDS.items()}


def _tasks(before: Mapping[str, LabourLink], after: Mapping[str, LabourLink]) -> tuple[Difference, ...]:
    def of(links: Mapping[str, LabourLink]) -> dict[tuple[str, str], dict[str, str]]:
        return {(link.sector_name, link.task): {} for link in links.values()}

    return _differences(of(before), of(after), lambda key: key)


def _quotas(
    older: CatalogueEdition,
    newer: CatalogueEdition,
    before: Mapping[str, LabourLink],
    after: Mapping[str, LabourLink],
) -> tuple[Difference, ...]:
    def of(one: CatalogueEdition) -> dict[tuple[str, str], dict[str, str]]:
        rows = LabourQuota.objects.filter(link__edition=one).order_by("link_id", "unit", "valid_from")
        return {
            (q.link.code, q.unit): {"定额": f"{q.days_x100} 工日/100{q.unit}", "来源": q.mark, "执行起": f"{q.valid_from}"}
            for q in rows.select_related("link")
        }  # fmt: skip

    return _differences(
        of(older), of(newer), lambda key: (key[0], f"{(after.get(key[0]) or before[key[0]]).name}（{key[1]}）")
    )


def _rates(older: CatalogueEdition, newer: CatalogueEdition) -> tuple[Difference, ...]:
    def of(one: CatalogueEdition) -> dict[tuple[str, str], dict[str, str]]:
        rows = DayRate.objects.filter(edition=one).order_by("trade", "division_prefix", "valid_from")
        return {
            (r.trade, r.division_prefix): {
                "日工价（元）": yuan_text(r.day_fen), "来源": f"{r.mark} {r.source}", "执行起": f"{r.valid_from}",
            }
            for r in rows
        }  # fmt: skip

    return _differences(of(older), of(newer), lambda key: (divisions.path_name(codes.normalise(key[1])), key[0]))


def _differences(
    before: Mapping[_K, Mapping[str, str]],
    after: Mapping[_K, Mapping[str, str]],
    named: Callable[[_K], tuple[str, str]],
) -> tuple[Difference, ...]:
    found = [Difference("in", *named(key), _new(values)) for key, values in after.items() if key not in before]
    found += [Difference("out", *named(key), _old(values)) for key, values in before.items() if key not in after]
    for key, values in after.items():
        if key in before and (changed := _changed(before[key], values)):
            found.append(Difference("changed", *named(key), changed))
    return tuple(found)


def _new(values: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    return tuple((what, "", value) for what, value in values.items())


def _old(values: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    return tuple((what, value, "") for what, value in values.items())


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    return tuple((what, before[what], value) for what, value in after.items() if before[what] != value)
