"""The left menu: which rooms there are, in which group, and who is shown them."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import PERMISSIONS, allowed
from workrelief.faces.web.counts import count


@dataclass(frozen=True)
class MenuItem:
    """A room: its label and icon, the URL name of its first page, and the action that opens it.

    `counter` names an entry of `faces/web/counts.py` whose number stands beside the label while something waits.
    """

    label: str
    icon: str
    url_name: str
    action: str
    counter: str = ""


@dataclass(frozen=True)
class MenuGroup:
    """Items under one caption; a group without caption stands apart by a line or at the top."""

    caption: str
    items: tuple[MenuItem, ...]


@dataclass(frozen=True)
class ShownItem:
    """A menu item as one person sees it on one page."""

    label: str
    icon: str
    url: str
    active: bool
    count: int


@dataclass(frozen=True)
class ShownGroup:
    caption: str
    items: tuple[ShownItem, ...]


MENU: tuple[MenuGroup, ...] = (
    MenuGroup("", (MenuItem("工作台", "layout-dashboard", "web:workbench", "workbench.view"),)),
    MenuGroup(
        "项目与投资",
        (
            MenuItem("项目清单", "list-details", "web:projects", "project.view"),
            MenuItem("推进看板", "layout-kanban", "web:board", "lifecycle.view"),
            MenuItem("三级清单", "checklist", "web:lists", "list.view"),
            MenuItem("指导目录", "book-2", "web:catalogue", "catalogue.view"),
            MenuItem("投资计划", "coin-yuan", "web:plans", "plan.view"),
        ),
    ),
    MenuGroup(
        "务工群众",
        (
            MenuItem("务工与报酬", "wallet", "web:paysheets", "paysheet.view", counter="paysheets"),
            MenuItem("务工花名册", "users", "web:workers", "worker.view"),
            MenuItem("培训", "school", "web:training", "training.view"),
        ),
    ),
    MenuGroup(
        "调度与评价",
        (
            MenuItem("调度填报", "table", "web:rounds", "round.view", counter="rounds"),
            MenuItem("统计分析", "chart-bar", "web:statistics", "figures.view"),
            MenuItem("通报", "file-text", "web:bulletins", "bulletin.view"),
            MenuItem("综合评价", "medal", "web:evaluations", "evaluation.view"),
        ),
    ),
    MenuGroup(
        "监督",
        (
            MenuItem("预警督导", "alert-triangle", "web:alerts", "alert.view", counter="alerts"),
            MenuItem("抽查与整改", "clipboard-check", "web:inspections", "inspection.view"),
        ),
    ),
    MenuGroup(
        "协同",
        (
            MenuItem("协调机制", "sitemap", "web:coordination", "coordination.view"),
            MenuItem("政策与指引", "book", "web:law", "law.view"),
            MenuItem("经验交流", "messages", "web:exchange", "exchange.view"),
        ),
    ),
    MenuGroup(
        "",
        (
            MenuItem("数据导入", "upload", "web:imports", "import.upload"),
            MenuItem("任务中心", "progress", "web:jobs", "job.view"),
            MenuItem("账号岗位", "user-cog", "web:accounts", "account.manage"),
            MenuItem("操作日志", "history", "web:audit", "audit.view"),
            MenuItem("系统管理", "settings", "web:system", "account.manage"),
        ),
    ),
)


def menu_for(actor: Actor | None, request: HttpRequest) -> tuple[ShownGroup, ...]:
    """The groups `actor` may open. Rooms without a page, or without an action in the table, are not shown."""
    if actor is None:
        return ()
    found = [(group.caption, item, url) for group in MENU for item in group.items if (url := _open_url(actor, item))]
    here = _current(request.path, [url for _, _, url in found])
    shown = []
    for group in MENU:
        items = tuple(
            ShownItem(item.label, item.icon, url, url == here, count(item.counter, actor))
            for _, item, url in found
            if item in group.items
        )
        if items:
            shown.append(ShownGroup(group.caption, items))
    return tuple(shown)


def url_of(name: str) -> str:
    """Address of a page that takes no argument; "" when no such page is built."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _open_url(actor: Actor, item: MenuItem) -> str:
    """Address of the item, or "" when it is not built or not for this actor."""
    if item.action not in PERMISSIONS or not allowed(actor, item.action):
        return ""
    return url_of(item.url_name)


def _current(path: str, urls: list[str]) -> str:
    """The menu address the page lies under: the longest that begins `path`; "/" counts only for itself."""
    under = [url for url in urls if path == url or (url != "/" and path.startswith(url))]
    return max(under, key=len, default="")
