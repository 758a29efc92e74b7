"""Kinds of jobs that only the tests know."""

from __future__ import annotations

import time
from typing import Any

from django.db import transaction

from workrelief.base.accounts.models import Unit
from workrelief.base.jobs.context import JobContext
from workrelief.base.jobs.registry import job
from workrelief.kernel.errors import Conflict

SEEN: list[dict[str, Any]] = []
"""What the sample jobs met when they ran in this process."""


@job("sample.note", permission="project.view", label="记一笔", cancellable=True)
def note(ctx: JobContext, *, text: str = "", steps: int = 0) -> dict[str, object]:
    SEEN.append({"text": text, "actor": ctx.actor, "attempt": ctx.attempt})
    for i in range(steps):
        ctx.step("逐步处理", done=i + 1, total=steps)
    return {"text": text}


@job("sample.platform", label="平台自办")
def platform(ctx: JobContext) -> None:
    SEEN.append({"actor": ctx.actor})


@job("sample.refuse", permission="project.view", label="被规则拦下")
def refuse(ctx: JobContext) -> None:
    raise Conflict("sample.refused", "这批数据已经提交过。")


@job("sample.break", permission="project.view", label="出错")
def breaks(ctx: JobContext) -> None:
    raise ZeroDivisionError("a fault in the code")


@job("sample.refresh", permission="project.view", label="刷新", repeats=True)
def refresh(ctx: JobContext) -> None:
    SEEN.append({"attempt": ctx.attempt})


@job("sample.units", permission="project.view", label="登记一批单位", cancellable=True)
def make_units(ctx: JobContext, *, count: int, pause: float) -> dict[str, object]:
    """One long transaction: `count` rows, each named after the attempt that wrote it, with a pause after each."""
    with transaction.atomic():
        for i in range(count):
            Unit.objects.create(name=f"{ctx.attempt}-{i}", division_code="370000000000")
            ctx.step("逐行写入", done=i + 1, total=count)
            time.sleep(pause)
    return {"made": count}
