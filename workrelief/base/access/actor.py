"""The person acting: who, in which post, with which roles and which scope."""

from __future__ import annotations

from dataclasses import dataclass

from workrelief.base.access.scope import Scope


@dataclass(frozen=True)
class Actor:
    """One person in one post. Built by `accounts.queries.actor_for`; commands act as `system_actor`."""

    user_id: int | None
    name: str
    post_id: int | None
    post_label: str
    roles: frozenset[str]
    scope: Scope
    request_id: str = ""

    @property
    def home(self) -> str:
        """12-digit code of the division the post belongs to."""
        return self.scope.home


def system_actor(task: str, *, scope: Scope | None = None) -> Actor:
    """The platform itself doing `task` (a job, a command, the demo loader)."""
    return Actor(
        user_id=None,
        name="系统",
        post_id=None,
        post_label=task,
        roles=frozenset({"system"}),
        scope=scope or Scope(divisions=("37",)),
    )
