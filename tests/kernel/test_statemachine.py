"""The state machine: consistent when built, steps only where they are allowed."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from workrelief.kernel.errors import Conflict, NotFound
from workrelief.kernel.machine_drawing import mermaid, svg
from workrelief.kernel.statemachine import Machine, Mark, State, Transition

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


LIFE = Machine(
    "life",
    states=(
        State("new", "新"),
        State("paid", "已付"),
        State("listed", "已列"),
        State("built", "已建"),
        State("gone", "终止"),
    ),
    transitions=(
        Transition("pay", ("new",), "paid", "付", "x", needs=(("fund",),)),
        Transition("list", ("new",), "listed", "列", "x", needs=(("other",),)),
        Transition("build", ("paid", "listed"), "built", "建", "x"),
        Transition("back", ("paid",), "new", "退", "x", kind="detour"),
        Transition("end", ("new", "paid", "listed"), "gone", "止", "x", kind="end"),
    ),
    marks=(Mark("halted", "停", stops=("build",)),),
)


def test_a_step_for_some_lives_only_is_known_to_those_and_to_whoever_asks_for_all() -> None:
    assert [t.name for t in LIFE.available("new", {"fund"})] == ["pay", "end"]
    assert [t.name for t in LIFE.available("new", {"other"})] == ["list", "end"]
    assert [t.name for t in LIFE.available("new")] == ["pay", "list", "end"]
    with pytest.raises(Conflict):
        LIFE.transition("pay", "new", {"other"})


def test_the_main_path_leaves_detours_and_ends_out() -> None:
    assert LIFE.order({"fund"}) == ("new", "paid", "built")
    assert LIFE.order({"other"}) == ("new", "listed", "built")


def test_reachable_states_ends_and_dead_ends_follow_from_the_table() -> None:
    assert LIFE.reachable("paid", {"fund"}) == {"paid", "new", "built", "gone"}
    assert LIFE.reachable("paid", {"fund"}, leaving_out={"back", "end"}) == {"paid", "built"}
    assert LIFE.ends({"fund"}) == {"built", "gone"}
    assert LIFE.stuck({"built"}, {"fund"}) == {"gone"}
    assert LIFE.stuck({"built", "gone"}, {"fund"}) == frozenset()


def test_marks_that_stop_unknown_steps_and_unknown_starts_are_found_when_the_machine_is_built() -> None:
    with pytest.raises(ValueError, match="fly"):
        Machine("broken", states=(DRAFT,), transitions=(), marks=(Mark("m", "标", stops=("fly",)),))
    with pytest.raises(ValueError, match="nowhere"):
        Machine("broken", states=(DRAFT,), transitions=(), start="nowhere")


def test_the_picture_is_well_formed_and_shows_every_state_and_step() -> None:
    picture = ElementTree.fromstring(svg(LIFE, (("fund",), ("other",))))
    texts = [node.text or "" for node in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert {s.label for s in LIFE.states.values()} <= set(texts)
    assert {"付", "列", "建", "退"} <= set(texts)
    assert any("止：从“新”起共3个状态" in text for text in texts)
    assert any("停" in text for text in texts)
    boxes = [(n.get("x"), n.get("y")) for n in picture.iter("{http://www.w3.org/2000/svg}rect") if n.get("rx")]
    assert len(set(boxes)) == len(LIFE.states)


def test_the_text_diagram_names_every_step_of_the_lives_asked_for() -> None:
    text = mermaid(LIFE, {"fund"})
    assert "new --> paid: 付" in text
    assert "listed" not in text
    assert "[*] --> new" in text
    assert "built --> [*]" in text
