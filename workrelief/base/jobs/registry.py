"""Which kinds of jobs there are. A room declares them with `@job` in its `services.py` (or `jobs.py`).

    @job("snapshot.build", permission="snapshot.build", label="生成数据快照", cancellable=True)
    def build_snapshot(ctx: JobContext, *, period: str) -> dict[str, object]:
        for i, part in enumerate(parts):
            ctx.step("汇总分区", done=i, total=len(parts))
        return {"parts": len(parts)}

A job must be harmless when run twice: it works in one transaction, or writes to a temporary place and renames at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.module_loading import autodiscover_modules

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import Role, permit
from workrelief.kernel.errors import NotPermitted

JobFunction = Callable[..., Mapping[str, Any] | None]
"""(ctx, **arguments) → JSON result, whose "message" closes the job in words for people. `...` because every kind has its own keyword arguments."""


@dataclass(frozen=True)
class JobKind:
    """A kind of job. Without `permission` only the platform itself may ask for it.

    `repeats`: when it is asked for with the key of a job that runs right now, it runs once more afterwards, since the
    running one may have read too early (refreshing a copy). Otherwise the running job answers the wish (committing a batch).
    """

    id: str
    function: JobFunction
    label: str
    permission: str | None
    cancellable: bool
    repeats: bool

    def permit(self, actor: Actor) -> None:
        """Raise NotPermitted unless the actor may run it."""
        if self.permission is not None:
            permit(actor, self.permission)
        elif Role.SYSTEM not in actor.roles:
            raise NotPermitted("job.platform_only", "该任务只能由系统自动执行。", facts={"kind": self.id})


_KINDS: dict[str, JobKind] = {}
_loaded = False


def job(
    kind_id: str, *, label: str, permission: str | None = None, cancellable: bool = False, repeats: bool = False
) -> Callable[[JobFunction], JobFunction]:
    """Register the function as the job `kind_id`; the function itself stays callable as it is."""

    def register(function: JobFunction) -> JobFunction:
        known = _KINDS.get(kind_id)
        if known is not None and known.function.__qualname__ != function.__qualname__:
            raise ValueError(f"job kind {kind_id!r} is taken by {known.function.__module__}")
        _KINDS[kind_id] = JobKind(kind_id, function, label, permission, cancellable, repeats)
        return function

    return register


def kind(kind_id: str) -> JobKind:
    """The registered kind. Raises KeyError for one nobody declared."""
    if kind_id not in _KINDS:
        load()
    return _KINDS[kind_id]


def kinds() -> list[JobKind]:
    """All kinds by id."""
    load()
    return sorted(_KINDS.values(), key=lambda k: k.id)


def load() -> None:
    """Import `services.py` and `jobs.py` of every room once, so that their kinds are known in this process."""
    global _loaded
    if not _loaded:
        _loaded = True
        autodiscover_modules("services", "jobs")
