"""The verbs of the room: refresh the live mirror, seal a period, rebuild from the ledger, verify a snapshot."""

from __future__ import annotations

from workrelief.base.access.actor import Actor, system_actor
from workrelief.base.access.permissions import permit
from workrelief.base.audit.change import change_many
from workrelief.base.audit.sm3 import sm3_file
from workrelief.figures.ledger import mirror
from workrelief.figures.ledger.seal import lock_for_sealing, seal_months
from workrelief.figures.snapshots import build, queries
from workrelief.figures.snapshots.build import Progress, _silent
from workrelief.figures.snapshots.manifest import FileEntry, Files, digest_of
from workrelief.figures.snapshots.models import Manifest
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, InvalidInput
from workrelief.kernel.period import Period


def live_manifest() -> Manifest:
    """The newest live manifest; made now when there is none yet."""
    return queries.newest_live() or refresh_live()


def refresh_live(actor: Actor | None = None, *, progress: Progress = _silent) -> Manifest:
    """Bring the mirror up to date with every committed posting. Harmless to repeat, also after a crash."""
    acting = actor or system_actor("刷新数据快照")
    permit(acting, "snapshot.build")
    with build.one_at_a_time():
        made = build.refresh(by=acting.name, progress=progress)
        build.sweep()
    return made


def rebuild_live(actor: Actor, *, progress: Progress = _silent) -> Manifest:
    """Make every file of the live mirror again from the ledger's rows; figures do not change."""
    with build.one_at_a_time(), change_many(actor, "snapshot.build", kind="snapshots.manifest") as c:
        made = build.rebuild(by=actor.name, progress=progress)
        c.label, c.target_id = f"由台账重建数据快照 {made.name}", str(made.pk)
        c.totals.update(rows=made.rows, digest=made.digest)
    return made


def seal_period(actor: Actor, period: Period, *, name: str | None = None, progress: Progress = _silent) -> Manifest:
    """Close the months of `period` for posting and keep the ledger as it is as a snapshot (2022-v1).

    Sealing again makes the next version when something of the period changed meanwhile (a restatement), otherwise it
    returns the snapshot there is; so a seal interrupted at any point may simply be repeated. Raises InvalidInput for a
    period that is not over, Conflict when `name` is taken.
    """
    permit(actor, "period.seal")
    if period.last_day >= clock.today():
        raise InvalidInput("period.not_over", f"{period.label}尚未结束，不能封存。")
    with build.one_at_a_time():
        build.refresh(by=actor.name, progress=progress)  # the long part, while others go on posting
        existing = _already_sealed(period)
        if existing is not None:
            return existing
        with change_many(actor, "period.seal", kind="snapshots.manifest", reason=f"封存{period.label}") as c:
            lock_for_sealing()
            months = seal_months(period, by=actor.name)
            entries = Files.of(build.refresh(by=actor.name)).entries  # what was posted since
            version = 1 + max(
                Manifest.objects.filter(kind="sealed", period=str(period)).values_list("version", flat=True), default=0
            )
            made = _snapshot(actor, period, entries, name=name or f"{period}-v{version}", version=version)
            c.label, c.target_id = f"数据快照 {made.name}", str(made.pk)
            c.totals.update(
                name=made.name, period=str(period), version=version, rows=made.rows, digest=made.digest,
                files=len(entries), sealed_months=list(months), catalogue=made.catalogue_hash,
            )  # fmt: skip
    return made


def _snapshot(actor: Actor, period: Period, entries: tuple[FileEntry, ...], *, name: str, version: int) -> Manifest:
    if Manifest.objects.filter(name=name).exists():
        raise Conflict("snapshot.name", f"数据快照“{name}”已经存在，请换一个名称。")
    return build.make_manifest("sealed", entries, by=actor.name, name=name, period=str(period), version=version)


def _already_sealed(period: Period) -> Manifest | None:
    """The newest snapshot of the period when nothing that bears upon the period changed since."""
    newest = Manifest.objects.filter(kind="sealed", period=str(period)).order_by("-version").first()
    live = queries.newest_live()
    if newest is None or live is None or not queries.is_sealed(period):
        return None
    same = digest_of(_bearing_upon(period, newest)) == digest_of(_bearing_upon(period, live))
    return newest if same else None


def _bearing_upon(period: Period, manifest: Manifest) -> list[FileEntry]:
    """Files with rows of the period's year up to its end, by any time column (some figures run from January)."""
    first, last = period.year * 100 + 1, period.last_month
    return [e for e in Files.of(manifest).entries if any(e.touches(time, first, last) for time in e.spans)]


def verify(manifest: Manifest) -> list[str]:
    """Recompute every digest of a manifest; the faults found, in Chinese (none: sound)."""
    faults: list[str] = []
    files = Files.of(manifest)
    for entry in files.entries:
        for path, digest in ((entry.path, entry.digest), (entry.cube, entry.cube_digest)):
            if not mirror.path_of(path).exists():
                faults.append(f"文件 {path} 不存在")
            elif sm3_file(mirror.path_of(path)) != digest:
                faults.append(f"文件 {path} 的内容与摘要不符")
    if digest_of(files.entries) != manifest.digest:
        faults.append(f"快照 {manifest.name} 的文件清单与摘要不符")
    return faults
