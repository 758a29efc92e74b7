"""The states of a job with their labels and tones."""

from __future__ import annotations

from workrelief.kernel.statemachine import State

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
LIVE = (WAITING, RUNNING)
STATES = {
    state.id: state
    for state in (
        State(WAITING, "等待执行"),
        State(RUNNING, "正在执行", "blue"),
        State(DONE, "已完成", "green"),
        State(FAILED, "未完成", "red"),
        State(CANCELLED, "已取消"),
    )
}
