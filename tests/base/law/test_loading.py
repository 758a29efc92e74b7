"""A wrong law file is refused at start, and the message names file and key."""

import textwrap
from pathlib import Path

import pytest

from workrelief.base.law.loading import LawDataError, load

SOURCE = """
    - id: act
      title: 某条例
      issuers: [国务院]
      level: 国家
      status: 证
      clauses: {第一条: 目的}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, "sources/a.yaml", SOURCE)
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text), encoding="utf-8")


def parameter(lines: str, *, unit: str = "ratio", dimensions: str = "") -> str:
    head = f"- id: share\n  label: 占比\n  unit: {unit}\n" + (f"  dimensions: {dimensions}\n" if dimensions else "")
    return head + "  values:\n" + textwrap.indent(textwrap.dedent(lines).strip(), "    ") + "\n"


def refusal(folder: Path) -> str:
    with pytest.raises(LawDataError) as caught:
        load(folder)
    return str(caught.value)


def test_values_without_end_run_until_the_next_begins(folder):
    write(
        folder,
        "parameters/p.yaml",
        parameter("""
        - {from: 2022-07-01, value: "0.30", cite: {source: act}}
        - {from: 2015-01-01, value: "0.15", cite: {source: act}}
    """),
    )
    older, newer = load(folder).parameters["share"].values
    assert (older.end, newer.end) == (newer.start, None)


def test_a_gap_between_dates_is_refused(folder):
    write(
        folder,
        "parameters/p.yaml",
        parameter("""
        - {from: 2015-01-01, until: 2022-06-01, value: "0.15", cite: {source: act}}
        - {from: 2022-07-01, value: "0.30", cite: {source: act}}
    """),
    )
    assert "parameters/p.yaml: share: values: no value between 2022-06-01 and 2022-07-01" in refusal(folder)


@pytest.mark.parametrize("start", ["2015-01-01", "2022-01-01"])
def test_overlapping_dates_are_refused(folder, start):
    write(
        folder,
        "parameters/p.yaml",
        parameter(f"""
        - {{from: 2015-01-01, until: 2022-07-01, value: "0.15", cite: {{source: act}}}}
        - {{from: {start}, value: "0.30", cite: {{source: act}}}}
    """),
    )
    assert "overlap" in refusal(folder)


def test_the_same_days_for_different_dimensions_do_not_overlap(folder):
    write(
        folder,
        "parameters/p.yaml",
        parameter(
            """
        - {when: {tier: "1"}, from: 2015-01-01, value: "2", cite: {source: act}}
        - {when: {tier: "2"}, from: 2015-01-01, value: "1", cite: {source: act}}
    """,
            unit="fen",
            dimensions="[tier]",
        ),
    )
    assert len(load(folder).parameters["share"].values) == 2


def test_a_value_that_forgets_its_dimension_is_refused(folder):
    write(
        folder,
        "parameters/p.yaml",
        parameter(
            """
        - {from: 2015-01-01, value: "2", cite: {source: act}}
    """,
            unit="fen",
            dimensions="[tier]",
        ),
    )
    assert "parameters/p.yaml: share.values[0]: when" in refusal(folder)


@pytest.mark.parametrize(
    ("unit", "value", "complaint"),
    [
        ("fen", '"1.5"', "must be whole"),
        ("ratio", '"a third"', "not a number"),
        ("ratio", '"-1"', "zero or more"),
        ("ratio", "0.3", "a text is needed"),
    ],
)
def test_a_value_that_is_not_exact_is_refused(folder, unit, value, complaint):
    write(
        folder,
        "parameters/p.yaml",
        parameter(f"- {{from: 2015-01-01, value: {value}, cite: {{source: act}}}}", unit=unit),
    )
    assert complaint in refusal(folder)


def test_a_citation_of_an_unknown_document_is_refused(folder):
    write(folder, "rules/r.yaml", "- {id: X1, title: 规则, level: 阻断, status: 证, cites: [{source: lost}]}")
    assert refusal(folder) == "rule X1: cites 'lost', which is not a source"


def test_a_citation_of_an_unknown_clause_is_refused(folder):
    write(
        folder,
        "rules/r.yaml",
        "- {id: X1, title: 规则, level: 阻断, status: 证, cites: [{source: act, clause: 第九条}]}",
    )
    assert "act has no clause '第九条'" in refusal(folder)


def test_a_checked_citation_without_clause_is_refused(folder):
    write(
        folder,
        "rules/r.yaml",
        "- {id: X1, title: 规则, level: 阻断, status: 证, cites: [{source: act, checked: true}]}",
    )
    assert "must name its clause" in refusal(folder)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("- {id: X1, title: 规则, level: 致命, status: 证, cites: [{source: act}]}", "rules/r.yaml: X1: level"),
        ("- {id: X1, title: 规则, level: 阻断, status: 证, cites: []}", "rules/r.yaml: X1: cites"),
        ("- {id: X1, title: 规则, level: 阻断, status: 证, cites: [{source: act}], cties: []}", "unknown key cties"),
        ("- {id: X1, title: 规则, level: 阻断, status: 证, cites: [{source: act}], parameters: [lost]}", "'lost'"),
        ("- just text", "rules/r.yaml: 0: must be a mapping"),
        ("- {id: X1, title: [", "rules/r.yaml: not readable as YAML"),
    ],
)
def test_a_misspelt_rule_is_refused_with_file_and_key(folder, line, complaint):
    write(folder, "rules/r.yaml", line)
    assert complaint in refusal(folder)


def test_an_id_used_twice_is_refused(folder):
    write(folder, "sources/b.yaml", SOURCE)
    assert refusal(folder) == "sources/b.yaml: act: this id is used twice"
