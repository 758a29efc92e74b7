"""Finding what to read from: the live view, a named one, the published one; and lists of snapshots."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.conf import settings
from django.db import connection
from django.db.models import Max, QuerySet, Value

from workrelief.figures.ledger import mirror
from workrelief.figures.ledger.facts import FACTS
from workrelief.figures.ledger.models import Posting, SealedPeriod
from workrelief.figures.snapshots.manifest import Files
from workrelief.figures.snapshots.models import Manifest
from workrelief.figures.snapshots.view import KeptViews, View, Waiting
from workrelief.kernel import clock
from workrelief.kernel.errors import NotFound
from workrelief.kernel.period import Period

_kept = KeptViews(most=6)
_EMPTY = "live-000000"


@dataclass(frozen=True)
class State:
    """The ledger at one moment: newest live manifest (None before the first) and the postings it does not hold."""

    manifest_id: int | None
    waiting: tuple[int, ...]


def state() -> State:
    """Read in one statement, so that no posting is seen twice or not at all while the mirror is being refreshed."""
    newest = Manifest.objects.filter(kind="live").values(what=Value("m")).annotate(i=Max("id")).values_list("what", "i")
    waiting = Posting.objects.filter(is_mirrored=False).values_list(Value("p"), "id")
    manifest_id: int | None = None
    ids: list[int] = []
    for what, number in newest.union(waiting, all=True):
        if what == "m":
            manifest_id = number
        else:
            ids.append(number)
    return State(manifest_id, tuple(sorted(ids)))


def live() -> View:
    """The ledger as it is now: the newest manifest, and every posting committed since."""
    now = state()
    key = f"{settings.MIRROR_DIR}:{now.manifest_id}:{_ranges(now.waiting)}"
    return _kept_or(key, lambda: _view(now.manifest_id, now.waiting))


def named(name: str) -> View:
    """The view of this name, as figures carry it. Raises NotFound when the manifest is gone or never was."""
    base, _, waiting = name.partition("+")
    manifest_id = Manifest.objects.filter(name=base).values_list("id", flat=True).first()
    if manifest_id is None and base != _EMPTY:
        raise NotFound("snapshot.missing", f"没有名为“{base}”的数据快照，实时数据可能已经更新，请刷新页面。")
    ids = tuple(_numbers(waiting))
    return _kept_or(f"{settings.MIRROR_DIR}:{manifest_id}:{_ranges(ids)}", lambda: _view(manifest_id, ids))


def published(period: Period) -> View:
    """The newest sealed snapshot whose period holds `period`. Raises NotFound while there is none."""
    for found in Manifest.objects.filter(kind="sealed").order_by("-id").values_list("name", "period"):
        if Period(found[1]).contains(period):
            return named(found[0])
    raise NotFound("snapshot.unpublished", f"{period.label}的数据尚未发布。")


def newest_live() -> Manifest | None:
    return Manifest.objects.filter(kind="live").order_by("-id").first()


def sealed_manifests() -> QuerySet[Manifest]:
    """Sealed snapshots, newest first. Not scoped: a snapshot has no division; reading from one applies the scope."""
    return Manifest.objects.filter(kind="sealed").order_by("-id")


def newest_sealed(period: Period) -> str | None:
    """Name of the newest snapshot sealed for exactly this period; None while it has not been sealed."""
    found = (
        Manifest.objects.filter(kind="sealed", period=str(period)).order_by("-version").values_list("name", flat=True)
    )
    return found.first()


def manifest(name: str) -> Manifest:
    """Raises NotFound."""
    found = Manifest.objects.filter(name=name).first()
    if found is None:
        raise NotFound("snapshot.missing", f"没有名为“{name}”的数据快照。")
    return found


def sealed_months() -> tuple[int, ...]:
    """Every sealed ledger month (202212), ascending."""
    return tuple(SealedPeriod.objects.order_by("month").values_list("month", flat=True))


def is_sealed(period: Period) -> bool:
    """Whether every month of `period` is closed for posting."""
    return {m.first_month for m in period.each_month()} <= set(sealed_months())


def forget() -> None:
    """Drop kept views (a process that changes its database)."""
    _kept.clear()


def _kept_or(key: str, make: Callable[[], View]) -> View:
    """Kept views may hold uncommitted postings only inside the transaction that made them, so there nothing is kept."""
    if connection.in_atomic_block:
        return make()
    return _kept.get(key) or _kept.put(key, make())


def _view(manifest_id: int | None, posting_ids: Sequence[int]) -> View:
    if manifest_id is None:
        files = Files(_EMPTY, "", datetime(2000, 1, 1, tzinfo=clock.CHINA), ())
    else:
        files = Files.of(Manifest.objects.get(pk=manifest_id))
    return View(files, waiting_rows(posting_ids))


def waiting_rows(posting_ids: Sequence[int]) -> Waiting:
    """The rows of these postings, from the database."""
    postings = list(
        Posting.objects.filter(pk__in=posting_ids).order_by("fact", "id").values_list("fact", "id", "posted_at")
    )
    tables = {
        fact: mirror.fresh_rows(FACTS[fact], [p[1] for p in group])
        for fact, group in groupby(postings, key=lambda p: p[0])
    }
    return Waiting(_ranges(posting_ids), max((p[2] for p in postings), default=None), tables)


def _ranges(ids: Iterable[int]) -> str:
    """45-47.52 for 45, 46, 47, 52."""
    parts: list[tuple[int, int]] = []
    for number in sorted(ids):
        if parts and number == parts[-1][1] + 1:
            parts[-1] = (parts[-1][0], number)
        else:
            parts.append((number, number))
    return ".".join(str(a) if a == b else f"{a}-{b}" for a, b in parts)


def _numbers(ranges: str) -> list[int]:
    found: list[int] = []
    for part in filter(None, ranges.split(".")):
        first, _, last = part.partition("-")
        if not first.isdecimal() or (last and not last.isdecimal()):
            raise NotFound("snapshot.missing", "没有这个数据快照。")
        found += range(int(first), int(last or first) + 1)
    return found
