"""Life cycles as pages: every machine drawn, and the project's life with duties, papers, checks, clauses, days and guides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from workrelief.base.access.permissions import PERMISSIONS, ROLE_LABELS, Role
from workrelief.base.law import registry
from workrelief.base.law.parameters import find_parameter
from workrelief.kernel import clock
from workrelief.kernel.errors import NotFound
from workrelief.kernel.machine_drawing import mermaid, svg
from workrelief.kernel.statemachine import Machine, Transition
from workrelief.work.funds.states import APPLICATION, CHANGE_ORDER, PLAN_DOCUMENT
from workrelief.work.lifecycle.rules import CHECKS
from workrelief.work.lifecycle.states import ARCHIVE_CLASSES, IMPLEMENTERS, OWED, PAPERS, PROJECT_LIFE
from workrelief.work.lists.states import LIST_ENTRY
from workrelief.work.payroll.states import PAY_SHEET

UNITS = {"working_day": "个工作日", "day": "天", "month": "个月"}
ROOMS = {"funds": "投资计划", "lists": "三级清单"}
TRACKS = {"special_fund": "专项资金", "agri_promotion": "农推", "key_project": "重推"}


@dataclass(frozen=True)
class Drawn:
    """A machine with its title, and the variants its picture shows side by side."""

    machine: Machine
    title: str
    variants: tuple[tuple[str, ...], ...] = ((),)


MACHINES: Mapping[str, Drawn] = {
    "project": Drawn(
        PROJECT_LIFE, "项目全过程", (("special_fund", "enterprise"), ("special_fund", "self_build"), ("key_project", "enterprise")),
    ),
    "list_entry": Drawn(LIST_ENTRY, "清单条目"),
    "plan_application": Drawn(APPLICATION, "资金申请"),
    "plan_document": Drawn(PLAN_DOCUMENT, "计划文件"),
    "plan_change": Drawn(CHANGE_ORDER, "计划变更"),
    "pay_sheet": Drawn(PAY_SHEET, "劳务报酬发放表"),
}  # fmt: skip


def drawn(name: str) -> Drawn:
    """The machine `name`. Raises NotFound naming those there are."""
    if name not in MACHINES:
        raise NotFound("machine.name", f"没有“{name}”这个流程。可用：{'、'.join(MACHINES)}。")
    return MACHINES[name]


def picture(name: str) -> str:
    """The machine as SVG."""
    one = drawn(name)
    return svg(one.machine, one.variants, title=one.title)


def page(name: str, *, picture_name: str = "") -> str:
    """The machine as Markdown; the project's life with everything each step asks."""
    one = drawn(name)
    lines = [f"# {one.title}", "", f"由 `{name}` 状态机生成，改流程请改代码里的状态表。", ""]
    if picture_name:
        lines += [f"![{one.title}]({picture_name})", ""]
    lines += ["```mermaid", mermaid(one.machine).rstrip(), "```", ""]
    lines += _project() if name == "project" else _plain(one.machine)
    return "\n".join(lines).rstrip() + "\n"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [
        f"| {' | '.join(head)} |",
        f"|{'---|' * len(head)}",
        *(f"| {' | '.join(cell.replace('|', '／') for cell in row)} |" for row in rows),
        "",
    ]


def _plain(machine: Machine) -> list[str]:
    return ["## 步骤", "", *_table(("步骤", "从", "到", "谁办"), [
        (t.label, _sources(machine, t), machine.state(t.target).label, _who(t)) for t in machine.transitions
    ])]  # fmt: skip


def _project() -> list[str]:
    states = [(f"`{s.id}`", s.label, _phase(s.phase)) for s in PROJECT_LIFE.states.values()]
    lines = ["## 状态与形象进度", "", *_table(("标识", "状态", "形象进度"), states), "## 步骤", ""]
    columns: tuple[tuple[str, Callable[[Transition], str]], ...] = (
        ("步骤", lambda t: f"{t.label} `{t.name}`"), ("从", lambda t: _sources(PROJECT_LIFE, t)),
        ("到", lambda t: PROJECT_LIFE.state(t.target).label), ("适用", _needs), ("谁办", _who),
        ("在哪里办", lambda t: ROOMS.get(t.room, "项目进程")),
        ("材料", lambda t: "、".join(PAPERS[p].label for p in t.papers) or "—"), ("核查与依据", _checks),
        ("时限", _days), ("指引", lambda t: registry.guide(t.guide).title if t.guide else "—"),
    )  # fmt: skip
    rows = [[cell(t) for _, cell in columns] for t in PROJECT_LIFE.transitions]
    lines += _table([name for name, _ in columns], rows)
    marks = [
        (m.label, "、".join(dict.fromkeys(PROJECT_LIFE.named(s)[0].label for s in m.stops)) or "不阻止任何步骤")
        for m in PROJECT_LIFE.marks.values()
    ]
    lines += ["## 标记（与状态并存）", "", *_table(("标记", "解除前不能办"), marks)]
    kinds = [(ARCHIVE_CLASSES[k.archive_class], k.label, k.rule_id) for k in PAPERS.values()]
    kinds.sort(key=lambda row: list(ARCHIVE_CLASSES.values()).index(row[0]))
    return [*lines, "## 材料与档案类别", "", *_table(("档案类别", "材料", "规则"), kinds)]


def _phase(phase: str) -> str:
    return {"preparing": "前期工作", "building": "主体施工", "main_done": "主体完工", "in_use": "建成投用"}.get(
        phase, "—"
    )


def _sources(machine: Machine, step: Transition) -> str:
    labels = [machine.state(s).label for s in step.sources]
    return "、".join(labels) if len(labels) <= 4 else f"{labels[0]}等{len(labels)}个状态"


def _needs(step: Transition) -> str:
    words = {**TRACKS, **IMPLEMENTERS}
    return "；".join("或".join(words[trait] for trait in group) for group in step.needs) or "全部"


def _who(step: Transition) -> str:
    roles = PERMISSIONS.get(step.permission, frozenset())
    return "、".join(ROLE_LABELS[role] for role in Role if role in roles)


def _checks(step: Transition) -> str:
    rules = dict.fromkeys(
        [r for name in step.checks for r in CHECKS[name].rules] + [PAPERS[p].rule_id for p in step.papers]
    )
    said = "；".join(f"{rule}（{registry.resolve(registry.rule(rule).cite)}）" for rule in rules) or "—"
    gate, owed = OWED.get(step.name, ("", ()))
    if not owed:
        return said
    also = "、".join(dict.fromkeys(rule for name in owed for rule in CHECKS[name].rules))
    return f"{said}。没有办过“{PROJECT_LIFE.named(gate)[0].label}”的（中途纳入），同时核查{also}"


def _days(step: Transition) -> str:
    if step.due is None:
        return "—"
    value = find_parameter(step.due, on=clock.today())
    since = f"自“{PROJECT_LIFE.state(step.since).label}”起" if step.since else ""
    return f"{since}{value.whole}{UNITS[value.unit]}" if value else "—"
