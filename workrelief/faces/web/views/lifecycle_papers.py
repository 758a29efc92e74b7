"""Papers of a project: the form of each kind with its particulars, keeping what it brings, and the stored file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO, cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from workrelief.base.access.actor import Actor
from workrelief.base.files import queries as files
from workrelief.base.files import services as file_services
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.web.views.lifecycle_shape import state_badge
from workrelief.kernel.errors import Conflict, DomainError, InvalidInput, NotFound, RuleViolated
from workrelief.kernel.money import fen_from_cell
from workrelief.work.lifecycle import queries, services
from workrelief.work.lifecycle.queries import LifeView
from workrelief.work.lifecycle.states import ARCHIVE_CLASSES, PAPERS, PROJECT_LIFE, PaperField, PaperKind

ACCEPT = ".pdf,.docx,.xlsx,.xls,.csv,.jpg,.jpeg,.png,.zip"
_TYPES = {"day": "date", "whole": "number", "fen": "text", "month": "month", "text": "text"}


@dataclass(frozen=True)
class Input:
    """A particular as a form asks for it: `type` is an input type, checkbox or select; money is asked in 万元."""

    name: str
    label: str
    type: str
    is_required: bool
    choices: tuple[tuple[str, str], ...]
    value: str


@dataclass(frozen=True)
class PaperForm:
    """The fields of one kind; names end with the kind, so that several stand in one form."""

    kind: PaperKind
    suffix: str
    title: str
    number: str
    dated_on: str
    inputs: tuple[Input, ...]

    @property
    def accept(self) -> str:
        return ACCEPT


def form_of(kind: PaperKind, given: Mapping[str, str]) -> PaperForm:
    """The form of `kind` with what was typed so far."""
    suffix = f"-{kind.id}"
    return PaperForm(
        kind=kind,
        suffix=suffix,
        title=given.get(f"title{suffix}", ""),
        number=given.get(f"number{suffix}", ""),
        dated_on=given.get(f"dated{suffix}", ""),
        inputs=tuple(_input(one, suffix, given) for one in kind.fields),
    )


def _input(one: PaperField, suffix: str, given: Mapping[str, str]) -> Input:
    kind = {"yes": "checkbox", "choice": "select"}.get(one.kind, _TYPES.get(one.kind, "text"))
    name = f"{one.name}{suffix}"
    label = f"{one.label}（万元）" if one.kind == "fen" else one.label
    return Input(name, label, kind, one.is_required, one.choices, given.get(name, ""))


def brought(request: ActingRequest, kind: PaperKind) -> bool:
    """Whether the form brings anything for this kind: a file, a number, a day or a particular."""
    suffix = f"-{kind.id}"
    names = ("title", "number", "dated", *(one.name for one in kind.fields))
    return f"file{suffix}" in request.FILES or any(request.POST.get(f"{n}{suffix}", "").strip() for n in names)


def keep(request: ActingRequest, life: LifeView, kind: PaperKind) -> None:
    """Store the file and register the paper. Raises InvalidInput naming what is wrong, NotPermitted."""
    actor, post, suffix = request.actor, request.POST, f"-{kind.id}"
    fields = dict(_fields(kind, post, suffix))
    dated_on = day_of(post.get(f"dated{suffix}", ""), "材料日期")
    file = request.FILES.get(f"file{suffix}")
    services.attach_paper(
        actor,
        life.project_id,
        kind.id,
        file_id=_stored(actor, life, file) if isinstance(file, UploadedFile) else None,
        title=post.get(f"title{suffix}", ""),
        number=post.get(f"number{suffix}", ""),
        dated_on=dated_on,
        fields=fields,
    )


def _stored(actor: Actor, life: LifeView, file: UploadedFile[Any]) -> int:
    kept = file_services.store(
        actor,
        cast(BinaryIO, file.file),
        file.name or "材料",
        division=life.division_code,
        sector=life.sector,
        project_id=life.project_id,
    )
    return int(kept.pk)


def _fields(kind: PaperKind, post: Mapping[str, str], suffix: str) -> Iterator[tuple[str, object]]:
    for one in kind.fields:
        text = post.get(f"{one.name}{suffix}", "").strip()
        if one.kind == "yes":
            yield one.name, text == "1"
        elif text:
            yield one.name, _value(one, text)


def _value(one: PaperField, text: str) -> object:
    if one.kind == "fen":
        return fen_from_cell(text, unit="万元")
    digits = text.replace("-", "") if one.kind == "month" else text.replace(",", "")
    if one.kind in ("month", "whole"):
        if not digits.isascii() or not digits.isdigit():
            raise InvalidInput("paper.field", f"“{one.label}”应为数字：“{text}”。")
        return int(digits)
    return text


def day_of(text: str, label: str) -> date | None:
    """A day of a form; None when empty. Raises InvalidInput."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as err:
        raise InvalidInput("date.shape", f"{label}请写成 2022-07-01 的样子。") from err


