"""待办 of the three-level lists: entries at my office, pairs to decide, projects matched but on no list without a reason."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import allowed
from workrelief.faces.web.todo_line import Todo
from workrelief.work.lists.queries.unlisted import waiting
from workrelief.work.lists.rules.turns import office_of

SOURCE = "三级清单"


def lines(actor: Actor) -> Iterator[Todo]:
    """Everything of this room that waits for the actor."""
    office = office_of(actor)
    if not office or not allowed(actor, "list.enter"):
        return
    found = waiting(actor)
    for year, entries in found.returned.items():
        url = f"{reverse('web:lists')}?year={year}&state=draft&waits_for={office}"
        title = f"{year}年清单：{entries} 个项目被退回，请修改后重新上报"
        yield Todo("stop", "被退回", title, url, SOURCE, "去修改", entries)
    for year, entries in found.entries.items():
        url = f"{reverse('web:lists')}?year={year}&waits_for={office}"
        title = f"{year}年清单：{entries} 个项目等待本级确认或印发"
        yield Todo("run", "待办理", title, url, SOURCE, "去办理", entries)
    if pairs := found.pairs:
        url = reverse("web:lists-duplicates")
        yield Todo("warn", "待判定", f"清单：{pairs} 组项目疑似重复，请判定", url, SOURCE, "去核对", pairs)
    if open_ := found.unlisted:
        url = f"{reverse('web:lists-unlisted')}?decision=open"
        yield Todo(
            "warn", "须说明", f"清单：{open_} 个项目命中指导目录而未列入，请说明原因", url, SOURCE, "去说明", open_
        )
