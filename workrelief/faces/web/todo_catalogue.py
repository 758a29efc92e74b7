"""待办 of the guidance catalogue: drafts to issue, and matched bills whose proposals nobody has decided."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import allowed
from workrelief.faces.web.todo_line import Todo
from workrelief.kernel import codes
from workrelief.kernel.codes import Level
from workrelief.work.catalogue import queries

SOURCE = "指导目录"


def lines(actor: Actor) -> Iterator[Todo]:
    """Everything of this room that waits for the actor; bills wait near the works, not in the city or the province."""
    if actor.scope.is_empty:
        return
    if allowed(actor, "catalogue.edit"):
        for edition in queries.editions(actor.scope).filter(state="draft"):
            url = f"{reverse('web:catalogue')}?edition={edition.pk}"
            yield Todo("run", "待印发", f"印发指导目录：{edition}草稿待核对印发", url, SOURCE, "去核对")
    is_near = codes.level_of(actor.home) >= Level.COUNTY
    if is_near and allowed(actor, "catalogue.match") and (runs := list(queries.undecided(actor.scope)[:2])):
        number = 1 if len(runs) == 1 else queries.undecided(actor.scope).count()
        url = reverse("web:match-run", args=[runs[0].pk]) if number == 1 else reverse("web:match")
        yield Todo("run", "待核对", f"清单匹配：{number} 份清单有用工环节待核对", url, SOURCE, "去核对", number)