# ---------- pages ----------


@page("lifecycle.attach_paper")
def paper(request: ActingRequest, project_id: int) -> HttpResponse:
    """Choose a kind, fill in its form, and keep the paper."""
    life = queries.life(request.actor.scope, project_id)
    kind = PAPERS.get(request.POST.get("kind", "") or request.GET.get("kind", ""))
    error: DomainError | None = None
    if request.method == "POST" and kind is not None:
        try:
            if not brought(request, kind):
                raise InvalidInput("paper.empty", "请选择文件，或至少填写文号、日期和要素。")
            keep(request, life, kind)
            messages.success(request, f"已登记“{kind.label}”。")
            return redirect(f"{reverse('web:archive', args=[project_id])}#class-{kind.archive_class}")
        except (InvalidInput, RuleViolated, Conflict) as err:
            error = err
    context = {
        "title": f"上传材料：{kind.label}" if kind else "上传材料",
        "crumbs": [
            (life.name, reverse("web:life", args=[project_id])),
            ("档案", reverse("web:archive", args=[project_id])),
            ("上传材料", ""),
        ],
        "life": life,
        "state": state_badge(life.state.id),
        "kind": kind,
        "groups": [
            (f"{number} {label}", [k for k in PAPERS.values() if k.archive_class == number])
            for number, label in ARCHIVE_CLASSES.items()
        ],
        "form": form_of(kind, request.POST) if kind else None,
        "class_label": f"{kind.archive_class} {ARCHIVE_CLASSES[kind.archive_class]}" if kind else "",
        "error": error,
    }
    return render(request, "lifecycle/paper.html", context, status=error.status if error else 200)


@page("lifecycle.attach_paper")
def withdraw(request: ActingRequest, paper_id: int) -> HttpResponse:
    """Take out a paper that was registered by mistake; says which steps rested on its kind."""
    actor = request.actor
    found = queries.paper(actor.scope, paper_id)
    life = queries.life(actor.scope, found.project_id)
    error: DomainError | None = None
    if request.method == "POST":
        try:
            services.withdraw_paper(actor, paper_id, reason=request.POST.get("reason", ""))
            messages.success(request, f"已撤下“{found.title or found.kind.label}”。")
            return redirect(f"{reverse('web:archive', args=[life.project_id])}#class-{found.archive_class}")
        except (InvalidInput, Conflict) as err:
            error = err
    taken = {step.step for step in queries.steps_taken(actor.scope, life.project_id)}
    used = {t.label for t in PROJECT_LIFE.transitions if t.name in taken and found.kind.id in t.papers}
    context = {
        "title": "撤下材料",
        "crumbs": [
            (life.name, reverse("web:life", args=[life.project_id])),
            ("档案", reverse("web:archive", args=[life.project_id])),
            ("撤下材料", ""),
        ],
        "life": life,
        "state": state_badge(life.state.id),
        "paper": found,
        "class_label": f"{found.archive_class} {ARCHIVE_CLASSES[found.archive_class]}",
        "used": "、".join(sorted(used)),
        "reason": request.POST.get("reason", ""),
        "error": error,
    }
    return render(request, "lifecycle/paper_withdraw.html", context, status=error.status if error else 200)


@page("file.download")
@require_GET
def paper_file(request: ActingRequest, paper_id: int) -> FileResponse:
    """The file of a paper in scope, as a download."""
    found = queries.paper(request.actor.scope, paper_id)
    if found.file_id is None:
        raise NotFound("paper.no_file", "这份材料只登记了要素，没有文件。")
    stored = files.file_for(request.actor, found.file_id)
    return FileResponse(
        files.open_file(stored), as_attachment=True, filename=stored.name, content_type=stored.media_type
    )
