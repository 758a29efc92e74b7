"""Looking for projects that look alike, and keeping what a person said about a pair."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import Q

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import permit
from workrelief.base.audit.change import change, change_many
from workrelief.base.divisions import queries as divisions
from workrelief.kernel import clock
from workrelief.kernel.codes import Level, at_level, level_of, parent_of
from workrelief.kernel.errors import Conflict, InvalidInput
from workrelief.work.lists import queries
from workrelief.work.lists.models import DuplicatePair
from workrelief.work.lists.queries import EntryFilter
from workrelief.work.lists.rules.likeness import Alike, Named, alike
from workrelief.work.lists.services.writing import insert
from workrelief.work.projects import queries as projects

DECISIONS = {"same": "同一项目", "different": "不是同一项目"}


def look_for_duplicates(
    actor: Actor, year: int, *, division: str = "", project_ids: Collection[int] | None = None
) -> int:
    """Compare the year's listed projects (or only `project_ids`) with every project of their county, whatever year and
    track; new pairs are kept as open, decided ones are left alone. Returns how many are new."""
    wanted = EntryFilter(year=year, division=division, is_standing=True)
    ids = set(project_ids or queries.entries(actor.scope, wanted).order_by().values_list("project_id", flat=True))
    if not project_ids:  # where only the finished list was imported, the register alone knows the year
        ids.update(projects.in_year(actor.scope, year, division).values_list("pk", flat=True))
    with change_many(actor, "list.decide_duplicate", kind="lists.duplicatepair") as opened:
        found = notice(actor, ids)
        opened.totals = {"year": year, "compared": len(ids), "found": found}
    return found


def notice(actor: Actor, project_ids: Collection[int]) -> int:
    """Compare these projects with all of their counties and keep new pairs; inside the transaction of a change."""
    asked: dict[str, set[int]] = {}
    for pk, ref in projects.refs(actor.scope, project_ids).items():
        asked.setdefault(at_level(ref.division_code, Level.COUNTY), set()).add(pk)
    found: list[tuple[str, Alike]] = []
    for county, ids in asked.items():
        found += ((county, one) for one in _of_county(county, ids))
    return _keep(found)


def _of_county(county: str, asked: set[int]) -> Iterable[Alike]:
    """Pairs of one county; a project there out of the actor's sight is a double all the same."""
    rows = projects.names_in(county)
    townships = {place: _township(place) for _, _, place, *_ in rows}
    names = [Named(*row, township=townships[row[2]]) for row in rows]
    city = parent_of(county) or county
    without = [n for n in {*_short(divisions.name(county)), *_short(divisions.name(city))} if len(n) > 1]
    return alike(names, asked, without=sorted(without, key=lambda n: -len(n)))


def _township(place: str) -> str:
    """Name of the township a division lies in; "" for a county's own."""
    return divisions.name(at_level(place, Level.TOWNSHIP)) if level_of(place) >= Level.TOWNSHIP else ""


def _short(name: str) -> tuple[str, ...]:
    return name, name.rstrip("市县区")


def _keep(found: Collection[tuple[str, Alike]]) -> int:
    known: set[tuple[int, int]] = set()
    for part in projects.in_parts({one.first for _, one in found}):
        every = DuplicatePair.objects.unscoped("a pair is kept once").filter(first__in=part)
        known.update(every.values_list("first_id", "second_id"))
    now = clock.now()
    rows = [
        DuplicatePair(
            first_id=one.first, second_id=one.second, division_code=county, likeness=one.likeness,
            words=one.words[:200], found_at=now,
        )
        for county, one in found
        if (one.first, one.second) not in known
    ]  # fmt: skip
    insert(rows)
    return len(rows)


def drop_open_pairs(project_ids: Collection[int]) -> None:
    """Forget pairs nobody decided yet, when the projects of an import are taken back."""
    for part in projects.in_parts(set(project_ids)):
        every = DuplicatePair.objects.unscoped("the projects themselves go").filter(state="open")
        every.filter(Q(first__in=part) | Q(second__in=part)).delete()


def decide_duplicate(
    actor: Actor, pair_id: int, decision: str, *, reason: str, expected: str = "open"
) -> DuplicatePair:
    """Say that a pair is the `same` project or `different` ones, with the reason; it is not asked again.

    With `expected` the decision seen, it is put right: the former one and its reason stay written beside the new one.
    Raises NotFound, InvalidInput, Conflict when somebody decided otherwise meanwhile.
    """
    permit(actor, "list.decide_duplicate")
    if decision not in DECISIONS:
        raise InvalidInput("list.decision", "请判定为同一项目或不是同一项目。")
    if decision == expected:
        raise InvalidInput("list.decision", "改判须与原判定不同。")
    if not reason.strip():
        raise InvalidInput("C10", "请写明判定的理由。")
    rows = queries.duplicate_rows(actor.scope, pair_id)
    with change(actor, "list.decide_duplicate", rows, reason=reason) as opened:
        pair = opened.row
        if pair.state != expected:
            now = (
                f"{pair.decided_by}已判定为“{DECISIONS[pair.state]}”，理由：{pair.reason}。" if pair.decided_by else ""
            )
            raise Conflict(
                "list.decided", now or "这一组项目现为待判定，请刷新后再定。", facts={"state": pair.state}
            )  # fmt: skip
        said = reason.strip()
        if pair.decided_by:
            said = f"{said}（原由{pair.decided_by}判定为“{DECISIONS[pair.state]}”：{pair.reason}）"
        pair.state, pair.decided_at, pair.decided_by = decision, clock.now(), actor.name[:60]
        pair.reason = said[:200]
        pair.save()
    return pair
