"""The roster: registering persons once in the province, their cards, and their place on each project."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import make_actor
from tests.work.payroll.build import CODE, OTHER_CODE, identity, line, person, project, workbook
from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import Role
from workrelief.base.access.scope import Scope
from workrelief.base.audit.models import AccessEntry
from workrelief.base.divisions.services import load_divisions
from workrelief.base.intake import services as intake
from workrelief.base.intake.models import ImportBatch, RowIssue
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from workrelief.work.workers import queries, services
from workrelief.work.workers.models import Engagement, Worker, WorkerAccount

pytestmark = pytest.mark.django_db

HEADS = (
    "序号", "项目代码", "姓名", "性别", "证件类型", "证件号", "出生日期", "民族", "户籍地", "现居地", "联系电话", "人员类别",
    "是否村（社区）干部/公职人员或其近亲属", "来源", "工种", "技能等级", "协议编号", "协议签订日期", "计酬方式", "单价", "计酬单位",
    "开户行", "卡号/一卡通账号", "账户户名", "进场日", "退场日", "保险", "备注",
)  # fmt: skip


def row(number: int, **changes: object) -> dict[str, Any]:
    cells: dict[str, Any] = dict.fromkeys(HEADS, "")
    cells.update({
        "序号": number, "项目代码": CODE, "姓名": person(number), "证件号": identity(number), "民族": "汉族", "户籍地": "宁津县",
        "联系电话": f"139{number:08d}", "人员类别": "脱贫人口", "工种": "普工", "协议编号": f"XY{number}", "协议签订日期": "2022-03-01",
        "计酬方式": "计时", "单价": 150, "计酬单位": "天", "开户行": "演示银行", "卡号/一卡通账号": f"62284800{number:08d}",
        "账户户名": person(number), "进场日": date(2022, 3, 2),
    })  # fmt: skip
    cells.update(changes)
    return cells


def roster(rows: list[dict[str, Any]]) -> io.BytesIO:
    return workbook(rows, heads=HEADS, title="务工人员花名册")


@pytest.fixture(autouse=True)
def surroundings() -> None:
    load_divisions()
    project()


@pytest.fixture
def bring(ningjin_officer: Actor) -> Callable[..., ImportBatch]:
    def go(rows: list[dict[str, Any]], *, actor: Actor = ningjin_officer, commit: bool = True) -> ImportBatch:
        batch = intake.check(actor, intake.upload(actor, roster(rows), "花名册.xlsx", "roster").pk)
        return intake.commit(actor, batch.pk) if commit else batch

    return go


def said(batch: ImportBatch, level: str = "error") -> set[tuple[int, str, str]]:
    return {(i.row, i.rule_id, i.title) for i in RowIssue.rows.filter(batch=batch, level=level)}


def test_a_roster_registers_persons_cards_and_places(bring: Callable[..., ImportBatch]) -> None:
    batch = bring([row(1), row(2, 户籍地="371325")])
    assert batch.rows_bad == 0, said(batch)
    first, second = Worker.rows.order_by("id")
    assert (first.name, first.sex, first.born_on, first.group, first.division_code) == (
        person(1),
        "M",
        date(1985, 6, 7),
        "lifted",
        "371422000000",
    )
    assert second.division_code == "371325000000"
    assert first.identity_masked == identity(1)[:6] + "*" * 8 + identity(1)[-4:]
    assert identity(1).encode() not in bytes(first.identity_cipher)
    local, outside = Engagement.rows.order_by("id")
    assert (local.is_local, outside.is_local) == (True, False)
    assert (local.rate_fen, local.pay_unit, local.entered_on, local.is_from_history) == (
        15_000,
        "day",
        date(2022, 3, 2),
        False,
    )
    assert WorkerAccount.objects.order_by("id").first().account_masked == "****0001"


@pytest.mark.parametrize(("changes", "rule", "title"), [
    ({"证件号": identity(1)[:17] + ("0" if identity(1)[17] != "0" else "1")}, "N04", "证件号"),
    ({"出生日期": "1985-06-08"}, "N04", "出生日期"),
    ({"性别": "女"}, "N04", "性别"),
    ({"证件号": identity(1, born="20060303")}, "E07a", "证件号"),
    ({"人员类别": ""}, "", "人员类别"),
    ({"人员类别": "好人"}, "", "人员类别"),
    ({"户籍地": "不存在县"}, "", "户籍地"),
    ({"账户户名": "演示别人"}, "F08a", "账户户名"),
    ({"项目代码": "2204-371325-04-01-000000"}, "", "项目代码"),
    ({"计酬方式": "按心情"}, "", "计酬方式"),
])  # fmt: skip
def test_a_bad_row_is_named_and_left_out(
    bring: Callable[..., ImportBatch], changes: dict[str, object], rule: str, title: str
) -> None:
    batch = bring([row(2), row(1, **changes)])
    assert {(number, r) for number, r, _ in said(batch)} == {(4, rule)}
    assert title in {t.split("/")[-1] for _, _, t in said(batch)}
    assert Worker.rows.count() == 1


@pytest.mark.parametrize(("changes", "rule"), [
    ({"证件号": identity(1, born="19500303")}, "E07b"),
    ({"卡号/一卡通账号": "6228480000000002"}, "N07"),
    ({"协议签订日期": "2022-05-01"}, "E04"),
    ({"人员类别": "脱贫户"}, ""),
    ({"单价": "150元/天"}, ""),
])  # fmt: skip
def test_a_row_to_look_at_goes_in_with_a_remark(
    bring: Callable[..., ImportBatch], changes: dict[str, object], rule: str
) -> None:
    batch = bring([row(1, **changes)])
    assert not said(batch)
    assert rule in {r for _, r, _ in said(batch, "remark")}
    assert Worker.rows.count() == 1


def test_one_person_twice_for_one_project_is_refused_and_for_two_projects_is_one_person(
    bring: Callable[..., ImportBatch],
) -> None:
    project(OTHER_CODE, name="演示镇二期工程")
    batch = bring([row(1), row(1), row(1, 项目代码=OTHER_CODE)])
    assert [n for n, _, _ in said(batch)] == [4]
    assert (Worker.rows.count(), Engagement.rows.count()) == (1, 2)


def test_a_known_number_under_another_name_is_refused_without_telling_the_name(
    bring: Callable[..., ImportBatch],
) -> None:
    bring([row(1)])
    batch = bring([row(2), row(1, 姓名="演示新名", 账户户名="演示新名")])
    assert said(batch) == {(4, "E05", "姓名")}
    assert person(1) not in RowIssue.rows.get(batch=batch, rule_id="E05").reason
    assert Worker.rows.get(name=person(1))


def test_a_roster_sent_again_brings_persons_up_to_date_and_keeps_what_it_leaves_empty(
    bring: Callable[..., ImportBatch],
) -> None:
    bring([row(1, 技能等级="初级")])
    batch = bring([row(1, 人员类别="监测对象", 单价=180, 技能等级="")])
    assert (batch.report["created"], batch.report["updated"]) == (0, 1)
    only = Worker.rows.get()
    assert (only.group, only.skill_level) == ("monitored", "初级")
    assert Engagement.rows.get().rate_fen == 18_000


def test_another_county_may_engage_but_not_rewrite_a_person(
    bring: Callable[..., ImportBatch], feixian_officer: Actor
) -> None:
    bring([row(1)])
    project("2204-371325-04-01-333333", division="371325000000", name="演示河道工程")
    batch = bring(
        [row(1, 项目代码="2204-371325-04-01-333333", 户籍地="费县", 人员类别="监测对象")],
        actor=feixian_officer,
    )
    assert "其他县登记" in RowIssue.rows.get(batch=batch, level="remark", title="证件号").reason
    only = Worker.rows.get()
    assert (only.division_code, only.group) == ("371422000000", "lifted")
    assert Engagement.rows.count() == 2


def test_a_shared_card_and_a_phone_of_three_are_said(bring: Callable[..., ImportBatch]) -> None:
    phone = {"联系电话": "13900000000"}
    batch = bring(
        [row(1, **phone), row(2, **phone), row(3, **phone), row(4, **{"卡号/一卡通账号": "6228480000000001"})]
    )
    found = RowIssue.rows.filter(batch=batch, level="remark", rule_id="F16")
    assert {i.row for i in found} == {0, 6}
    assert "13900000000" not in " ".join(i.reason + i.value for i in found)


def test_an_undo_takes_new_persons_away_and_restores_changed_ones(
    bring: Callable[..., ImportBatch], ningjin_officer: Actor
) -> None:
    bring([row(1)])
    batch = bring([row(1, 人员类别="监测对象", 单价=180), row(2)])
    intake.undo(ningjin_officer, batch.pk)
    only = Worker.rows.get()
    assert (only.name, only.group) == (person(1), "lifted")
    entry = Engagement.rows.get()
    assert (entry.rate_fen, entry.entered_on, entry.group) == (15_000, date(2022, 3, 2), "lifted")


def test_an_undo_stops_when_somebody_was_paid(bring: Callable[..., ImportBatch], ningjin_officer: Actor) -> None:
    batch = bring([row(1)])
    pay = intake.upload(ningjin_officer, workbook([line(1)]), "发放表.xlsx", "pay_sheet")
    intake.commit(ningjin_officer, pay.pk)
    with pytest.raises(Conflict, match="劳务报酬"):
        intake.undo(ningjin_officer, batch.pk)
    assert Worker.rows.count() == 1


def test_persons_are_seen_where_they_live_and_where_they_work(
    bring: Callable[..., ImportBatch], ningjin_officer: Actor, feixian_officer: Actor, linyi_officer: Actor
) -> None:
    bring([row(1), row(2, 户籍地="费县")])
    first, second = Worker.rows.order_by("id").values_list("id", flat=True)
    assert {w.pk for w in queries.workers(ningjin_officer.scope)} == {first, second}
    assert {w.pk for w in queries.workers(linyi_officer.scope)} == {second}
    assert not queries.workers(make_actor(Role.COUNTY_OFFICER, "370102").scope).exists()
    assert not queries.workers(Scope.nothing()).exists()
    assert queries.worker(feixian_officer.scope, second).roster == ()
    with pytest.raises(NotFound):
        queries.worker(feixian_officer.scope, first)
    owner = make_actor(Role.OWNER, "371422", projects=frozenset({-1}))
    assert not queries.workers(owner.scope).exists()


def test_a_person_is_found_by_name_and_by_the_whole_number_only(
    bring: Callable[..., ImportBatch], ningjin_officer: Actor
) -> None:
    bring([row(1), row(2)])
    assert [n for _, n, _, _ in queries.search(ningjin_officer.scope, person(2))] == [person(2)]
    assert [n for _, n, _, _ in queries.search(ningjin_officer.scope, identity(1))] == [person(1)]
    assert queries.search(ningjin_officer.scope, identity(1)[:10]) == []
    assert queries.search(make_actor(Role.COUNTY_OFFICER, "370102").scope, identity(1)) == []


def test_numbers_in_clear_need_a_purpose_a_right_and_leave_a_trace_first(
    bring: Callable[..., ImportBatch], ningjin_officer: Actor, feixian_officer: Actor
) -> None:
    bring([row(1)])
    key = Worker.rows.get().pk
    with pytest.raises(InvalidInput):
        services.reveal_numbers(ningjin_officer, key, purpose="看")
    with pytest.raises(NotFound):
        services.reveal_numbers(feixian_officer, key, purpose="核对到账失败原因")
    with pytest.raises(NotPermitted):
        services.reveal_numbers(make_actor(Role.VILLAGE_CADRE, "371422"), key, purpose="核对到账失败原因")
    assert not AccessEntry.objects.exists()
    found = services.reveal_numbers(ningjin_officer, key, purpose="核对到账失败原因")
    assert (found.identity, found.phone, found.accounts) == (identity(1), "13900000001", ("6228480000000001",))
    entry = AccessEntry.objects.get()
    assert (entry.action, entry.purpose, entry.target_id) == ("worker.view_identity", "核对到账失败原因", str(key))


def test_statements_do_not_grow_with_rows(bring: Callable[..., ImportBatch], ningjin_officer: Actor) -> None:
    counts = []
    for start, size in ((0, 50), (1_000, 1_000)):
        rows = [
            row(n, 证件号=identity(n, born=f"19{60 + n // 1000}0607"), 联系电话="") for n in range(start, start + size)
        ]
        batch = bring(rows, commit=False)
        with CaptureQueriesContext(connection) as caught:
            intake.commit(ningjin_officer, batch.pk)
        counts.append(len(caught))
    assert counts[1] <= counts[0] + 5, counts
    assert counts[1] / 1_000 <= 0.05
