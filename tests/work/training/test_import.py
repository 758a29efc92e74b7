"""Importing the training register in three shapes, and matching sign-ins to the registry."""

from __future__ import annotations

import io
from typing import Any

import pytest
import xlsxwriter
from django.db.models import Sum

from tests.work.projects.build import entry
from tests.work.projects.sheets import checked, committed, said, xlsx
from tests.work.training.build import identity, people
from workrelief.base.access.actor import Actor
from workrelief.base.divisions.services import load_divisions
from workrelief.base.intake import services as intake
from workrelief.figures.ledger.models import FACT_MODELS
from workrelief.work.projects.services import register_project
from workrelief.work.training.models import TrainingAttendee, TrainingAudience, TrainingSession

pytestmark = pytest.mark.django_db

FACT = FACT_MODELS["training_fact"]._default_manager
CODE = "2204-371422-04-01-100008"
BY_AUDIENCE = ["培训编号", "项目代码", "县（市、区）", "培训类型", "培训对象", "培训形式", "培训主题", "培训时间", "培训地点", "主办单位",
               "师资", "课时", "应到人数", "实到人次", "备注"]  # fmt: skip


def line(**changes: object) -> list[object]:
    row: dict[str, object] = {
        "number": "PX2022-1", "code": "/", "county": "宁津县", "kind": "政策培训", "audience": "政府及部门", "form": "集中培训",
        "topic": "以工代赈政策解读", "day": "2022.3.15", "place": "会议中心", "organiser": "（演示）宁津县发展和改革局", "teacher": "",
        "hours": 4, "expected": 15, "attended": 12, "remark": None,
    }  # fmt: skip
    row.update(changes)
    return list(row.values())


def table(*rows: list[object], head: list[str] = BY_AUDIENCE, title: str = "德州市2022年以工代赈培训台账") -> Any:
    return xlsx([[title], head, *rows])


@pytest.fixture(autouse=True)
def _divisions(db: None) -> None:
    load_divisions()


def attended() -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for a in TrainingAudience.objects.select_related("session"):
        found.setdefault(a.session.number, {})[a.audience] = a.attended
    return found


def test_one_row_for_each_audience(dezhou_officer: Actor) -> None:
    rows = [line(), line(audience="业主", attended=10, expected=10), line(audience="施工单位", attended=8, expected="-"),
            line(number="PX2022-2", county="", topic="部署会", attended=20, expected=20)]  # fmt: skip
    batch = committed(dezhou_officer, table(*rows), "training")
    assert (batch.rows_read, batch.rows_bad) == (4, 0)
    assert attended() == {"PX2022-1": {"government": 12, "owner": 10, "contractor": 8}, "PX2022-2": {"government": 20}}
    places = dict(TrainingSession.rows.values_list("number", "division_code"))
    assert places == {"PX2022-1": "371422000000", "PX2022-2": "371400000000"}
    assert TrainingSession.rows.get(number="PX2022-1").hours_x10 == 40
    assert FACT.aggregate(s=Sum("sessions"), t=Sum("person_times")) == {"s": 2, "t": 50}


def test_one_row_for_a_session_with_a_column_for_each_audience(dezhou_officer: Actor) -> None:
    head = [
        "培训编号",
        "县",
        "培训类型",
        "主题",
        "时间",
        "主办",
        "政府及部门",
        "项目业主",
        "施工单位",
        "务工群众",
        "合计",
    ]
    good = ["A-1", "宁津县", "政策", "政策解读", "2022年3月15日", "宁津县发展和改革局", 12, 10, 8, "-", 30]
    wrong = ["A-2", "宁津县", "政策", "政策解读", "2022年3月16日", "宁津县发展和改革局", 12, 10, 8, 0, 31]
    batch = checked(dezhou_officer, table(good, wrong, head=head), "training")
    errors = said(batch, "error")
    assert len(errors) == 1
    assert errors[0].startswith("4 ")
    assert "各类对象合计30人次，与总人次31不等" in errors[0]
    committed(dezhou_officer, table(good, head=head), "training", name="b.xlsx")
    assert attended() == {"A-1": {"government": 12, "owner": 10, "contractor": 8}}


def workbook(sessions: list[list[object]], signed: list[list[object]]) -> io.BytesIO:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    for name, rows in (
        ("培训台账", [BY_AUDIENCE, *sessions]),
        ("签到", [["培训编号", "姓名", "证件号", "考核结果", "签名"], *signed]),
    ):
        sheet = book.add_worksheet(name)
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if value is not None:
                    sheet.write(r, c, value)
    book.close()
    target.seek(0)
    return target


