"""Lives of an application for money, of a plan document, and of a change to an issued plan."""

from __future__ import annotations

from workrelief.kernel.statemachine import Machine, State, Transition

APPLICATION = Machine(
    "plan_application",
    states=[
        State("draft", "草稿", "blue"),
        State("submitted", "县已申报", "blue"),
        State("city_reviewed", "市已审核", "blue"),
        State("prov_reviewed", "省已审核", "green"),
        State("returned", "退回修改", "amber"),
        State("withdrawn", "已撤回", "grey"),
    ],
    transitions=[
        Transition("submit", ("draft", "returned"), "submitted", "申报", "plan.apply", guide="apply-for-plan"),
        Transition("city_review", ("submitted",), "city_reviewed", "市级审核", "plan.city_review"),
        Transition("prov_review", ("city_reviewed",), "prov_reviewed", "省级审核", "plan.prov_review"),
        Transition("return", ("submitted", "city_reviewed"), "returned", "退回", "plan.return"),
        Transition("withdraw", ("draft", "returned"), "withdrawn", "撤回", "plan.apply"),
    ],
)

PLAN_DOCUMENT = Machine(
    "plan_document",
    states=[
        State("draft", "拟稿", "blue"),
        State("checked", "已复核", "blue"),
        State("issued", "已下达", "green"),
        State("withdrawn", "已撤回", "grey"),
    ],
    transitions=[
        Transition("check", ("draft",), "checked", "复核", "plan.check", four_eyes=True),
        Transition("reopen", ("checked",), "draft", "退回拟稿", "plan.check"),
        Transition(
            "issue", ("checked",), "issued", "下达", "plan.issue",
            checks=("C03", "C04", "C05", "C06"), guide="decompose-plan", four_eyes=True,
        ),
        Transition("withdraw", ("issued",), "withdrawn", "撤回", "plan.withdraw", guide="change-plan"),
    ],
)  # fmt: skip

CHANGE_ORDER = Machine(
    "plan_change",
    states=[
        State("proposed", "待审批", "blue"),
        State("approved", "已批准", "green"),
        State("refused", "不予批准", "red"),
        State("cancelled", "已取消", "grey"),
    ],
    transitions=[
        Transition(
            "approve", ("proposed",), "approved", "批准变更", "plan.approve_change",
            checks=("C03", "C09"), guide="change-plan", four_eyes=True,
        ),
        Transition("refuse", ("proposed",), "refused", "不予批准", "plan.approve_change"),
        Transition("cancel", ("proposed",), "cancelled", "取消变更", "plan.change"),
    ],
)  # fmt: skip

STANDING_APPLICATIONS = ("draft", "submitted", "city_reviewed", "prov_reviewed", "returned")
"""Applications that occupy a county's place in a batch."""

EDITABLE_APPLICATIONS = ("draft", "returned")
