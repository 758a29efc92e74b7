"""The law files as they are: complete, consistent, and quoted the way officials write."""

import re

import pytest

from workrelief.base import law
from workrelief.base.law import loading, registry
from workrelief.kernel.citation import Cite
from workrelief.kernel.errors import NotFound
from workrelief.kernel.findings import Severity

RULES_OF_THE_FIRST_RELEASE = """
    A01 B01 B02 B03 C06 D08 E01 E02 E03 E04 E05 E07 E07a E07b
    F01 F02 F03 F04 F06 F07 F08 F08a F08b F13 F14 F15 F16 F19 F21 F22 F27
    G03 G04 H03 H10 K07 K08 K09 N01 N02 N03 N04 N05 N06 N07 N09
    O01 O02 O03 O04 O06 P01 P02 P03 P04 P05 Q01 Q03 Q28
"""


def test_a_checked_citation_reads_like_a_quotation():
    assert law.resolve(Cite("wage-regulation-2019", "第十五条", checked=True)) == "《保障农民工工资支付条例》第十五条"


def test_an_unchecked_citation_says_so():
    assert law.resolve(Cite("ndrc-57", "第二条")) == "《国家以工代赈管理办法》第二条（条号待核）"


def test_a_proposal_of_the_platform_is_never_presented_as_law():
    assert law.resolve(Cite("rulebook")) == "平台规则建议（待业务处室确认）"


def test_a_national_standard_is_quoted_with_its_number():
    assert law.resolve(Cite("gbt-9704")).startswith("GB/T 9704-2012《党政机关公文格式》")


@pytest.mark.parametrize("rule_id", RULES_OF_THE_FIRST_RELEASE.split())
def test_every_rule_of_the_first_release_is_there_with_a_clause(rule_id):
    rule = law.rule(rule_id)
    assert rule.title
    assert law.resolve(rule.cite)


def test_a_rule_with_two_levels_is_split_into_a_and_b():
    assert law.rule("F08a").severity is Severity.BLOCKER
    assert law.rule("F08b").severity is Severity.SERIOUS
    assert law.rule("E07a").severity is Severity.BLOCKER
    assert law.rule("E07b").severity is Severity.HINT


def test_rules_of_one_letter_come_sorted():
    found = [rule.id for rule in law.rules("N")]
    assert found == sorted(found)
    assert {rule.group for rule in law.rules("N")} == {"N"}


def test_only_articles_that_were_read_are_marked_checked():
    """A checked citation names a clause listed with its source, and the source is not itself awaiting confirmation."""
    for where, cite in loading.citations(registry.law()):
        if cite.checked:
            source = law.source(cite.source)
            assert cite.clause in source.clauses, where
            assert source.status == "证", where


def test_articles_of_statutes_are_written_in_chinese_numerals():
    numeral = re.compile(r"^第[一二三四五六七八九十百]+条$")
    for source in law.sources():
        if source.level == "国家" and source.cite_as.startswith("《"):
            assert all(numeral.match(clause) for clause in source.clauses), source.id


def test_every_guide_says_what_to_do_on_which_clause():
    ids = [guide.id for guide in law.guides()]
    assert {
        "import-pay-sheet",
        "import-project-list",
        "import-roster",
        "import-training-register",
        "record-fund-movement",
        "seal-period",
        "write-bulletin",
    } <= set(ids)
    for guide in law.guides():
        assert len(guide.steps) >= 3
        assert guide.papers
        assert guide.cites


@pytest.mark.parametrize("ask", [law.source, law.rule, law.guide])
def test_an_unknown_id_is_not_found(ask):
    with pytest.raises(NotFound):
        ask("nothing-of-that-name")


def test_no_file_names_a_person_or_a_machine():
    for path in loading.DATA.rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        assert "http" not in text, path.name
        assert "/home" not in text, path.name
