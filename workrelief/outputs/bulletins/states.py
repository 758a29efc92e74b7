"""draft → checked → issued; an issued bulletin is never changed."""

from __future__ import annotations

from workrelief.kernel.statemachine import Machine, State, Transition

BULLETIN = Machine(
    "bulletin",
    states=[State("draft", "拟稿", "blue"), State("checked", "已核", "amber"), State("issued", "已印发", "green")],
    transitions=[
        Transition("check", ("draft",), "checked", "核数通过", "bulletin.check", guide="write-bulletin"),
        Transition("return", ("checked",), "draft", "退回修改", "bulletin.compose", guide="write-bulletin"),
        Transition("issue", ("checked",), "issued", "印发", "bulletin.issue", guide="write-bulletin", four_eyes=True),
    ],
)
