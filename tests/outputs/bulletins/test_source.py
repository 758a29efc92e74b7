"""The source of a bulletin names figures and can do nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workrelief.kernel.errors import InvalidInput
from workrelief.outputs.bulletins.source import MARK, parse


def test_a_placeholder_is_read_with_its_arguments_and_line():
    marked, found = parse('第一行\n发放{{ fig("wages_paid", track="key_project") }}。')
    assert found[0].name == "fig"
    assert found[0].args == ("wages_paid",)
    assert dict(found[0].kwargs) == {"track": "key_project"}
    assert found[0].line == 2
    assert MARK.search(marked)


@pytest.mark.parametrize(
    "call",
    [
        '__import__("os").system("id")',
        'fig("a").value',
        "fig(1+1)",
        'fig("a" + "b")',
        'fig(*["a"])',
        'fig("a", **{})',
        'eval("1")',
        'fig("a", "b")',
        'text("period", x="1")',
        "fig(",
        "fig(True)",
        "",
    ],
)
def test_anything_but_one_allowed_call_with_literals_is_refused_with_its_line(call: str):
    with pytest.raises(InvalidInput, match="第 1 行"):
        parse("{{" + call + "}}")


def test_unbalanced_braces_are_refused():
    with pytest.raises(InvalidInput, match="不成对"):
        parse('正文{{ fig("a")')


@given(st.text(alphabet=st.characters(exclude_characters="{}\ue000\ue001")))
def test_text_without_placeholders_stays_as_it_is(text: str):
    assert parse(text) == (text, ())


def test_private_marks_cannot_be_smuggled_in():
    with pytest.raises(InvalidInput):
        parse("\ue0000\ue001")
