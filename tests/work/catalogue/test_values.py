"""Quotas and day rates of an edition: free in a draft, only followed in an issued one; two editions side by side."""

from __future__ import annotations

from datetime import date

import pytest

from tests.conftest import make_actor
from workrelief.base.access.permissions import Role
from workrelief.base.divisions.services import load_divisions
from workrelief.kernel.errors import Conflict, InvalidInput, NotPermitted
from workrelief.work.catalogue import queries, services
from workrelief.work.catalogue.models import LabourQuota
from workrelief.work.catalogue.services import NewQuota, NewRate

pytestmark = pytest.mark.django_db
REASON = "按处室意见"


@pytest.fixture
def province():
    load_divisions()
    return make_actor(Role.PROVINCE_OFFICER, "37")


@pytest.fixture
def draft(province):
    return services.load_edition(province)


def _wall(edition):
    return edition.links.get(code="TR023")


def test_a_quota_of_a_draft_is_replaced_and_the_former_value_is_kept_in_the_history(province, draft):
    link = _wall(draft)
    before = link.quotas.get(unit="m³")
    new = NewQuota(unit="m³", days_x100=95, valid_from=before.valid_from, mark="证", source="演示定额第3页")
    services.set_quota(province, link.pk, new, reason=REASON)

    row = LabourQuota.objects.get(link=link, unit="m³")
    assert (row.pk, row.days_x100, row.mark, row.source) == (before.pk, 95, "证", "演示定额第3页")
    said = queries.history(province.scope, link_code="TR023").get()
    assert said.before == f"{before.days_x100} 工日/100m³（核），2022-01-01 起"
    assert said.after == "95 工日/100m³（证），2022-01-01 起"
    assert (said.reason, said.by_name) == (REASON, province.name)


def test_an_issued_value_stays_and_may_only_be_followed_by_a_later_one(province, draft):
    services.issue_edition(province, draft.pk)
    link = _wall(draft)
    with pytest.raises(Conflict, match="2022-01-01 起执行，不能改动"):
        services.set_quota(
            province, link.pk, NewQuota(unit="m³", days_x100=95, valid_from=date(2022, 1, 1), mark="核"), reason=REASON
        )
    services.set_quota(
        province, link.pk, NewQuota(unit="m³", days_x100=95, valid_from=date(2023, 1, 1), mark="核"), reason=REASON
    )
    assert link.quotas.filter(unit="m³").count() == 2
    with pytest.raises(Conflict, match="不能删除"):
        services.drop_quota(province, link.quotas.first().pk, reason=REASON)


def test_a_published_source_must_be_named_and_numbers_must_make_sense(province, draft):
    link = _wall(draft)
    day = date(2022, 1, 1)
    for wrong in (
        NewQuota(unit="m³", days_x100=95, valid_from=day, mark="证"),
        NewQuota(unit="m³", days_x100=0, valid_from=day, mark="核"),
        NewQuota(unit="车", days_x100=95, valid_from=day, mark="核"),
    ):
        with pytest.raises(InvalidInput):
            services.set_quota(province, link.pk, wrong, reason=REASON)
    with pytest.raises(InvalidInput, match="修改原因"):
        services.set_quota(province, link.pk, NewQuota(unit="m³", days_x100=9, valid_from=day, mark="核"), reason="")
    with pytest.raises(NotPermitted):
        services.set_quota(
            make_actor(Role.COUNTY_OFFICER, "371422"),
            services.issue_edition(province, draft.pk).links.get(code="TR023").pk,
            NewQuota(unit="m³", days_x100=95, valid_from=date(2023, 1, 1), mark="核"),
            reason=REASON,
        )


def test_a_local_day_rate_stands_beside_that_of_the_province(province, draft):
    new = NewRate(
        trade="普工", division="371422000000", day_fen=160_00, valid_from=date(2022, 6, 1), source="演示调查", mark="证"
    )
    row = services.set_rate(province, draft.pk, new, reason=REASON)
    assert row.division_prefix == "371422"
    said = queries.history(province.scope, edition_id=draft.pk, kind="rate").get()
    assert (said.what, said.before, said.after) == ("德州市宁津县 普工", "", "160.00 元（证），2022-06-01 起")
    services.drop_rate(province, row.pk, reason=REASON)
    assert not queries.rates(province.scope, draft.pk).filter(division_prefix="371422", trade="普工").exists()
    assert queries.history(province.scope, edition_id=draft.pk, kind="rate")[0].after == ""


def test_two_editions_differ_in_what_was_changed_and_in_nothing_else(province, draft):
    services.issue_edition(province, draft.pk)
    newer = services.copy_edition(province, draft.pk, 2023)
    assert queries.compare(province.scope, draft.pk, newer.pk).is_same

    link = _wall(newer)
    services.edit_link(province, link.pk, services.LinkChanges(trades="砌筑工、普工", task="演示任务"), reason=REASON)
    services.set_quota(
        province, link.pk, NewQuota(unit="m", days_x100=30, valid_from=date(2023, 1, 1), mark="核"), reason=REASON
    )
    services.set_rate(
        province, newer.pk,
        NewRate(trade="普工", division="37", day_fen=155_00, valid_from=date(2022, 1, 1), source="演示", mark="核"),
        reason=REASON,
    )  # fmt: skip
    found = queries.compare(province.scope, draft.pk, newer.pk)
    changed = next(d for d in found.links if d.change == "changed")
    assert [d.change for d in found.links] == ["changed"]
    assert ("建设任务", _wall(draft).task, "演示任务") in changed.values
    assert [(d.change, d.name) for d in found.tasks if d.change == "in"] == [("in", "演示任务")]
    assert [(d.change, d.code, d.name) for d in found.quotas] == [("in", "TR023", "挡土墙砌筑（m）")]
    assert ("日工价（元）", "150.00", "155.00") in found.rates[0].values
    assert len(found.rates) == 1