def skill(**changes: object) -> list[object]:
    return line(number="JN-1", code=CODE, kind="技能", audience="务工群众", topic="瓦工技能", expected=5, **changes)


def test_a_sheet_of_sign_ins_is_matched_to_the_registry(dezhou_officer: Actor) -> None:
    register_project(dezhou_officer, entry(code=CODE))
    known = people(2)
    signed = [["JN-1", f"演示{i}", identity(i), "合格"] for i in (1, 2, 3)]
    batch = committed(dezhou_officer, workbook([skill(attended=4)], signed), "training")
    assert attended() == {"JN-1": {"worker": 4}}
    assert sorted(TrainingAttendee.objects.values_list("worker_id", flat=True)) == known
    facts = list(FACT.order_by("id").values_list("sessions", "person_times", "worker_key"))
    assert facts == [(1, 2, None), (0, 1, known[0]), (0, 1, known[1])]
    remarks = " ".join(said(batch, "remark"))
    assert "没有登记过，只计人次，不计培训人数" in remarks
    assert "不在该项目的花名册中" in remarks
    assert "务工群众实到4人次，签到3人" in remarks
    assert identity(3) not in remarks


def test_sign_ins_alone_make_the_attendance(dezhou_officer: Actor) -> None:
    people(2)
    head = ["培训编号", "培训类型", "培训主题", "培训时间", "主办单位", "姓名", "证件号", "签名"]
    rows = [["JN-2", "安全", "安全操作", "2022-04-01", "演示公司", f"演示{i}", identity(i), ""] for i in (1, 2)]
    committed(dezhou_officer, table(*rows, head=head), "training")
    assert attended() == {"JN-2": {"worker": 2}}
    assert TrainingAttendee.objects.count() == 2


def test_wrong_numbers_and_double_sign_ins_are_errors(dezhou_officer: Actor) -> None:
    register_project(dezhou_officer, entry(code=CODE))
    bad = identity(1)[:-1] + ("0" if identity(1)[-1] != "0" else "1")
    signed = [["JN-1", "演示1", bad, ""], ["JN-1", "演示2", identity(2), ""], ["JN-1", "演示2", identity(2), ""]]
    batch = checked(dezhou_officer, workbook([skill(attended=4)], signed), "training")
    errors = said(batch, "error")
    assert any("证件号校验位不符" in e for e in errors)
    assert any("与第 3 行是同一人" in e for e in errors)
    assert all(bad not in e and identity(2) not in e for e in errors)


def test_rows_of_one_number_that_tell_different_things_are_errors(dezhou_officer: Actor) -> None:
    rows = [
        line(),
        line(audience="业主", day="2022.3.16"),
        line(kind="安全培训", audience="施工单位"),
        line(attended=1),
    ]
    errors = said(checked(dezhou_officer, table(*rows), "training"), "error")
    assert any(e.startswith("4 培训时间: 与第 3 行同一编号，培训时间不同") for e in errors)
    assert any(e.startswith("5 培训类型: 与第 3 行同一编号，培训类型不同") for e in errors)
    assert any("政府及部门的人次在第 3 行起的同一编号内出现两次" in e for e in errors)


def test_missing_type_unknown_project_foreign_county_and_used_number_are_named(dezhou_officer: Actor) -> None:
    committed(dezhou_officer, table(line()), "training")
    rows = [
        line(topic="另一场"),
        line(number="B-1", kind=""),
        line(number="B-2", code="2204-371422-04-01-999999"),
        line(number="B-3", county="费县"),
        line(number="B-4", audience=""),
    ]
    errors = " ".join(said(checked(dezhou_officer, table(*rows), "training", name="b.xlsx"), "error"))
    for reason in (
        "培训编号PX2022-1已经登记",
        "没有写明培训类型",
        "不在您的数据范围内的项目清单中",
        "费县不在您的数据范围内",
        "没有写明培训对象",
    ):
        assert reason in errors


def test_the_title_tells_which_county_of_one_name_is_meant(province_officer: Actor) -> None:
    file = table(line(county="市中区"), title="枣庄市2022年以工代赈培训台账")
    committed(province_officer, file, "training")
    assert TrainingSession.rows.get().division_code == "370402000000"


def test_an_import_is_taken_back_with_its_facts(dezhou_officer: Actor) -> None:
    batch = committed(dezhou_officer, table(line()), "training")
    intake.undo(dezhou_officer, batch.pk)
    assert TrainingSession.rows.count() == 0
    assert FACT.aggregate(t=Sum("person_times"))["t"] == 0
    committed(dezhou_officer, table(line()), "training")
    assert TrainingSession.rows.count() == 1
