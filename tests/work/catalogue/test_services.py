"""Editions, matched bills and their correction, through the services."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import FEIXIAN, NINGJIN, PROVINCE
from workrelief.base.audit.models import AuditEntry
from workrelief.base.divisions.services import load_divisions
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted, RuleViolated
from workrelief.work.catalogue import queries, services
from workrelief.work.catalogue.models import CatalogueEdition, LabourLink
from workrelief.work.catalogue.rules.bill import parse_text

pytestmark = pytest.mark.django_db
BILL = "一、排水工程\nM7.5浆砌片石挡墙 m³ 320\n管沟开挖回填 m³ 约4000\n圆管涵安装 m 100-200\n监理费 项 1"


@pytest.fixture
def issued(province_officer) -> CatalogueEdition:
    load_divisions()
    return services.issue_edition(province_officer, services.load_edition(province_officer).pk)


def _match(actor, division=NINGJIN, **more):
    wanted = services.MatchRequest(bill=parse_text(BILL), division_code=division, sector="transport", **more)
    return services.match_bill(actor, wanted)


def test_loading_twice_gives_one_edition_with_all_links(province_officer, ningjin_officer):
    first = services.load_edition(province_officer)
    assert services.load_edition(province_officer) == first
    assert LabourLink.objects.filter(edition=first).count() == 179
    assert {x.mark for x in LabourLink.objects.all()} == {"证", "背"}
    with pytest.raises(NotPermitted):
        services.load_edition(ningjin_officer)
    with pytest.raises(NotFound, match="没有附带"):
        services.load_edition(province_officer, 2019)


def test_a_draft_is_seen_by_the_province_only_until_it_is_issued(province_officer, ningjin_officer, stranger):
    draft = services.load_edition(province_officer)
    with pytest.raises(NotFound):
        queries.edition(ningjin_officer.scope, draft.pk)
    with pytest.raises(NotFound, match="先由省级载入并印发"):
        _match(ningjin_officer)
    services.issue_edition(province_officer, draft.pk)
    assert queries.edition(ningjin_officer.scope, draft.pk) == draft
    assert list(queries.editions(stranger.scope)) == []
    with pytest.raises(Conflict):
        services.issue_edition(province_officer, draft.pk)


def test_only_a_draft_is_edited_and_the_trail_keeps_both_values(province_officer, issued):
    link = issued.links.get(code="TR017")
    changes = services.LinkChanges(trades="普工、整平工")
    with pytest.raises(Conflict, match="已印发"):
        services.edit_link(province_officer, link.pk, changes, reason="补充工种")
    draft = services.copy_edition(province_officer, issued.pk, 2023)
    assert (draft.links.count(), draft.rates.count()) == (issued.links.count(), issued.rates.count())
    copied = draft.links.get(code="TR017")
    assert copied.quotas.count() == link.quotas.count() > 0
    services.edit_link(province_officer, copied.pk, changes, reason="补充工种")
    entry = AuditEntry.objects.order_by("-id").first()
    assert entry.difference["trades"] == ["普工", "普工、整平工"]
    assert entry.reason == "补充工种"
    link.refresh_from_db()
    assert link.trades == "普工"
    with pytest.raises(InvalidInput):
        services.edit_link(province_officer, copied.pk, services.LinkChanges(skill="大师"), reason="不存在的等级")
    with pytest.raises(Conflict, match="草稿"):
        services.copy_edition(province_officer, issued.pk, 2023)


NEW = services.NewLink(
    sector="transport", subfield="农村公路", task="路基与路面", name="路面灌缝清理", trades="普工", skill="普工", phase="主体工程",
    source_status="背景知识",
)  # fmt: skip


def test_the_province_adds_links_to_a_draft_under_the_next_number_and_takes_them_out(province_officer, issued):
    draft = services.copy_edition(province_officer, issued.pk, 2023)
    made = services.add_link(province_officer, draft.pk, NEW, reason="各地反映常用")
    assert (made.code, made.sector_name, made.is_core, made.mark) == ("TR035", "交通", True, "背")
    with pytest.raises(InvalidInput, match="同名环节（TR035）"):
        services.add_link(province_officer, draft.pk, NEW, reason="再次增加")
    services.drop_link(province_officer, made.pk, reason="并入其他环节")
    assert not draft.links.filter(code="TR035").exists()
    again = services.add_link(province_officer, draft.pk, NEW, reason="重新增加")
    assert again.code == "TR036", "a number is never given twice"
    told = [(c.link_code, c.before, c.after) for c in queries.history(province_officer.scope, edition_id=draft.pk)]
    words = "农村公路；路基与路面；路面灌缝清理；普工；普工；主体工程；背景知识"
    assert told == [("TR036", "", words), ("TR035", "路基与路面；路面灌缝清理；普工", ""), ("TR035", "", words)]
    general = services.add_link(province_officer, draft.pk, replace(NEW, sector=""), reason="各领域都用")
    assert (general.code, general.sector_name, general.is_core) == ("G027", "通用（各领域）", False)


def test_a_link_that_was_taken_out_leaves_with_its_quotas_and_former_editions_keep_it(province_officer, issued):
    draft = services.copy_edition(province_officer, issued.pk, 2023)
    gone = draft.links.get(code="TR017")
    assert gone.quotas.exists()
    services.drop_link(province_officer, gone.pk, reason="不再适用")
    assert draft.links.count() == issued.links.count() - 1
    assert issued.links.get(code="TR017").quotas.exists()
    services.issue_edition(province_officer, draft.pk)
    found = queries.compare(province_officer.scope, issued.pk, draft.pk)
    assert [(d.change, d.code) for d in found.links] == [("out", "TR017")]


@pytest.mark.parametrize(
    ("change", "word"),
    [({"name": " "}, "用工环节不能为空"), ({"trades": "工" * 61}, "适用工种不能为空，且不超过 60 个字"),
     ({"skill": "大师"}, "技能等级没有“大师”"), ({"sector": "space"}, "请选择领域")],
)  # fmt: skip
def test_a_link_wants_all_its_words(province_officer, issued, change, word):
    draft = services.copy_edition(province_officer, issued.pk, 2023)
    with pytest.raises(InvalidInput, match=word):
        services.add_link(province_officer, draft.pk, replace(NEW, **change), reason="各地反映常用")


def test_links_of_an_issued_edition_stay_as_they_are(province_officer, ningjin_officer, issued):
    link = issued.links.get(code="TR017")
    with pytest.raises(Conflict, match="已印发"):
        services.add_link(province_officer, issued.pk, NEW, reason="各地反映常用")
    with pytest.raises(Conflict, match="已印发"):
        services.drop_link(province_officer, link.pk, reason="不再适用")
    draft = services.copy_edition(province_officer, issued.pk, 2022)
    assert draft.version == 2
    for act in (
        lambda: services.add_link(ningjin_officer, issued.pk, NEW, reason="各地反映常用"),
        lambda: services.drop_link(ningjin_officer, link.pk, reason="不再适用"),
    ):
        with pytest.raises((NotPermitted, Conflict)):
            act()


def test_a_bill_gets_links_days_and_pay_and_says_what_it_did_not_understand(ningjin_officer, issued):
    run = _match(ningjin_officer)
    heading, wall, trench, culvert, fee = queries.lines(ningjin_officer.scope, run.pk)
    assert (heading.state, wall.part) == ("heading", "排水工程")
    assert (wall.link.code, wall.quota_x100, wall.days_x10, wall.rate_fen) == ("TR023", 110, 3_520, 250_00)
    assert wall.pay_fen == 88_000_00
    assert (wall.quota_mark, wall.rate_mark) == ("核", "核")
    assert trench.days_x10 == 10_000
    assert any("约4000" in note for note in trench.notes)
    assert culvert.link.code == "TR024"
    assert culvert.pay_fen is None
    assert any("100-200" in note for note in culvert.notes)
    assert fee.state == "unmatched"
    sums = queries.totals(ningjin_officer.scope, run.pk)
    assert (sums.works, sums.counted, sums.unestimated) == (4, 3, 1)
    assert (sums.days_x10, sums.pay_fen) == (13_520, wall.pay_fen + trench.pay_fen)
    assert sum(t.pay_fen for t in queries.by_trade(ningjin_officer.scope, run.pk)) == sums.pay_fen


def _long_bill(issued, lines: int):
    names = [one.name for one in issued.links.all()]
    text = "\n".join(f"第{n}段{names[n % len(names)]} m³ {n + 1}" for n in range(lines))
    return services.MatchRequest(bill=parse_text(text), division_code=NINGJIN)


def test_a_bill_of_five_hundred_lines_costs_hardly_more_statements_than_one_of_two(
    ningjin_officer, issued, django_assert_max_num_queries
):
    with CaptureQueriesContext(connection) as short:
        services.match_bill(ningjin_officer, _long_bill(issued, 2))
    with CaptureQueriesContext(connection) as long:
        run = services.match_bill(ningjin_officer, _long_bill(issued, 500))
    assert len(long) - len(short) <= 12, (len(short), len(long))
    with django_assert_max_num_queries(4):
        assert queries.totals(ningjin_officer.scope, run.pk).counted == 500


def test_a_weak_match_says_so(ningjin_officer, issued):
    bill = parse_text("太阳能路灯安装 盏 60")
    run = services.match_bill(ningjin_officer, services.MatchRequest(bill=bill, division_code=NINGJIN))
    (line,) = queries.lines(ningjin_officer.scope, run.pk)
    assert line.score < 50
    assert "匹配度低，请核对用工环节" in line.notes


def test_day_rates_follow_place_and_year(feixian_officer, issued):
    run = _match(feixian_officer, FEIXIAN, year=2023)
    trench = queries.lines(feixian_officer.scope, run.pk)[2]
    assert (trench.trade, trench.rate_fen, trench.rate_mark) == ("普工", 150_00, "证")
    with pytest.raises(NotFound):
        _match(feixian_officer, FEIXIAN, year=2021)


def test_lines_are_accepted_changed_and_refused_with_reasons(ningjin_officer, issued):
    run = _match(ningjin_officer)
    _, wall, trench, culvert, fee = queries.lines(ningjin_officer.scope, run.pk)
    assert services.accept_sure(ningjin_officer, run.pk, least=0) == 2
    with pytest.raises(InvalidInput, match="原因"):
        services.decide_line(ningjin_officer, trench.pk, "refuse")
    services.decide_line(ningjin_officer, trench.pk, "refuse", services.LineCorrection(reason="全部机械开挖"))
    services.decide_line(
        ningjin_officer, culvert.pk, "change",
        services.LineCorrection(quantity_x100=150_00, rate_fen=300_00, reason="按施工图"),
    )  # fmt: skip
    culvert.refresh_from_db()
    assert (culvert.days_x10, culvert.pay_fen, culvert.rate_mark, culvert.notes) == (900, 27_000_00, "", [])
    with pytest.raises(InvalidInput, match="选择用工环节"):
        services.decide_line(ningjin_officer, fee.pk, "change", services.LineCorrection(reason="演示"))
    sums = queries.totals(ningjin_officer.scope, run.pk)
    assert sums.pay_fen == wall.pay_fen + culvert.pay_fen


def test_another_link_brings_its_own_quota_and_rate(ningjin_officer, issued):
    run = _match(ningjin_officer)
    wall = queries.lines(ningjin_officer.scope, run.pk)[1]
    brick = issued.links.get(code="G020")
    said = services.LineCorrection(
        link_id=brick.pk,
        quantity_x100=wall.quantity_x100,
        unit=wall.unit,
        quota_x100=wall.quota_x100,
        reason="实为砖砌",
    )
    changed = services.decide_line(ningjin_officer, wall.pk, "change", said)
    assert (changed.link, changed.quota_x100, changed.trade, changed.score) == (brick, 130, "瓦工", 0)


def test_a_matched_project_that_is_not_listed_says_why(ningjin_officer, issued):
    run = _match(ningjin_officer)
    with pytest.raises(RuleViolated) as refused:
        services.decide_listing(ningjin_officer, run.pk, to_list=False)
    assert [f.rule_id for f in refused.value.findings] == ["A06"]
    assert refused.value.findings[0].cite is not None
    assert (
        services.decide_listing(ningjin_officer, run.pk, to_list=False, reason="工期紧，须机械施工").listing
        == "refused"
    )
    assert services.decide_listing(ningjin_officer, run.pk, to_list=True).listing == "listed"


def test_a_bill_is_out_of_sight_and_out_of_reach_elsewhere(ningjin_officer, feixian_officer, issued):
    run = _match(ningjin_officer)
    line = queries.lines(ningjin_officer.scope, run.pk)[1]
    with pytest.raises(NotFound):
        queries.line(feixian_officer.scope, line.pk)
    with pytest.raises(NotFound):
        services.decide_line(feixian_officer, line.pk, "accept")
    with pytest.raises(NotFound):
        services.accept_sure(feixian_officer, run.pk, least=0)
    with pytest.raises(NotFound):
        _match(feixian_officer, NINGJIN)
    with pytest.raises(NotFound):
        _match(feixian_officer, PROVINCE)
