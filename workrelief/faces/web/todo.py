"""待办: what waits for the acting person, derived from the state of things; nothing is kept twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import allowed
from workrelief.base.divisions import queries as divisions
from workrelief.base.intake import queries as intake
from workrelief.base.intake.importer import importer
from workrelief.base.intake.states import CHECKED
from workrelief.faces.web import counts, todo_catalogue, todo_funds, todo_lists
from workrelief.faces.web.todo_line import Todo
from workrelief.kernel import clock, codes
from workrelief.kernel.codes import Level
from workrelief.outputs.bulletins import queries as bulletins
from workrelief.outputs.bulletins.models import Bulletin
from workrelief.work.lifecycle import queries as lifecycle
from workrelief.work.payroll import queries as payroll
from workrelief.work.payroll.queries import PaySheetFilter

MOST_OF_A_KIND = 5
LONG_DAYS = 3
"""What lies this many days is marked, so that it is seen; no rule sets a deadline for these steps."""
LONGEST_DAYS = 60
"""Beyond so many days the date says more than their number."""


def todos(actor: Actor) -> tuple[Todo, ...]:
    """Everything that waits for the actor: steps of projects, objections, plans, imports, pay sheets, bulletins."""
    return (*counted(actor), *todo_funds.reminders(actor))


def counted(actor: Actor) -> tuple[Todo, ...]:
    """What the actor has to do; reminders, which are read from the ledger, left out."""
    lists, plans = todo_lists.lines(actor), todo_funds.lines(actor)
    own = (*_imports(actor), *_pay_sheets(actor), *_bulletins(actor))
    return (*_lives(actor), *lists, *plans, *todo_catalogue.lines(actor), *own)


def waiting(actor: Actor) -> int:
    """How many things wait; the number in the top bar."""
    return sum(todo.number for todo in counted(actor))


def _lives(actor: Actor) -> Iterator[Todo]:
    """Steps of projects and objections: those who carry them out see all that wait, city and province what is late."""
    if not allowed(actor, "lifecycle.view") or actor.scope.is_empty:
        return
    found = lifecycle.waiting(actor)
    is_near = codes.level_of(actor.home) >= Level.COUNTY
    steps = [step for step in found.steps if is_near or step.overdue]
    for step in sorted(steps, key=lambda s: -s.overdue)[:MOST_OF_A_KIND]:
        number = step.count if is_near else step.overdue
        url = f"{reverse('web:lives')}?state={step.state}" + ("" if is_near else "&overdue=1")
        late = f"，其中 {step.overdue:,} 个逾期" if is_near and step.overdue else ""
        tone, due = ("stop", f"逾期 {step.overdue:,} 个") if step.overdue else ("run", "待办理")
        yield Todo(tone, due, f"{step.label}：{number:,} 个项目待办{late}", url, "项目全程", "去办理", number)
    if len(steps) > MOST_OF_A_KIND:
        url = reverse("web:board") + ("" if is_near else "?overdue=1")
        yield Todo("run", "待办理", f"还有 {len(steps) - MOST_OF_A_KIND} 个环节有项目待办", url, "项目全程", "看看板")
    if found.objections:
        tone, due = (
            ("stop", f"逾期 {found.objections_overdue:,} 件") if found.objections_overdue else ("warn", "待了结")
        )
        title = f"了结异议与投诉：{found.objections:,} 件"
        yield Todo(tone, due, title, reverse("web:objections"), "项目全程", "去处理", found.objections)


def _imports(actor: Actor) -> Iterator[Todo]:
    if not allowed(actor, "import.upload"):
        return
    checked = intake.batches_for(actor, states=(CHECKED,))
    shown = list(checked[: MOST_OF_A_KIND + 1])
    for batch in shown[:MOST_OF_A_KIND]:
        tone, due = _since(batch.checked_at or batch.uploaded_at)
        rows = f"{batch.rows_good:,} 行可导入" + (f"，{batch.rows_bad:,} 行有误" if batch.rows_bad else "")
        yield Todo(
            tone,
            due,
            f"确认导入：{batch.file_name}（{rows}）",
            reverse("web:import-batch", args=[batch.pk]),
            importer(batch.kind).title,
            "去确认",
        )
    if len(shown) > MOST_OF_A_KIND:
        rest = checked.count() - MOST_OF_A_KIND
        url = f"{reverse('web:imports')}?state={CHECKED}"
        yield Todo("run", "待办理", f"还有 {rest} 批导入待确认", url, "数据导入", "看全部", rest)


def _pay_sheets(actor: Actor) -> Iterator[Todo]:
    if not allowed(actor, "paysheet.confirm"):
        return
    drafts = payroll.pay_sheets(actor.scope, PaySheetFilter(states=("draft",)))
    shown = list(drafts.order_by("made_at", "id")[: MOST_OF_A_KIND + 1])
    if len(shown) > MOST_OF_A_KIND:
        number = drafts.count()
        tone, due = _since(shown[0].made_at)
        url = f"{reverse('web:paysheets')}?state=draft"
        yield Todo(tone, due, f"确认入账：{number} 张发放表待确认", url, "务工与报酬", "去确认", number)
        return
    for sheet in shown:
        tone, due = _since(sheet.made_at)
        month = f"{sheet.month // 100}-{sheet.month % 100:02d}"
        title = f"确认入账：{sheet.project.name} {month} 发放表，{sheet.lines_count:,} 行"
        place = divisions.name(sheet.division_code)
        yield Todo(tone, due, title, reverse("web:paysheet", args=[sheet.pk]), place, "去确认")


def _bulletins(actor: Actor) -> Iterator[Todo]:
    may = {verb: allowed(actor, f"bulletin.{verb}") for verb in ("compose", "check", "issue")}
    if not any(may.values()):
        return
    for row in bulletins.bulletins(actor.scope).exclude(state="issued"):
        step = _bulletin_step(actor, row, may)
        if step:
            word, action = step
            tone, due = _since(row.made_at)
            yield Todo(tone, due, f"{word}：{row.title}", reverse("web:bulletin", args=[row.pk]), "通报", action)


def _bulletin_step(actor: Actor, row: Bulletin, may: dict[str, bool]) -> tuple[str, str] | None:
    """(what, button) for a bulletin; checking and issuing fall to somebody else than its writer."""
    is_writer = actor.user_id is not None and actor.user_id == row.made_by_id
    if row.state == "draft":
        if is_writer and may["compose"]:
            return "继续编写", "去编写"
        return ("核数", "去核数") if may["check"] and not is_writer else None
    return ("印发", "去印发") if may["issue"] and not is_writer else None


def _since(moment: datetime) -> tuple[str, str]:
    """(tone, words) for how long something has been lying."""
    days = (clock.today() - timezone.localtime(moment).date()).days
    if days <= 0:
        return "run", "今天"
    words = f"已等 {days} 天" if days <= LONGEST_DAYS else f"{timezone.localtime(moment):%Y-%m-%d} 起"
    return ("warn" if days >= LONG_DAYS else "run"), words


counts.register("todo", waiting)
