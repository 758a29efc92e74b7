"""Life of a voucher: posted as soon as it is entered, or reversed for good."""

from __future__ import annotations

from workrelief.kernel.statemachine import Machine, State, Transition

FUND_MOVE = Machine(
    "fund_move",
    states=[State("posted", "已入账", "green"), State("reversed", "已冲回", "grey")],
    transitions=[
        Transition("reverse", ("posted",), "reversed", "冲回", "money.reverse", guide="record-fund-movement"),
    ],
)
