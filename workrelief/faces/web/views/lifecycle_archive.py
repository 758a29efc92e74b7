"""档案与证据包: the index of eight classes that fills itself, and all of it in one zip."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from workrelief.base.access.permissions import allowed
from workrelief.base.jobs import services as jobs
from workrelief.base.law import registry
from workrelief.faces.shared import evidence
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.download import attachment
from workrelief.faces.shared.stamp import Stamp
from workrelief.faces.web.views.lifecycle_shape import Clause, clause_of, paper_url, state_badge
from workrelief.kernel import clock
from workrelief.work.lifecycle import queries
from workrelief.work.lifecycle.queries import ArchiveClass, ArchiveItem
from workrelief.work.lifecycle.states import PaperKind


@dataclass(frozen=True)
class Line:
    """A row of the index: css missing or "", the kind once, the paper or what the system holds, and what to do."""

    css: str
    label: str
    title: str
    sub: str = ""
    on: date | None = None
    by: str = ""
    paper_url: str = ""
    act_url: str = ""
    act: str = ""
    withdraw_url: str = ""


@dataclass(frozen=True)
class ShownClass:
    """One of the eight classes with its rows and a word on how complete it is."""

    number: int
    label: str
    words: str
    rows: tuple[Line, ...]


@dataclass(frozen=True)
class Missing:
    """A paper that is asked for and not there, with the clause that asks for it."""

    kind: PaperKind
    class_label: str
    why: str
    rule_id: str
    clause: Clause | None


@page("lifecycle.view")
@require_GET
def archive(request: ActingRequest, project_id: int) -> HttpResponse:
    """What is there in each class, what is missing and why it is asked for."""
    actor = request.actor
    life = queries.filed(actor.scope, project_id)
    index = life.index
    may_attach = allowed(actor, "lifecycle.attach_paper")
    upload = reverse("web:life-paper", args=[project_id]) if may_attach else ""
    return render(
        request,
        "lifecycle/archive.html",
        {
            "title": "项目档案",
            "crumbs": [
                ("项目清单", reverse("web:projects")),
                (life.name, reverse("web:life", args=[project_id])),
                ("档案", ""),
            ],
            "stamp": Stamp(as_of=clock.now()),
            "life": life,
            "state": state_badge(life.state.id),
            "index": index,
            "complete_words": f"{index.complete}/{index.total} 类齐全",
            "classes": [_shown(one, upload) for one in index.classes],
            "missing": [_missing(item, one) for one in index.classes for item in one.missing],
            "withdrawn": queries.withdrawn_papers(actor.scope, project_id),
            "may_attach": may_attach,
            "may_pack": allowed(actor, evidence.ACTION),
        },
    )


@page("lifecycle.view")
@require_GET
def summary(request: ActingRequest, project_id: int) -> HttpResponse:
    """How complete each class is; the card of the time-line page asks for it when it is drawn."""
    index = queries.archive(request.actor.scope, project_id)
    return render(request, "lifecycle/_archive_card.html", {"index": index, "project_id": project_id})


def _missing(item: ArchiveItem, one: ArchiveClass) -> Missing:
    rules = {rule.id: rule for rule in registry.rules()}
    rule = rules.get(item.rule_id)
    clause = clause_of(rule.cite) if rule else None
    return Missing(item.kind, f"{one.number} {one.label}", item.why, item.rule_id, clause)


def _shown(one: ArchiveClass, upload: str) -> ShownClass:
    rows = tuple(line for item in one.items for line in _lines(item, upload))
    held = sum(bool(item.papers or item.from_system) for item in one.items)
    words = "齐全" if one.is_complete else f"已有 {held} 种" + (f"，缺 {len(one.missing)} 种" if one.missing else "")
    return ShownClass(one.number, one.label, words, rows)


def _lines(item: ArchiveItem, upload: str) -> Iterator[Line]:
    """The papers of a kind, what the system holds, and a line for what is missing."""
    add = f"{upload}?kind={item.kind.id}" if upload else ""
    for paper in item.papers:
        url = paper_url(paper)
        title = paper.title or item.kind.label
        sub = "　".join(part for part in (paper.number, "" if url else "只登记了要素") if part)
        yield Line(
            "",
            item.kind.label,
            title,
            sub,
            paper.dated_on,
            paper.by_name,
            url,
            url or add,
            "下载" if url else "补文件" if add else "",
            reverse("web:life-paper-withdraw", args=[paper.id]) if add else "",
        )
    if item.from_system:
        yield Line("", item.kind.label, item.from_system, by="系统归入")
    if item.is_missing:
        yield Line("missing", item.kind.label, "缺", item.why, act_url=add, act="上传" if add else "")
    elif not item.papers and not item.from_system:
        yield Line(
            "optional", item.kind.label, "—", "" if item.is_required else "如有", act_url=add, act="上传" if add else ""
        )


@page("lifecycle.evidence")
@require_POST
def pack(request: ActingRequest, project_id: int) -> HttpResponse:
    """The evidence pack as a download; a big one is made by a job whose page is shown."""
    planned = evidence.evidence(request.actor, project_id)
    if planned.is_big:
        job = jobs.enqueue(
            request.actor, evidence.JOB, key=f"{request.actor.user_id}:{project_id}", project_id=project_id
        )
        messages.info(request, "材料较多，正在打包，完成后可在本页下载。")
        return redirect("web:job", job.pk)
    target = io.BytesIO()
    name = evidence.write(request.actor, project_id, target)
    return attachment(target.getvalue(), name)
