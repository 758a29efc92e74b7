"""What a pay file is told about its lines, and which lines stay out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest

from tests.work.payroll.build import CODE, HEADS, OTHER_CODE, identity, line, person, project, workbook
from workrelief.base.access.actor import Actor
from workrelief.base.intake import services
from workrelief.base.intake.models import ImportBatch, RowIssue
from workrelief.kernel.errors import RuleViolated
from workrelief.work.payroll.models import PayLine, PaySheet

pytestmark = pytest.mark.django_db
WRONG = identity(1)[:17] + ("0" if identity(1)[17] != "0" else "1")


def issues(batch: ImportBatch, level: str = "error") -> list[tuple[int, str, str]]:
    """(row, rule, title) in order of the file."""
    found = RowIssue.rows.filter(batch=batch, level=level).order_by("row", "id")
    return [(i.row, i.rule_id, i.title) for i in found]


def reasons(batch: ImportBatch, rule: str) -> str:
    return "\n".join(RowIssue.rows.filter(batch=batch, rule_id=rule).values_list("reason", flat=True))


@pytest.mark.parametrize(("changes", "rule", "title"), [
    ({"应发（元）": 3100, "实发（元）": 3100}, "F13", "应发（元）"),
    ({"实发（元）": 2900}, "F13", "应发（元）"),
    ({"出工天数": 32, "计酬数量": 32, "应发（元）": 4800, "实发（元）": 4800}, "F14", "出工天数"),
    ({"户名": "演示别人"}, "F08a", "户名"),
    ({"单价（元）": 50, "应发（元）": 1000, "实发（元）": 1000}, "F06a", "单价（元）"),
    ({"证件号": WRONG}, "N04", "证件号"),
    ({"证件号": identity(1, born="20220101")}, "E07a", "证件号"),
    ({"发放日期": date(2099, 1, 1)}, "", "发放日期"),
    ({"发放日期": ""}, "Q03", "发放日期"),
    ({"应发（元）": "约3000"}, "", "应发（元）"),
    ({"姓名": ""}, "", "姓名"),
    ({"支付方式": "实物"}, "", "支付方式"),
    ({"是否补发": "√"}, "", "补发月份"),
    ({"项目代码": "2204-371422-04-01-999999"}, "", "项目代码"),
])  # fmt: skip
def test_a_bad_line_is_named_and_left_out_while_the_others_go_in(
    bring: Callable[..., ImportBatch], ningjin_officer: Actor, changes: dict[str, object], rule: str, title: str
) -> None:
    project()
    batch = bring(workbook([line(2), line(3, **changes), line(4)]))
    assert (3, rule, title) in issues(batch)
    assert {row for row, _, _ in issues(batch)} == {3}
    batch = services.commit(ningjin_officer, batch.pk)
    assert (batch.rows_good, batch.rows_bad, batch.report["totals"]["lines"]) == (2, 1, 2)
    assert PaySheet.rows.get().due_fen == 600_000


@pytest.mark.parametrize(("changes", "rule"), [
    ({"发放日期": date(2022, 9, 1)}, "F07"),
    ({"支付方式": "现金", "户名": "", "卡号": ""}, "F08b"),
    ({"所属月份": "2022-02", "发放日期": date(2022, 3, 1)}, "F19"),
    ({"代扣代缴及扣除（元）": 50, "实发（元）": 2950}, "Q03"),
])  # fmt: skip
def test_a_line_to_look_at_goes_in_with_a_remark(
    bring: Callable[..., ImportBatch], ningjin_officer: Actor, changes: dict[str, object], rule: str
) -> None:
    project()
    batch = bring(workbook([line(2, **changes)]))
    assert not issues(batch)
    assert rule in {r for _, r, _ in issues(batch, "remark")}
    assert services.commit(ningjin_officer, batch.pk).rows_good == 1


def test_one_person_twice_in_one_project_and_month_is_refused_by_naming_the_first_row(
    bring: Callable[..., ImportBatch],
) -> None:
    project()
    batch = bring(workbook([line(2), line(3), line(2)]))
    assert issues(batch) == [(4, "F27", "证件号")]
    assert "第 2 行" in reasons(batch, "F27")


def test_the_same_person_may_work_in_two_projects_and_months_and_too_many_days_are_said(
    bring: Callable[..., ImportBatch], ningjin_officer: Actor
) -> None:
    project()
    project(OTHER_CODE, name="演示镇二期工程")
    batch = bring(workbook([line(2), line(2, 项目代码=OTHER_CODE), line(2, 所属月份="2022-08")]))
    assert not issues(batch)
    assert "40 天" in reasons(batch, "F15")
    assert "379900" in reasons(batch, "F15")
    assert identity(2) not in reasons(batch, "F15")
    services.commit(ningjin_officer, batch.pk)
    assert PaySheet.rows.count() == 3


def test_days_are_compared_with_sheets_that_stand_already(
    bring: Callable[..., ImportBatch], ningjin_officer: Actor
) -> None:
    project()
    project(OTHER_CODE, name="演示镇二期工程")
    services.commit(ningjin_officer, bring(workbook([line(2)])).pk)
    batch = bring(workbook([line(2, 项目代码=OTHER_CODE)]))
    assert "40 天" in reasons(batch, "F15")


def test_a_second_sheet_of_a_project_and_month_is_refused_unless_it_is_back_pay(
    bring: Callable[..., ImportBatch], ningjin_officer: Actor
) -> None:
    project()
    first = services.commit(ningjin_officer, bring(workbook([line(2)])).pk)
    batch = bring(workbook([line(3)]))
    assert [r for r, _, _ in issues(batch)] == [2]
    assert f"第 {first.pk} 批" in RowIssue.rows.get(batch=batch, level="error").reason
    back = {
        "是否补发": "√",
        "补发月份": "2022-07",
        "所属月份": "2022-09",
        "发放日期": date(2022, 10, 10),
        "出工天数": 0,
        "计酬数量": 2,
        "应发（元）": 300,
        "实发（元）": 300,
    }
    batch = bring(workbook([line(2, **back)]))
    assert not issues(batch)
    services.commit(ningjin_officer, batch.pk)
    assert list(PaySheet.rows.order_by("id").values_list("month", "issue_no")) == [(202207, 1), (202207, 2)]


def test_a_sheet_with_deductions_taken_off_first_is_understood_as_a_whole(
    bring: Callable[..., ImportBatch], ningjin_officer: Actor
) -> None:
    project()
    net = {"代扣代缴及扣除（元）": 50, "扣除项目": "预支", "应发（元）": 2950, "实发（元）": 2950}
    batch = bring(workbook([line(2, **net), line(3), line(4, **net)]))
    assert not issues(batch)
    assert "先减扣款" in reasons(batch, "F13")
    services.commit(ningjin_officer, batch.pk)
    sheet = PaySheet.rows.get()
    assert (sheet.due_rule, sheet.due_fen, sheet.paid_fen) == ("net", 900_000, 890_000)
    assert set(PayLine.objects.values_list("due_fen", "deducted_fen", "paid_fen")) == {
        (300_000, 5_000, 295_000),
        (300_000, 0, 300_000),
    }


def test_a_sheet_mixing_both_ways_is_refused_and_the_rarer_lines_are_named(
    bring: Callable[..., ImportBatch], ningjin_officer: Actor
) -> None:
    project()
    net = {"代扣代缴及扣除（元）": 50, "扣除项目": "预支", "应发（元）": 2950, "实发（元）": 2950}
    gross = {"代扣代缴及扣除（元）": 50, "扣除项目": "预支", "应发（元）": 3000, "实发（元）": 2950}
    batch = bring(workbook([line(2, **gross), line(3, **net), line(4, **gross)]))
    assert [(row, rule) for row, rule, _ in issues(batch)] == [(0, "F13"), (3, "F13")]
    with pytest.raises(RuleViolated, match="混用两种应发算法"):
        services.commit(ningjin_officer, batch.pk)
    assert not PaySheet.rows.exists()


def test_a_foreign_project_is_as_unknown_as_a_missing_one(
    bring: Callable[..., ImportBatch], feixian_officer: Actor
) -> None:
    project()
    batch = bring(workbook([line(2)]), actor=feixian_officer)
    missing = bring(workbook([line(3, 项目代码="2204-371325-04-01-000000")]), actor=feixian_officer)
    assert (
        RowIssue.rows.get(batch=batch, level="error").reason == RowIssue.rows.get(batch=missing, level="error").reason
    )


def test_a_project_without_a_code_is_found_by_name_in_the_own_county(
    bring: Callable[..., ImportBatch], ningjin_officer: Actor
) -> None:
    project("", name="演示镇水利工程")
    heads = ("项目名称", *HEADS)
    batch = bring(workbook([line(2, 项目代码="", 项目名称="演示镇水利工程"), line(3, 项目代码="")], heads=heads))
    assert [row for row, _, _ in issues(batch)] == [3]
    assert services.commit(ningjin_officer, batch.pk).rows_good == 1


def test_a_name_other_than_the_registered_one_is_refused_without_telling_it(
    bring: Callable[..., ImportBatch], ningjin_officer: Actor
) -> None:
    project()
    services.commit(ningjin_officer, bring(workbook([line(2)])).pk)
    batch = bring(workbook([line(2, 所属月份="2022-08", 姓名="演示新名", 户名="演示新名")]))
    assert issues(batch) == [(2, "E05", "姓名")]
    assert person(2) not in reasons(batch, "E05")


def test_after_the_gates_nobody_is_paid_who_is_not_on_the_roster(
    bring: Callable[..., ImportBatch], travel: Callable[[datetime], None]
) -> None:
    from workrelief.kernel.clock import CHINA

    travel(datetime(2027, 3, 1, tzinfo=CHINA))
    project()
    later = {"所属月份": "2027-01", "发放日期": date(2027, 2, 10)}
    batch = bring(workbook([line(2, **later), line(3, **later, 银行流水号=""), line(4, **later, 联系方式="")]))
    found = issues(batch)
    assert {(row, rule) for row, rule, _ in found} == {(2, "E03"), (3, "E03"), (3, "Q03"), (4, "E03"), (4, "Q03")}


def test_before_the_gates_the_history_is_taken_and_the_file_says_so(bring: Callable[..., ImportBatch]) -> None:
    project()
    batch = bring(workbook([line(2), line(3)]))
    assert not issues(batch)
    assert "历史数据未核流程：2 行" in reasons(batch, "E03")


def test_statutory_columns_must_be_there(bring: Callable[..., ImportBatch]) -> None:
    project()
    batch = bring(
        workbook([line(2)], heads=[h for h in HEADS if h not in ("代扣代缴及扣除（元）", "签名", "联系方式")])
    )
    assert batch.state == "failed"
    for title in ("代扣代缴及扣除", "签名", "联系方式"):
        assert title in batch.message


def test_one_card_for_two_persons_is_said(bring: Callable[..., ImportBatch]) -> None:
    project()
    batch = bring(workbook([line(2), line(3, 卡号=line(2)["卡号"])]))
    assert not issues(batch)
    assert (3, "F16", "卡号") in issues(batch, "remark")
    assert "****" in RowIssue.rows.get(batch=batch, rule_id="F16").value


def test_private_numbers_do_not_stand_in_issues(bring: Callable[..., ImportBatch]) -> None:
    project()
    batch = bring(workbook([line(2, 证件号=WRONG), line(3), line(3)]))
    said = " ".join(f"{i.value}{i.reason}" for i in RowIssue.rows.filter(batch=batch))
    assert WRONG not in said
    assert identity(3) not in said


def test_a_file_of_two_workbook_sheets_keeps_their_rows_apart(
    bring: Callable[..., ImportBatch], ningjin_officer: Actor
) -> None:
    project()
    project(OTHER_CODE, name="演示镇二期工程")
    batch = bring(
        workbook(
            {
                "一期": [line(2), line(3)],
                "二期": [line(2, 项目代码=OTHER_CODE, 户名="演示别人"), line(4, 项目代码=OTHER_CODE)],
            }
        )
    )
    found = RowIssue.rows.filter(batch=batch, level="error")
    assert [(i.sheet, i.row, i.rule_id) for i in found] == [("二期", 2, "F08a")]
    services.commit(ningjin_officer, batch.pk)
    assert sorted(PaySheet.rows.values_list("lines_count", flat=True)) == [1, 2]
    assert PaySheet.rows.filter(project__code=CODE).get().lines_count == 2
