"""Life of a catalogue edition, and what a person has said about a matched line."""

from __future__ import annotations

from workrelief.kernel.statemachine import Machine, State, Transition

EDITION = Machine(
    "catalogue_edition",
    states=[State("draft", "草稿", "blue"), State("issued", "已印发", "green")],
    transitions=[Transition("issue", ("draft",), "issued", "印发", "catalogue.edit")],
)

MATCH_LINE = Machine(
    "match_line",
    states=[
        State("proposed", "待核对", "blue"),
        State("unmatched", "未匹配", "amber"),
        State("heading", "分部标题", "grey"),
        State("accepted", "已采纳", "green"),
        State("changed", "已更正", "green"),
        State("refused", "不采用", "grey"),
    ],
    transitions=[
        Transition("accept", ("proposed", "changed", "refused"), "accepted", "采纳", "catalogue.match"),
        Transition(
            "change", ("proposed", "unmatched", "accepted", "changed", "refused"), "changed", "更正", "catalogue.match"
        ),
        Transition("refuse", ("proposed", "unmatched", "accepted", "changed"), "refused", "不采用", "catalogue.match"),
    ],
)

COUNTED = ("proposed", "accepted", "changed")
"""Lines whose person-days and pay stand in the sums and in table J."""
