"""Editions of the catalogue: loaded, copied, edited while drafts, issued."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import permit
from workrelief.base.audit.change import change, change_many
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound
from workrelief.kernel.kinds import Sector
from workrelief.work.catalogue import queries
from workrelief.work.catalogue.models import CatalogueChange, CatalogueEdition, DayRate, LabourLink, LabourQuota
from workrelief.work.catalogue.rules.words import DATA
from workrelief.work.catalogue.services.values import note_link, require_reason
from workrelief.work.catalogue.states import EDITION

SECTORS = {
    "G": "", "TR": Sector.TRANSPORT.id, "WA": Sector.WATER.id, "EN": Sector.ENERGY.id, "AG": Sector.AGRICULTURE.id,
    "UR": Sector.URBAN.id, "EC": Sector.ECOLOGY.id, "DR": Sector.RECONSTRUCTION.id,
}  # fmt: skip
SKILLS = ("普工", "半熟练", "技工")
PHASES = ("附属临建", "主体工程", "工地服务", "建后管护")
FIRST_YEAR = 2022
GENERAL_NAME = "通用（各领域）"
PREFIX_OF = {sector: prefix for prefix, sector in SECTORS.items()}


def load_edition(actor: Actor, year: int = FIRST_YEAR) -> CatalogueEdition:
    """The edition that comes with the platform, as a draft; the one that is there when it was loaded already.

    Raises NotFound when no data of that year come with the platform, NotPermitted.
    """
    permit(actor, "catalogue.edit")
    source = DATA / f"catalogue-{year}.csv"
    if not source.is_file():
        raise NotFound("catalogue.data", f"平台没有附带 {year} 年的指导目录。")
    there = CatalogueEdition.objects.filter(year=year).order_by("-version").first()
    if there is not None:
        return there
    with change_many(actor, "catalogue.edit", kind="catalogue.catalogueedition") as opened:
        made = CatalogueEdition.objects.create(year=year, made_at=clock.now(), note="随平台载入")
        stored = LabourLink.objects.bulk_create([_link(made, row) for row in _rows(source.name)])
        by_code = {one.code: one for one in stored}
        quotas = LabourQuota.objects.bulk_create(
            LabourQuota(
                link=by_code[code], work=row["work"], unit=row["unit"], days_x100=int(row["per_100"]),
                valid_from=date.fromisoformat(row["valid_from"]), mark=row["mark"],
            )
            for row in _rows("quotas.csv")
            for code in row["links"].split()
        )  # fmt: skip
        rates = DayRate.objects.bulk_create(
            DayRate(
                edition=made, trade=row["trade"], division_prefix=row["division"], day_fen=int(row["day_fen"]),
                valid_from=date.fromisoformat(row["valid_from"]),
                valid_until=date.fromisoformat(row["valid_until"]) if row["valid_until"] else None,
                source=row["source"], mark=row["mark"],
            )
            for row in _rows("rates.csv")
        )  # fmt: skip
        opened.label, opened.target_id = str(made), str(made.pk)
        opened.totals = {"loaded": year, "links": len(stored), "quotas": len(quotas), "rates": len(rates)}
    return made


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _link(edition: CatalogueEdition, row: dict[str, str]) -> LabourLink:
    return LabourLink(
        edition=edition, code=row["catalogue_id"], sector=SECTORS[row["sector_code"]], sector_name=row["sector"],
        subfield=row["subfield"], task=row["construction_task"], name=row["labour_link"], trades=row["typical_trades"],
        skill=row["skill_level"], phase=row["phase"], is_core=row["is_core_sector"] == "是", source_status=row["source_status"],
    )  # fmt: skip


def issued_edition(actor: Actor) -> CatalogueEdition:
    """The newest issued edition; the one that comes with the platform is loaded and issued when there is none at all."""
    newest = queries.editions(actor.scope).filter(state="issued").first()
    if newest is not None:
        return newest
    return issue_edition(actor, load_edition(actor).pk)


def copy_edition(actor: Actor, edition_id: int, year: int, *, note: str = "") -> CatalogueEdition:
    """A new draft for `year` with everything the former edition holds. Raises NotFound, InvalidInput, Conflict."""
    former = queries.edition(actor.scope, edition_id)
    if not former.year <= year <= former.year + 10:
        raise InvalidInput("catalogue.year", f"新目录的年度应在 {former.year} 至 {former.year + 10} 之间。")
    same = CatalogueEdition.objects.filter(year=year).order_by("-version")
    if same.filter(state="draft").exists():
        raise Conflict("catalogue.draft", f"{year} 年已有一份草稿，请在草稿上修改。")
    newest = same.first()
    with change_many(actor, "catalogue.edit", kind="catalogue.catalogueedition") as opened:
        made = CatalogueEdition.objects.create(
            year=year,
            version=newest.version + 1 if newest else 1,
            note=note[:200] or f"由 {former} 复制",
            made_at=clock.now(),
        )
        stored: dict[int, LabourLink] = {}
        for old in LabourLink.objects.filter(edition=former).order_by("id"):
            key = old.pk
            old.pk, old.edition = None, made
            stored[key] = old
        LabourLink.objects.bulk_create(stored.values())
        quotas = list(LabourQuota.objects.filter(link__edition=former).order_by("id"))
        for quota in quotas:
            quota.pk, quota.link = None, stored[quota.link_id]
        LabourQuota.objects.bulk_create(quotas)
        rates = list(DayRate.objects.filter(edition=former).order_by("id"))
        for rate in rates:
            rate.pk, rate.edition = None, made
        DayRate.objects.bulk_create(rates)
        opened.label, opened.target_id = str(made), str(made.pk)
        opened.totals = {"copied_from": former.pk, "links": len(stored), "quotas": len(quotas), "rates": len(rates)}
    return made


def issue_edition(actor: Actor, edition_id: int) -> CatalogueEdition:
    """Issue a draft; from now on it is what bills are matched against. Raises NotFound, Conflict."""
    with change(actor, "catalogue.edit", lambda: queries.editions(actor.scope).filter(pk=edition_id)) as opened:
        opened.fire(EDITION, "issue")
        opened.row.issued_at = clock.now()
        opened.row.save()
    return opened.row


@dataclass(frozen=True, kw_only=True)
class LinkChanges:
    """What is to be different in a link; None leaves it."""

    subfield: str | None = None
    task: str | None = None
    name: str | None = None
    trades: str | None = None
    skill: str | None = None
    phase: str | None = None
    source_status: str | None = None


def edit_link(actor: Actor, link_id: int, changes: LinkChanges, *, reason: str) -> LabourLink:
    """Change a link of a draft; former and new values stand in the audit trail.

    Raises NotFound, Conflict when the edition is issued, InvalidInput for an empty or unknown value.
    """
    given = {f.name: value.strip() for f in fields(changes) if (value := getattr(changes, f.name)) is not None}
    require_reason(reason)
    if not given:
        raise InvalidInput("catalogue.nothing", "没有写明要修改的内容。")
    with change(actor, "catalogue.edit", lambda: queries.link_rows(actor.scope, link_id), reason=reason) as opened:
        row = opened.row
        if row.edition.state != "draft":
            raise Conflict("catalogue.issued", "已印发的目录不能修改。请复制为新的草稿后修改。")
        former = {name: str(getattr(row, name)) for name in given}
        _put(row, given)
        _require_once(row)
        row.save()
        differing = [name for name, value in given.items() if value != former[name]]
        note_link(
            actor, row, reason=reason, before="；".join(former[n] for n in differing),
            after="；".join(given[n] for n in differing),
        )  # fmt: skip
    return row


@dataclass(frozen=True, kw_only=True)
class NewLink:
    """A labour link to be added; `sector` is a Sector id, or "" for links of every sector."""

    sector: str
    subfield: str
    task: str
    name: str
    trades: str
    skill: str
    phase: str
    source_status: str


def add_link(actor: Actor, edition_id: int, new: NewLink, *, reason: str) -> LabourLink:
    """Add a link to a draft under the next free number of its sector; a number is never given twice in any edition.

    Raises NotFound, Conflict when the edition is issued, InvalidInput for an empty or unknown value.
    """
    edition = queries.edition(actor.scope, edition_id)
    require_reason(reason)
    if edition.state != "draft":
        raise Conflict("catalogue.issued", "已印发的目录不能增加环节。请复制为新的草稿后增加。")
    if new.sector not in PREFIX_OF:
        raise InvalidInput("catalogue.sector", "请选择领域。")
    with change(actor, "catalogue.edit", LabourLink, reason=reason) as opened:
        row = LabourLink(
            edition=edition, code=_next_code(PREFIX_OF[new.sector]), sector=new.sector, is_core=bool(new.sector),
            sector_name=Sector.of_id(new.sector).label if new.sector else GENERAL_NAME,
        )  # fmt: skip
        given = {f.name: getattr(new, f.name).strip() for f in fields(new) if f.name != "sector"}
        _put(row, given)
        _require_once(row)
        row.save()
        opened.target = row
        note_link(actor, row, reason=reason, before="", after="；".join(given.values()))
    return row


def drop_link(actor: Actor, link_id: int, *, reason: str) -> None:
    """Take a link with its quotas out of a draft. Raises NotFound, Conflict when the edition is issued, InvalidInput."""
    require_reason(reason)
    with change(actor, "catalogue.edit", lambda: queries.link_rows(actor.scope, link_id), reason=reason) as opened:
        row = opened.row
        if row.edition.state != "draft":
            raise Conflict("catalogue.issued", "已印发的目录不能删去环节。请复制为新的草稿后删去。")
        note_link(actor, row, reason=reason, before=f"{row.task}；{row.name}；{row.trades}", after="")
        LabourLink.objects.filter(pk=row.pk).delete()
        opened.details = {"dropped": True}


_LABELS = {
    "subfield": "子领域", "task": "建设任务", "name": "用工环节", "trades": "适用工种", "skill": "技能等级", "phase": "阶段",
    "source_status": "来源",
}  # fmt: skip


def _put(row: LabourLink, given: dict[str, str]) -> None:
    """Put stripped values on a link. Raises InvalidInput naming the field."""
    for name, value in given.items():
        most = getattr(LabourLink._meta.get_field(name), "max_length", 0)
        if not value or len(value) > most:
            raise InvalidInput("catalogue.value", f"{_LABELS[name]}不能为空，且不超过 {most} 个字。")
        setattr(row, name, value)
    if row.skill not in SKILLS:
        raise InvalidInput("catalogue.skill", f"技能等级没有“{row.skill}”，应为{'、'.join(SKILLS)}之一。")
    if row.phase not in PHASES:
        raise InvalidInput("catalogue.phase", f"阶段没有“{row.phase}”，应为{'、'.join(PHASES)}之一。")


def _require_once(row: LabourLink) -> None:
    """Raises InvalidInput when the edition has another link of the same sector, task and name."""
    same = LabourLink.objects.filter(edition=row.edition, sector=row.sector, task=row.task, name=row.name)
    if other := same.exclude(pk=row.pk).first():
        raise InvalidInput("catalogue.double", f"本版目录已有同一建设任务下的同名环节（{other.code}）。")


def _next_code(prefix: str) -> str:
    """TR035 after TR034, counting every edition and every link that was ever taken out."""
    return f"{prefix}{last_number(prefix) + 1:03}"


def last_number(prefix: str, also: Iterable[str] = ()) -> int:
    """The highest number under a prefix in any edition, among links that were ever taken out, and in `also`."""
    used = [
        *LabourLink.objects.filter(code__startswith=prefix).values_list("code", flat=True),
        *CatalogueChange.objects.filter(link_code__startswith=prefix).values_list("link_code", flat=True),
        *also,
    ]
    numbers = [int(code.removeprefix(prefix)) for code in used if code.removeprefix(prefix).isdigit()]
    return max(numbers, default=0)
