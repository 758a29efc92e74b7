"""Letting demo projects go their way: every step whose day has come, as far as the gates allow."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from workrelief.base.access.actor import Actor
from workrelief.faces.commands.demo.told import Told
from workrelief.kernel import clock
from workrelief.kernel.errors import RuleViolated
from workrelief.work.lifecycle import services as lifecycle
from workrelief.work.lifecycle.states import PROJECT_LIFE, traits_of

WHY = "演示数据：历史补录"


@dataclass
class Walked:
    """Steps taken, and by step how many projects a gate held up."""

    steps: int = 0
    held_up: dict[str, int] = field(default_factory=dict)


def groups(wanted: Sequence[Told]) -> Iterator[list[Told]]:
    """Projects that go the same way: one track, one kind of implementer."""
    ways: dict[tuple[str, str], list[Told]] = {}
    for one in wanted:
        ways.setdefault((one.track, one.implementer), []).append(one)
    yield from ways.values()


def walk(actor: Actor, group: Sequence[Told], *, only: Collection[str] = ()) -> Walked:
    """Take step after step (of `only`, where given) for all of the group whose day has come.

    What a gate holds up goes no further.
    """
    path = PROJECT_LIFE.main_path(traits_of(group[0].track, group[0].implementer))
    walking, today, done = list(group), clock.today(), Walked()
    for step in path:
        if only and step.name not in only:
            continue
        days = {one.id: day for one in walking if (day := one.day(step.name)) is not None and day <= today}
        walking = [one for one in walking if one.id in days]
        while days:
            try:
                done.steps += lifecycle.take_steps(
                    actor, list(days), step.name, on=max(days.values()), days=days, history=True, note=WHY,
                    reference=f"演示〔{max(days.values()).year}〕{step.label}",
                )  # fmt: skip
                break
            except RuleViolated as err:
                blocked = _blocked(err)
                if not blocked:
                    raise
                done.held_up[step.name] = done.held_up.get(step.name, 0) + len(blocked)
                days = {i: day for i, day in days.items() if i not in blocked}
        walking = [one for one in walking if one.id in days]
    return done


def _blocked(err: RuleViolated) -> set[int]:
    found = err.facts.get("blocked")
    return {int(i) for i in found} if isinstance(found, dict) else set()
