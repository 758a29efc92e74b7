"""The listings for the law office and the reference page."""

from workrelief.base.law import report
from workrelief.base.law.apps import check_law_data
from workrelief.base.law.report import Use
from workrelief.kernel.citation import Cite


def test_unchecked_citations_name_what_rests_on_them():
    open_uses = report.unchecked()
    assert open_uses
    assert not any(use.cite.checked for use in open_uses)
    assert ("parameter", "minimum_wage_hourly_fen") in {(use.kind, use.id) for use in open_uses}
    assert ("rule", "Q03") not in {(use.kind, use.id) for use in open_uses}


def test_article_15_leads_to_the_rule_the_parameter_and_the_guide():
    clause = next(c for c in report.by_clause() if (c.source_id, c.clause) == ("wage-regulation-2019", "第十五条"))
    assert clause.text == "《保障农民工工资支付条例》第十五条"
    assert {"Q03", "wage_ledger_retention_years", "import-pay-sheet"} <= {use.id for use in clause.uses}


def test_clauses_of_a_document_keep_its_order():
    cited = [c.clause for c in report.by_clause() if c.source_id == "wage-regulation-2019"]
    assert cited.index("第十一条") < cited.index("第十五条") < cited.index("第三十一条")


def test_indicators_of_other_rooms_can_be_listed_beside_the_rules():
    extra = [Use(Cite("indicators", "I07", checked=True), "indicator", "wages_paid", "劳务报酬发放额")]
    clause = next(c for c in report.by_clause(extra) if (c.source_id, c.clause) == ("indicators", "I07"))
    assert "wages_paid" in {use.id for use in clause.uses}
    assert "| 指标 | wages_paid | 劳务报酬发放额 |" in report.by_clause_markdown(extra)


def test_the_reference_page_has_a_table_for_each_cited_document():
    page = report.by_clause_markdown()
    documents = {clause.source_id for clause in report.by_clause()}
    assert page.count("\n## ") == len(documents)
    assert "（待核）" in page


def test_the_system_check_finds_no_fault_in_the_law_files():
    assert check_law_data() == []
