"""The state machine: consistent when built, steps only where they are allowed."""

from __future__ import annotations

import pytest

from workrelief.kernel.errors import Conflict, NotFound
from workrelief.kernel.statemachine import Machine, State, Transition

DRAFT, SENT, DONE = State("draft", "草稿"), State("sent", "已报送", "blue"), State("done", "已办结", "green")
SEND = Transition("send", ("draft",), "sent", "报送", "paysheet.confirm")
BACK = Transition("back", ("sent", "done"), "draft", "退回", "paysheet.confirm", four_eyes=True)
SHEET = Machine("sheet", states=(DRAFT, SENT, DONE), transitions=(SEND, BACK))


def test_a_transition_to_an_unknown_state_is_found_when_the_machine_is_built() -> None:
    with pytest.raises(ValueError, match="nowhere"):
        Machine("broken", states=(DRAFT,), transitions=(Transition("go", ("draft",), "nowhere", "去", "x"),))
    with pytest.raises(ValueError, match="nowhere"):
        Machine("broken", states=(DRAFT,), transitions=(Transition("go", ("nowhere",), "draft", "去", "x"),))


def test_only_the_steps_out_of_a_state_are_available() -> None:
    assert SHEET.available("draft") == [SEND]
    assert SHEET.available("done") == [BACK]
    assert SHEET.transition("back", "sent") is BACK


def test_a_step_from_the_wrong_state_is_a_conflict_that_says_where_it_stands() -> None:
    with pytest.raises(Conflict, match="已办结") as caught:
        SHEET.transition("send", "done")
    assert caught.value.facts == {"state": "done", "transition": "send"}


def test_an_unknown_step_is_not_found() -> None:
    with pytest.raises(NotFound):
        SHEET.transition("fly", "draft")


def test_choices_are_ids_with_labels_in_order() -> None:
    assert SHEET.choices() == [("draft", "草稿"), ("sent", "已报送"), ("done", "已办结")]
    assert SHEET.state("sent").tone == "blue"
