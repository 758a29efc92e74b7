"""An edition brought as a spreadsheet: it comes in whole as the draft of its year, and goes out whole while untouched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import permit
from workrelief.base.audit.change import change_many
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict
from workrelief.kernel.kinds import Sector
from workrelief.work.catalogue.models import CatalogueChange, CatalogueEdition, DayRate, LabourLink, LabourQuota
from workrelief.work.catalogue.services.editions import FIRST_YEAR, GENERAL_NAME, PREFIX_OF, NewLink, last_number

KIND = "catalogue.catalogueedition"
YEARS_AHEAD = 10
Identity = tuple[str, str, str]
"""What makes a link the same one: sector, construction task and name, without spaces."""


@dataclass(frozen=True, kw_only=True)
class NumberedLink(NewLink):
    """A labour link of a file; without a code it keeps the one of the former edition, or gets the next free one."""

    code: str = ""


@dataclass(frozen=True)
class ImportedEdition:
    """What an import brought, as its undo needs it. `changes` are those that stood in the draft before."""

    edition_id: int
    is_new: bool
    links: int
    changes: int


def identity_of(sector: str, task: str, name: str) -> Identity:
    """The identity of a link. Spaces never make another one."""
    return sector, "".join(task.split()), "".join(name.split())


def code_reason(code: str, sector: str) -> str:
    """Why a code cannot be that of a link of the sector, or ""."""
    prefix = PREFIX_OF[sector]
    if len(code) <= 8 and re.fullmatch(rf"{prefix}\d{{3,}}", code):
        return ""
    return f"编号“{code}”不是{_sector_name(sector)}的编号，应为 {prefix} 加三位以上数字"


def import_refusal(actor: Actor, year: int) -> tuple[str, str]:
    """(why no edition of the year can be brought, what to do), or two empty texts. Raises NotPermitted."""
    permit(actor, "catalogue.edit")
    return _refusal(year, CatalogueEdition.objects.filter(year=year))


def former_codes(actor: Actor, year: int) -> dict[Identity, str]:
    """Codes of the newest edition with links up to the year, by identity. Raises NotPermitted."""
    permit(actor, "catalogue.edit")
    with_links = CatalogueEdition.objects.filter(year__lte=year, links__isnull=False)
    newest = with_links.order_by("-year", "-version").first()
    found = LabourLink.objects.filter(edition=newest).values_list("sector", "task", "name", "code")
    return {identity_of(sector, task, name): code for sector, task, name, code in found}


def import_edition(actor: Actor, year: int, links: Sequence[NumberedLink], *, note: str = "") -> ImportedEdition:
    """The draft of `year` with these links in this order: a new one, or the one that is there and holds none.

    Raises Conflict when an edition of the year is issued, its draft holds links, or the year is out of range.
    """
    with change_many(actor, "catalogue.edit", kind=KIND) as opened:
        why, remedy = _refusal(year, CatalogueEdition.objects.select_for_update().filter(year=year))
        if why:
            raise Conflict("catalogue.import", f"{why}。{remedy}。")
        codes = _codes(links, former_codes(actor, year))
        draft = CatalogueEdition.objects.filter(year=year).first()
        made = draft or CatalogueEdition.objects.create(year=year, made_at=clock.now(), note=note[:200])
        changes = CatalogueChange.objects.filter(edition=made).count()
        LabourLink.objects.bulk_create(_row(made, code, one) for code, one in zip(codes, links, strict=True))
        opened.label, opened.target_id = str(made), str(made.pk)
        opened.totals = {"imported": year, "links": len(links), "is_new": draft is None}
    return ImportedEdition(made.pk, draft is None, len(links), changes)


def withdraw_import(actor: Actor, done: ImportedEdition) -> dict[str, Any]:
    """Take an imported draft back; totals for the audit entry. Raises Conflict when it was issued or changed since."""
    with change_many(actor, "catalogue.edit", kind=KIND, reason="撤销导入") as opened:
        edition = CatalogueEdition.objects.select_for_update().filter(pk=done.edition_id).first()
        if edition is None:
            raise Conflict("catalogue.gone", "这批导入的目录草稿已不在，没有可撤销的内容。")
        if edition.state != "draft":
            raise Conflict("catalogue.issued", f"{edition} 已印发，不能撤销导入。需要调整的，复制为新的草稿后修改。")
        if _is_changed(edition, done):
            raise Conflict(
                "catalogue.changed",
                f"{edition} 草稿在导入后已有修改，不能整批撤销。请在草稿上逐条改正，或删去后重新增加。",
            )
        opened.label, opened.target_id = str(edition), str(edition.pk)
        opened.totals = {"withdrawn": edition.year, "links": done.links}
        LabourLink.objects.filter(edition=edition).delete()
        if done.is_new:
            edition.delete()
    return {"links": done.links, "editions": int(done.is_new)}


def _refusal(year: int, same: QuerySet[CatalogueEdition]) -> tuple[str, str]:
    last = clock.today().year + YEARS_AHEAD
    if not FIRST_YEAR <= year <= last:
        return f"目录年度应在 {FIRST_YEAR} 至 {last} 之间，不能是 {year}", "核对年度后重新上传"
    editions = list(same)
    if any(e.state == "issued" for e in editions):
        return f"{year} 年指导目录已印发，不能再整版导入", "需要调整的，在指导目录页复制为新的草稿后修改"
    if LabourLink.objects.filter(edition__in=editions).exists():
        return f"{year} 年指导目录已有草稿，且草稿内已有用工环节", "在草稿上修改；由导入形成的草稿可先撤销那一批导入"
    return "", ""


def _is_changed(edition: CatalogueEdition, done: ImportedEdition) -> bool:
    return (
        CatalogueChange.objects.filter(edition=edition).count() != done.changes
        or LabourLink.objects.filter(edition=edition).count() != done.links
        or LabourQuota.objects.filter(link__edition=edition).exists()
        or (done.is_new and DayRate.objects.filter(edition=edition).exists())
    )


def _codes(links: Sequence[NumberedLink], former: dict[Identity, str]) -> list[str]:
    """A code for each link: as given, as in the former edition, or the next free number of its sector."""
    given = [one.code or former.get(identity_of(one.sector, one.task, one.name), "") for one in links]
    written = {one.code for one in links if one.code}
    given = ["" if code in written and not one.code else code for code, one in zip(given, links, strict=True)]
    last = {prefix: last_number(prefix, given) for prefix in PREFIX_OF.values()}
    codes = []
    for code, one in zip(given, links, strict=True):
        prefix = PREFIX_OF[one.sector]
        if not code:
            last[prefix] += 1
        codes.append(code or f"{prefix}{last[prefix]:03}")
    return codes


def _sector_name(sector: str) -> str:
    return Sector.of_id(sector).label if sector else GENERAL_NAME


def _row(edition: CatalogueEdition, code: str, one: NumberedLink) -> LabourLink:
    return LabourLink(
        edition=edition, code=code, sector=one.sector, sector_name=_sector_name(one.sector), subfield=one.subfield,
        task=one.task, name=one.name, trades=one.trades, skill=one.skill, phase=one.phase, is_core=bool(one.sector),
        source_status=one.source_status,
    )  # fmt: skip
