"""Beside the state: marks, promises, who builds, papers, objections, the archive index."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from django.db import transaction

from tests.conftest import NINGJIN, make_actor
from tests.work.lifecycle.walk import all_papers, everybody, special_project, walk_to, with_facts
from workrelief.base.access.permissions import Role
from workrelief.base.divisions.services import load_divisions
from workrelief.base.files.services import store
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted, RuleViolated
from workrelief.work.lifecycle import queries, services
from workrelief.work.lifecycle.models import MarkSet
from workrelief.work.projects import services as project_services
from workrelief.work.projects.models import FundSource, Project, ProjectYear
from workrelief.work.projects.services.withdrawing import withdraw_batch

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor():
    load_divisions()
    return everybody()


@pytest.fixture
def project(actor):
    made = special_project(actor)
    services.begin(actor, [made])
    return made


def test_a_mark_stands_beside_the_state_stops_steps_and_leaves_its_history(actor, project):
    all_papers(actor, project)
    with with_facts():
        walk_to(actor, project, "announced", track="special_fund")
        services.set_mark(actor, project, "suspended", reason="演示：汛期停工", reference="演示〔2022〕9号")
        with pytest.raises(Conflict):
            services.set_mark(actor, project, "suspended", reason="演示：再停一次")
        with pytest.raises(RuleViolated, match="暂停"):
            services.take_step(actor, project, "tender", note="演示办理")
        view = queries.life(actor.scope, project)
        assert (view.state.id, [m.id for m in view.marks], view.marks[0].reason) == (
            "announced", ["suspended"], "演示：汛期停工",
        )  # fmt: skip
        services.clear_mark(actor, project, "suspended", reason="演示：复工")
        services.take_step(actor, project, "tender", note="演示办理")
    kept = MarkSet.objects.get()
    assert (kept.cleared_by, kept.outcome) == (actor.name, "演示：复工")
    with pytest.raises(Conflict):
        services.clear_mark(actor, project, "suspended", reason="演示：复工")
    with pytest.raises(InvalidInput):
        services.set_mark(actor, project, "lost", reason="演示：不见了")


def test_a_project_with_every_mark_can_still_be_ended(actor, project):
    for mark in ("adjusting", "suspended", "rectifying", "fund_recalled"):
        services.set_mark(actor, project, mark, reason="演示：标记")
    with with_facts(pay={"unpaid_fen": 100, "unpaid_people": 1}), pytest.raises(RuleViolated, match=r"1人的报酬1.00元"):
        services.take_step(actor, project, "terminate", note="演示：不再实施")
    with with_facts():
        with pytest.raises(RuleViolated, match="写明原因"):
            services.take_step(actor, project, "terminate")
        assert services.take_step(actor, project, "terminate", note="演示：不再实施").state == "terminated"
    assert queries.offers(actor, project) == []
    assert queries.timeline(actor.scope, project)[-1].state.id == "terminated"


def test_a_promise_is_kept_and_lowered_only_by_an_officer_with_a_reason(actor, project):
    owner = make_actor(Role.OWNER, "371422")
    services.set_commitment(owner, project, pay_fen=3_500_000_00, share_bp=3500)
    with pytest.raises(NotPermitted):
        services.set_commitment(owner, project, share_bp=3000, reason="演示：降低")
    with pytest.raises(InvalidInput):
        services.set_commitment(actor, project, share_bp=3000)
    services.set_commitment(actor, project, share_bp=3000, reason="演示：批复调整")
    view = queries.life(actor.scope, project)
    assert (view.promised_pay_fen, view.promised_share_bp) == (3_500_000_00, 3000)
    with pytest.raises(InvalidInput):
        services.set_commitment(actor, project, share_bp=10_001)


def test_who_builds_is_said_before_it_is_decided_and_not_after(actor, project):
    services.set_implementer(actor, project, "council")
    all_papers(actor, project)
    with with_facts():
        walk_to(actor, project, "self_build_confirmed", track="special_fund", implementer="council")
    with pytest.raises(Conflict, match="承接方式不能再改"):
        services.set_implementer(actor, project, "enterprise")


def test_a_site_outside_the_province_is_a_typing_mistake(actor, project):
    with pytest.raises(InvalidInput):
        services.set_site(actor, project, lon_e6=36_000_000, lat_e6=117_000_000)
    services.set_site(actor, project, lon_e6=116_780_000, lat_e6=37_650_000, site="演示村")
    point = queries.map_points(actor.scope)[0]
    assert (point.lon_e6, point.lat_e6) == (116_780_000, 37_650_000)


@pytest.mark.parametrize(
    ("kind", "fields", "word"),
    [
        ("labour_survey", {}, "有务工意愿人数"),
        ("labour_survey", {"willing_people": -1}, "填写有误"),
        ("labour_survey", {"willing_people": True}, "填写有误"),
        ("labour_survey", {"willing_people": 5, "colour": "red"}, "colour"),
        ("pay_publicity", {"month": 202213, "starts_on": "2022-01-01", "ends_on": "2022-01-08"}, "所属月份"),
        ("pay_publicity", {"month": 202212, "starts_on": "1月1日", "ends_on": "2022-01-08"}, "公示起"),
        ("photos", {"phase": "someday"}, "阶段"),
        ("nothing", {}, "没有“nothing”"),
    ],
)
def test_a_paper_with_wrong_particulars_is_refused_by_name(actor, project, kind, fields, word):
    with pytest.raises(InvalidInput, match=word):
        services.attach_paper(actor, project, kind, fields=fields)


def test_papers_are_seen_in_scope_only_and_a_withdrawn_one_counts_no_more(actor, project):
    content = io.BytesIO(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n")
    stored = store(actor, content, "演示批复.pdf", division=NINGJIN, project_id=project)
    paper = services.attach_paper(
        actor, project, "approval", file_id=stored.pk, number="演示〔2022〕3号", dated_on=date(2022, 2, 1)
    )
    assert [p.number for p in queries.papers(actor.scope, project)] == ["演示〔2022〕3号"]
    stranger = make_actor(Role.COUNTY_OFFICER, "371325")
    assert queries.papers(stranger.scope, project) == []
    with pytest.raises(NotFound):
        services.attach_paper(stranger, project, "proposal")
    with pytest.raises(NotFound):
        services.attach_paper(actor, project, "proposal", file_id=stored.pk + 999)
    services.withdraw_paper(actor, paper.pk, reason="演示：传错文件")
    assert queries.papers(actor.scope, project) == []
    with pytest.raises(Conflict):
        services.withdraw_paper(actor, paper.pk, reason="演示：再撤一次")


def test_an_open_objection_stops_acceptance_until_it_is_settled(actor, project):
    all_papers(actor, project)
    with with_facts():
        walk_to(actor, project, "self_checked", track="special_fund")
        made = services.raise_objection(actor, project, "wages", "演示：少发两天工钱", raised_by="演示群众")
        assert made.due_on > clock.today()
        assert queries.waiting(actor).objections == 1
        with pytest.raises(RuleViolated, match="1件异议没有办结"):
            services.take_step(actor, project, "accept", note="演示办理")
        services.settle_objection(actor, made.pk, outcome="演示：核实后已补发", is_upheld=True)
        with pytest.raises(Conflict):
            services.settle_objection(actor, made.pk, outcome="演示：核实后已补发", is_upheld=True)
        assert services.take_step(actor, project, "accept", note="演示办理").state == "accepted"
    view = queries.objections(actor.scope, project_id=project)[0]
    assert (view.subject_label, view.is_upheld, view.days_left) == ("劳务报酬", True, None)


def test_a_failed_acceptance_is_mended_and_looked_at_again(actor, project):
    all_papers(actor, project, leaving_out=frozenset({"rectification_report"}))
    with with_facts():
        walk_to(actor, project, "self_checked", track="special_fund")
        with pytest.raises(RuleViolated, match="写明原因"):
            services.take_step(actor, project, "fail_acceptance")
        failed = services.take_step(actor, project, "fail_acceptance", note="演示：台账不齐")
        assert failed.due_on == clock.today() + timedelta(days=30)
        with pytest.raises(RuleViolated, match="整改报告"):
            services.take_step(actor, project, "recheck")
        services.attach_paper(actor, project, "rectification_report")
        services.take_step(actor, project, "recheck")
        assert services.take_step(actor, project, "accept", note="演示办理").state == "accepted"
        line = queries.timeline(actor.scope, project)
    assert [(s.step, s.is_detour) for s in line if s.step in ("fail_acceptance", "recheck", "self_check")] == [
        ("self_check", False), ("fail_acceptance", True), ("recheck", True),
    ]  # fmt: skip


def test_the_archive_fills_itself_and_says_what_is_missing_and_why(actor, project):
    with with_facts():
        index = queries.archive(actor.scope, project)
        assert (index.total, index.is_complete) == (8, False)
        pay = {item.kind.id: item for item in index.classes[6].items}
        assert pay["pay_sheets"].from_system == "发放表1张，到账30.00万元"
        assert not pay["pay_sheets"].is_missing
        assert pay["bank_receipts"].is_missing
        assert (pay["bank_receipts"].rule_id, bool(pay["bank_receipts"].why)) == ("F11", True)
        all_papers(actor, project)
        assert queries.archive(actor.scope, project).is_complete


def test_a_life_follows_its_project_to_another_county(actor, project):
    province = everybody("37")
    services.attach_paper(actor, project, "proposal")
    project_services.edit_project(
        province, project, project_services.ProjectChanges(division_code="371423000000"), reason="演示：登记有误"
    )
    assert queries.life(province.scope, project).division_code == "371423000000"
    with pytest.raises(NotFound):
        queries.life(actor.scope, project)
    assert queries.lives(actor.scope).count() == 0


def test_many_sites_are_located_at_once_or_not_at_all(actor, project):
    other = special_project(actor, 2)
    services.begin(actor, [other])
    right = [
        services.NewSite(project, 116_780_000, 37_650_000, "演示村"),
        services.NewSite(other, 116_790_000, 37_660_000),
    ]
    assert services.set_sites(actor, []) == 0
    with pytest.raises(InvalidInput):
        services.set_sites(actor, [right[0], services.NewSite(other, 36_000_000, 117_000_000)])
    with pytest.raises(NotFound):
        services.set_sites(actor, [right[0], services.NewSite(10**9, 116_790_000, 37_660_000)])
    assert {p.lon_e6 for p in queries.map_points(actor.scope)} == {None}
    assert services.set_sites(actor, right) == 2
    assert {p.lon_e6 for p in queries.map_points(actor.scope)} == {116_780_000, 116_790_000}
    assert set(queries.lives(actor.scope).values_list("site", flat=True)) == {"演示村", ""}


def test_a_site_elsewhere_is_out_of_scope(actor, project):
    stranger = make_actor(Role.COUNTY_OFFICER, "371426")
    assert queries.lives(stranger.scope).count() == 0
    with pytest.raises(NotFound):
        services.set_sites(stranger, [services.NewSite(project, 116_780_000, 37_650_000)])
    assert [p.lon_e6 for p in queries.map_points(actor.scope)] == [None]


def test_a_project_with_papers_or_objections_is_not_deleted_with_the_import_that_brought_it(actor, project):
    """Pay records are kept for years (F25): undoing an import must not take them along."""
    bare = special_project(actor, 2)
    services.begin(actor, [bare])
    for batch, one in ((77, project), (78, bare)):
        for model, of in ((Project, {"pk": one}), (ProjectYear, {"project": one}), (FundSource, {"project": one})):
            model._default_manager.filter(**of).update(batch_id=batch)
    paper = services.attach_paper(actor, project, "bank_receipts", number="演示1号")
    with pytest.raises(Conflict, match="材料"), transaction.atomic():
        withdraw_batch(actor, 77, reason="演示：撤销导入")
    assert queries.paper(actor.scope, paper.pk).number == "演示1号"
    assert withdraw_batch(actor, 78, reason="演示：撤销导入").projects == 1
