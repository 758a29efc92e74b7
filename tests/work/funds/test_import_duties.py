"""表 I as offices write it: two head rows, merged cells, placeholders; gaps are said, wrong telephones refused by row."""

from __future__ import annotations

import pytest

from tests.build import bring, project_code
from tests.work.funds.plan_build import NINGJIN, offices, planned_project
from tests.work.projects.sheets import xlsx
from workrelief.base.intake import queries as intake_queries
from workrelief.base.intake import services as intake
from workrelief.kernel.errors import Conflict
from workrelief.work.funds import queries

pytestmark = pytest.mark.django_db
HEAD = [
    "序号", "项目代码", "项目名称", "项目（法人）单位", "项目责任人", "项目责任人电话", "日常监管直接责任单位", "监管责任人",
    "监管责任人电话", "确认日期", "备案日期",
]  # fmt: skip
TITLE = ["2022年以工代赈项目“两个责任”落实情况表", *[None] * 10]


@pytest.fixture
def who():
    return offices()


def row(n: int, **changes: object) -> list[object]:
    values: dict[str, object] = {
        "no": n, "code": project_code(NINGJIN, n), "name": "", "unit": "演示镇人民政府", "person": "演示责任人",
        "phone": "13900000000", "by": "演示县发展和改革局", "who": "演示监管人", "tel": "0534-5210000", "on": "2022-09-02",
        "filed": "2022/9/5",
    }  # fmt: skip
    return list((values | changes).values())


def said(who, rows: list[list[object]], level: str = "error") -> list[str]:
    batch = intake.upload(who.county, xlsx(rows), "两个责任.xlsx", "responsibility", options={})
    batch = intake.check(who.county, batch.pk)
    issues = intake_queries.issues(who.county.scope, batch.pk)
    return [f"{i.row}|{i.title}|{i.reason}|{i.remedy}" for i in issues if i.level == level]


def test_form_i_with_merged_units_and_a_total_row_comes_in_whole(who):
    ids = [planned_project(who.county, n) for n in (1, 2)]
    rows = [TITLE, HEAD, row(1), row(2, by=None, who="演示监管二", filed="-"), ["合计", *[None] * 10]]
    sheet = xlsx(rows, merges=[(2, 6, 3, 6), (0, 0, 0, 10)])
    batch = bring(who.county, "responsibility", sheet, "两个责任.xlsx")
    assert batch.report["notes"][0] == "已登记2个项目的两个责任。"
    first, second = queries.responsibilities(who.county.scope, ids)
    assert (first.missing, second.missing) == ((), ())
    assert first.duties.owner_confirmed_on == first.duties.supervisor_confirmed_on
    assert second.duties.supervisor_unit == "演示县发展和改革局"
    assert second.duties.filed_on is None
    with pytest.raises(Conflict, match="不能整批撤销"):
        intake.undo(who.county, batch.pk)


def test_wrong_rows_say_what_where_and_what_to_do_and_the_others_come_in(who):
    planned_project(who.county, 1)
    planned_project(who.county, 2)
    rows = [HEAD, row(1), row(1), row(2, phone="12345"), row(3), row(2, code="", name="（演示）没有的项目")]
    found = said(who, rows)
    assert [one.split("|")[0] for one in found] == ["3", "4", "5", "6"]
    assert "同一项目" in found[0]
    assert "不是有效的手机或固定电话" in found[1]
    assert "没有这个代码的项目" in found[2]
    assert "没有写明是哪个项目" in found[3]


def test_gaps_are_said_with_the_clause_and_stop_only_the_money(who):
    planned_project(who.county, 1)
    found = said(who, [HEAD, row(1, who="", tel="")], "remark")
    assert any("两个责任缺少" in one and "监管责任人" in one for one in found)
    batch = bring(who.county, "responsibility", xlsx([HEAD, row(1, who="", tel="")]), "两个责任.xlsx")
    assert "资金分解前须补齐（规则C05）" in batch.report["notes"][1]


def test_a_project_of_another_county_is_not_found(who):
    planned_project(who.other, 1, county="371426000000", code=project_code("371426000000", 1))
    found = said(who, [HEAD, row(1, code=project_code("371426000000", 1))])
    assert len(found) == 1
    assert "不在您的数据范围内" in found[0]
