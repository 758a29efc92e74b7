"""A project as its page draws it: the line of its stages, and the share of labour pay against floor and commitment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workrelief.faces.web.templatetags.rooms import month_text
from workrelief.kernel import clock
from workrelief.kernel.kinds import Track
from workrelief.work.projects.queries import ProjectDetail

FLOOR = "labour_pay_share_floor"


@dataclass(frozen=True)
class Stage:
    """A node of `_stage_line.html`: tone done, run, gap or todo."""

    label: str
    tone: str
    when: str = ""
    who: str = ""


@dataclass(frozen=True)
class OnRecord:
    """What the platform holds of a project: persons on the roster, months of pay, sessions, and pay sheets not confirmed."""

    roster: int = 0
    first_entry: date | None = None
    last_month: int | None = None
    waiting: int = 0
    sessions: int = 0
    last_session: date | None = None


def stages(detail: ProjectDetail, known: OnRecord) -> list[Stage]:
    """From the list (or, for special funds, the plan) to use, as far as the platform's own records and the reported progress tell.

    Pay without a roster is a gap.
    """
    project, stage = detail.row, detail.row.stage
    built, used = stage in ("main_done", "in_use"), stage == "in_use"
    begun = (
        stage != "preparing"
        or known.last_month is not None
        or (project.starts_on is not None and project.starts_on <= clock.today())
    )
    years = "、".join(str(year.year) for year in reversed(detail.years))
    is_special = detail.track is Track.SPECIAL_FUND
    paid = known.last_month is not None
    return [
        Stage("下达计划", "done" if detail.central_issued_fen or years else "todo", f"{years} 年" if years else "")
        if is_special
        else Stage(
            "列入清单", "done" if years else "todo", f"{years} 年" if years else "", project.get_list_level_display()
        ),
        Stage("开工", "done" if begun else "todo", _day(project.starts_on, "" if begun else "计划 ")),
        Stage(
            "务工组织",
            "done" if known.roster else "gap" if paid else "todo",
            f"首批 {known.first_entry.isoformat()}" if known.first_entry else "",
            f"{known.roster:,} 人" if known.roster else "缺花名册" if paid else "",
        ),
        Stage(
            "培训",
            "done" if known.sessions else "todo",
            known.last_session.isoformat() if known.last_session else "",
            f"{known.sessions} 场" if known.sessions else "未登记",
        ),
        Stage(
            "报酬发放",
            ("done" if built else "run") if paid else "todo",
            f"至 {month_text(known.last_month)}" if paid else "",
            f"{known.waiting} 张待确认" if known.waiting else "",
        ),
        Stage(
            "主体完工",
            "done" if built else "todo",
            _reported(detail, "main_done", "in_use") if built else _day(project.ends_on, "计划 "),
        ),
        Stage("建成投用", "done" if used else "todo", _reported(detail, "in_use") if used else ""),
    ]


def _reported(detail: ProjectDetail, *reached: str) -> str:
    """Since when the progress tables say so; "" when none does."""
    days = [report.as_of for report in detail.progress if report.stage in reached]
    return f"据 {min(days).isoformat()} 调度" if days else ""


def _day(day: date | None, before: str) -> str:
    return f"{before}{day.isoformat()}" if day else ""
