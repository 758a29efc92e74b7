"""待办 of plans and money: applications at my level, clocks, documents, changes, responsibilities, pace, idle money."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import allowed
from workrelief.faces.web.todo_line import Todo
from workrelief.kernel import codes
from workrelief.kernel.codes import Level
from workrelief.work.funds.queries.money import idle_money
from workrelief.work.funds.queries.share import behind_pace
from workrelief.work.funds.queries.waiting import Waiting, waiting


def lines(actor: Actor) -> Iterator[Todo]:
    """Everything of this room that waits for the actor, the most pressing first."""
    if allowed(actor, "plan.view") and not actor.scope.is_empty:
        yield from _plans(waiting(actor))


def _plans(found: Waiting) -> Iterator[Todo]:
    if found.overdue:
        url = f"{reverse('web:plan-clocks')}?status=overdue"
        yield Todo(
            "stop",
            "已超期",
            f"分解转发投资计划：{found.overdue} 件收文超过时限",
            url,
            "投资计划",
            "去分解",
            found.overdue,
        )
    if found.warned:
        url = f"{reverse('web:plan-clocks')}?status=warned"
        yield Todo(
            "warn",
            "将到期",
            f"分解转发投资计划：{found.warned} 件收文临近时限",
            url,
            "投资计划",
            "去分解",
            found.warned,
        )
    if rest := found.to_decompose - found.overdue - found.warned:
        yield Todo(
            "run",
            "待办理",
            f"分解转发投资计划：{rest} 件收文待分解",
            reverse("web:plan-clocks"),
            "投资计划",
            "去分解",
            rest,
        )
    for number, words, name, state, action in (
        (found.to_review, "审核资金申请：{} 份待本级审核", "web:plan-applications", "", "去审核"),
        (found.to_submit, "资金申请：{} 份草稿或退回件待申报", "web:plan-applications", "", "去申报"),
        (found.to_check, "复核计划文件：{} 份拟稿待复核", "web:plan-documents", "draft", "去复核"),
        (found.to_issue, "下达计划文件：{} 份已复核待下达", "web:plan-documents", "checked", "去下达"),
        (found.to_place, "重新安排收回的资金：{} 行有余额，可再分解或交回上级", "web:plans", "", "去安排"),
        (found.to_decide, "变更审批：{} 份待本级批复", "web:plan-changes", "proposed", "去批复"),
    ):
        if number:
            url = reverse(name) + (f"?state={state}" if state else "")
            yield Todo("run", "待办理", words.format(number), url, "投资计划", action, number)
    if found.duties_missing:
        url = reverse("web:duties-missing")
        words = f"两个责任：{found.duties_missing} 个已下达资金的项目没有落实"
        yield Todo("warn", "待补齐", words, url, "规则 C05", "去补齐", found.duties_missing)


def reminders(actor: Actor) -> Iterator[Todo]:
    """Projects behind pace and idle money, for those who can act on them; not counted as things to do.

    They are read from the ledger, so only the workbench asks for them; the province has its own lists of both.
    """
    scope = actor.scope
    if not allowed(actor, "money.record") or scope.is_empty or codes.level_of(actor.home) < Level.CITY:
        return
    if behind := len(behind_pace(scope)):
        url = f"{reverse('web:shares')}?pace=behind"
        words = f"劳务报酬落后：{behind} 个在建项目低于投资进度"
        yield Todo("warn", "需督促", words, url, "劳务报酬占比", "去查看", 0)
    if idle := len(idle_money(scope).late):
        words = f"闲置资金：{idle} 项到位后长期未支付"
        yield Todo("warn", "需督促", words, reverse("web:idle-money"), "规则 J04", "去查看", 0)
