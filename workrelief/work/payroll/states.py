"""Life of a pay sheet in this first form: entered, confirmed and posted, or reversed as a whole."""

from __future__ import annotations

from workrelief.kernel.statemachine import Machine, State, Transition

PAY_SHEET = Machine(
    "pay_sheet",
    states=[
        State("draft", "待确认", "blue"),
        State("posted", "已入账", "green"),
        State("reversed", "已冲回", "grey"),
    ],
    transitions=[
        Transition("confirm", ("draft",), "posted", "确认入账", "paysheet.confirm", guide="import-pay-sheet"),
        Transition("reverse", ("posted",), "reversed", "整表冲回", "paysheet.reverse", guide="import-pay-sheet"),
        Transition("discard", ("draft",), "reversed", "撤销", "import.undo", guide="import-pay-sheet"),
    ],
)
