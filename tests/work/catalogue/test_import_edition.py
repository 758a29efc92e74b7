"""A year's catalogue from a spreadsheet: the draft of its year, whole or not at all, taken back while untouched."""

from __future__ import annotations

import io
from datetime import date

import pytest

from tests.conftest import make_actor
from tests.work.projects.sheets import checked, committed, said, xlsx
from workrelief.base.access.permissions import Role
from workrelief.base.divisions.services import load_divisions
from workrelief.base.intake import services as intake
from workrelief.base.intake.models import RowIssue
from workrelief.kernel.errors import Conflict, NotPermitted, RuleViolated
from workrelief.work.catalogue import queries, services
from workrelief.work.catalogue.models import CatalogueEdition, LabourLink
from workrelief.work.catalogue.rules.words import DATA
from workrelief.work.catalogue.services import LinkChanges, NewQuota, NewRate

pytestmark = pytest.mark.django_db
HEAD = [
    "编号", "领域", "子领域", "建设任务", "用工环节", "适用工种", "技能等级", "阶段", "是否七大领域", "来源", "来源标记",
]  # fmt: skip
TITLE = ["2023年以工代赈指导目录", *[None] * 10]
REASON = "按处室意见"


def row(**changes: object) -> list[object]:
    values: dict[str, object] = {
        "code": None, "sector": "交通", "subfield": "农村公路", "task": "演示任务", "name": "演示环节", "trades": "普工、瓦工",
        "skill": "普工", "phase": "主体工程", "is_core": None, "source": "背景知识", "mark": None,
    }  # fmt: skip
    return list((values | changes).values())


GOOD = [
    row(),
    row(name="演示二", sector="通用", is_core="否", source="S74", mark="证"),
    row(name="演示三", sector="水利"),
]


@pytest.fixture
def province():
    load_divisions()
    return make_actor(Role.PROVINCE_OFFICER, "37")


def sheet(*rows: list[object]) -> io.BytesIO:
    return xlsx([TITLE, HEAD, *rows])


def errors(province, *rows: list[object], **options: str) -> list[str]:
    batch = checked(province, sheet(*rows), "catalogue", **options)
    found = RowIssue.rows.filter(batch=batch, level="error").order_by("row", "id")
    assert all(i.remedy for i in found)
    return [f"{i.row} {i.title}: {i.reason} → {i.remedy}" for i in found]


def test_a_sheet_becomes_the_draft_of_its_year(province):
    former = services.issue_edition(province, services.load_edition(province).pk)
    wall = former.links.get(code="TR023")
    kept = row(subfield=wall.subfield, task=wall.task, name=wall.name, trades="砌筑工，普工/小工", skill="普通工")
    given = row(code="tr900", name="演示四", source="《演示目录》", phase="主体")
    batch = committed(province, sheet(*GOOD, kept, given), "catalogue", name="目录.xlsx")

    edition = CatalogueEdition.objects.get(year=2023)
    assert (edition.state, edition.version, edition.note) == ("draft", 1, "由目录.xlsx导入")
    links = list(edition.links.order_by("id"))
    assert [one.name for one in links] == ["演示环节", "演示二", "演示三", wall.name, "演示四"]
    assert [one.code for one in links] == ["TR901", "G027", "WA031", "TR023", "TR900"]
    assert [(one.sector, one.sector_name, one.is_core) for one in links[:2]] == [
        ("transport", "交通", True),
        ("", "通用（各领域）", False),
    ]
    assert [one.mark for one in links] == ["背", "证", "背", "背", "证"]
    assert (links[3].trades, links[3].skill, links[4].phase) == ("砌筑工、普工、小工", "普工", "主体工程")
    assert batch.report["notes"][0].startswith("已形成 2023 年指导目录草稿，5 个用工环节，其中有公开来源（证）2 个")
    remarks = said(batch, "remark")
    assert any("《演示目录》”按公开来源（证）处理" in one for one in remarks)
    assert any("“普通工”按“普工”处理" in one for one in remarks)


def test_the_catalogue_that_comes_with_the_platform_comes_in_as_it_is(province):
    former = services.issue_edition(province, services.load_edition(province).pk)
    file = io.BytesIO((DATA / "catalogue-2022.csv").read_bytes())
    batch = committed(province, file, "catalogue", name="catalogue.csv", year="2023年")
    assert said(batch) == ["0 : 工作表“CSV”有未用到的列：sector_code（B 列）"]
    fields = (
        "code",
        "sector",
        "sector_name",
        "subfield",
        "task",
        "name",
        "trades",
        "skill",
        "phase",
        "is_core",
        "source_status",
    )
    edition = CatalogueEdition.objects.get(year=2023)
    assert list(edition.links.order_by("id").values_list(*fields)) == list(
        former.links.order_by("id").values_list(*fields)
    )
    assert not queries.compare(province.scope, former.pk, edition.pk).links


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sector": "航天"}, "领域: “航天”不在字典：通用（各领域）、交通、"),
        ({"skill": "专家"}, "技能等级: “专家”不在字典：普工、半熟练、技工"),
        ({"phase": "以后"}, "阶段: “以后”不在字典：附属临建、主体工程、工地服务、建后管护"),
        ({"is_core": "也许"}, "是否七大领域: “也许”不在字典：是、否"),
        ({"is_core": "否"}, "“交通”属于七大领域，与所填不符 → 改为“是”或留空"),
        ({"sector": "通用", "is_core": "是"}, "改为“否”或留空"),
        ({"mark": "核"}, "来源标记: “核”不在字典：证、背"),
        ({"source": None}, "来源: 没有写来源 → 有公开来源的写来源编号或名称，没有的填写背景知识"),
        ({"source": "证"}, "标“证”的没有写公开来源"),
        ({"source": None, "mark": "证"}, "标“证”的没有写公开来源"),
        ({"source": "待核"}, "“待核”不是来源"),
        ({"source": "S74", "mark": "背"}, "来源“S74”与标记“背”不一致"),
        ({"source": "背景知识", "mark": "证"}, "来源“背景知识”与标记“证”不一致"),
        ({"name": None}, "用工环节: 必填，未填写 → 补填后重新上传"),
        ({"task": None}, "建设任务: 必填，未填写"),
        ({"subfield": None}, "子领域: 必填，未填写"),
        ({"trades": None}, "适用工种: 必填，未填写"),
        ({"trades": "、"}, "“、”里没有工种"),
        ({"name": "长" * 61}, "文字过长"),
        ({"code": "WA001"}, "编号“WA001”不是交通的编号，应为 TR 加三位以上数字"),
        ({"code": "TR1234567"}, "不是交通的编号"),
    ],
)
def test_a_wrong_row_says_what_to_do(province, changes, reason):
    found = errors(province, row(name="演示好"), row(**changes))
    assert len(found) == 1
    assert found[0].startswith("4 ")
    assert reason in found[0]


def test_doubles_within_the_file_are_named(province):
    rows = [row(code="TR901"), row(name="演示 环节"), row(code="TR901", name="演示二"), row(task="演示另一任务")]
    found = errors(province, *rows)
    assert len(found) == 2
    assert found[0].startswith("4 用工环节: 与第 3 行是同一建设任务下的同名环节")
    assert found[1].startswith("5 编号: 编号与第 3 行重复")


def test_a_mark_may_stand_before_the_source_or_alone(province):
    rows = [row(source="证：S43"), row(name="演示二", source="背"), row(name="演示三", source=None, mark="背")]
    committed(province, sheet(*rows), "catalogue")
    stored = LabourLink.objects.filter(edition__year=2023).order_by("id")
    assert [(one.source_status, one.mark) for one in stored] == [("S43", "证"), ("背景知识", "背"), ("背景知识", "背")]


def test_a_reused_code_is_remarked(province):
    services.load_edition(province)
    batch = checked(province, sheet(row(code="TR023")), "catalogue")
    assert any("编号TR023上一版是“" in one for one in said(batch, "remark"))


def test_the_year_comes_from_the_option_or_the_title(province):
    no_title = [HEAD, row()]
    missing = checked(province, xlsx(no_title), "catalogue")
    assert any("没有写明目录年度" in one for one in said(missing, "error"))
    with pytest.raises(RuleViolated, match="上传时填写年度"):
        intake.commit(province, missing.pk)
    wrong = checked(province, xlsx([HEAD, row(name="演示二")]), "catalogue", year="今年")
    assert any("没有写明目录年度" in one for one in said(wrong, "error"))
    early = checked(province, sheet(row()), "catalogue", year="2019")
    assert any("不能是 2019" in one for one in said(early, "error"))
    committed(province, sheet(row()), "catalogue", year="2024")
    assert CatalogueEdition.objects.get().year == 2024


def test_all_rows_or_none(province):
    batch = checked(province, sheet(*GOOD, row(name="演示四", skill="专家")), "catalogue")
    with pytest.raises(RuleViolated, match="1 行存在错误"):
        intake.commit(province, batch.pk)
    assert CatalogueEdition.objects.count() == 0


def test_a_second_import_is_refused_while_the_draft_holds_links_and_after_it_is_issued(province):
    committed(province, sheet(*GOOD), "catalogue")
    second = checked(province, sheet(row(name="演示另一份")), "catalogue")
    assert any("已有草稿，且草稿内已有用工环节" in one for one in said(second, "error"))
    with pytest.raises(RuleViolated, match="在草稿上修改"):
        intake.commit(province, second.pk)
    services.issue_edition(province, CatalogueEdition.objects.get().pk)
    third = checked(province, sheet(row(name="演示第三份")), "catalogue")
    assert any("2023 年指导目录已印发" in one for one in said(third, "error"))
    with pytest.raises(RuleViolated, match="复制为新的草稿"):
        intake.commit(province, third.pk)
    with pytest.raises(Conflict, match="已印发"):
        services.import_edition(province, 2023, [])
    assert LabourLink.objects.count() == 3


def test_an_empty_draft_is_filled_and_left_empty_again(province):
    committed(province, sheet(row()), "catalogue", year="2023")
    edition = CatalogueEdition.objects.get()
    services.drop_link(province, edition.links.get().pk, reason=REASON)
    batch = committed(province, sheet(*GOOD), "catalogue")
    assert CatalogueEdition.objects.get().links.count() == 3
    assert "TR001" not in edition.links.values_list("code", flat=True)
    intake.undo(province, batch.pk)
    assert CatalogueEdition.objects.get().links.count() == 0


def test_an_untouched_draft_is_taken_back_and_may_be_brought_again(province):
    batch = committed(province, sheet(*GOOD), "catalogue")
    assert intake.undo(province, batch.pk).state == "undone"
    assert (CatalogueEdition.objects.count(), LabourLink.objects.count()) == (0, 0)
    committed(province, sheet(*GOOD), "catalogue")
    assert LabourLink.objects.count() == 3


def _edit(who, edition):
    services.edit_link(who, edition.links.first().pk, LinkChanges(skill="技工"), reason=REASON)


def _give_quota(who, edition):
    new = NewQuota(unit="m³", days_x100=95, valid_from=date(2023, 1, 1), mark="核")
    services.set_quota(who, edition.links.first().pk, new, reason=REASON)


def _give_rate(who, edition):
    new = NewRate(trade="普工", division="37", day_fen=150_00, valid_from=date(2023, 1, 1), source="演示", mark="核")
    services.set_rate(who, edition.pk, new, reason=REASON)


def _drop(who, edition):
    services.drop_link(who, edition.links.first().pk, reason=REASON)


@pytest.mark.parametrize("touch", [_edit, _give_quota, _give_rate, _drop])
def test_a_draft_changed_since_stays(province, touch):
    batch = committed(province, sheet(*GOOD), "catalogue")
    edition = CatalogueEdition.objects.get()
    touch(province, edition)
    before = edition.links.count()
    with pytest.raises(Conflict, match="已有修改"):
        intake.undo(province, batch.pk)
    assert edition.links.count() == before


def test_an_issued_edition_stays(province):
    batch = committed(province, sheet(*GOOD), "catalogue")
    services.issue_edition(province, CatalogueEdition.objects.get().pk)
    with pytest.raises(Conflict, match="已印发，不能撤销导入"):
        intake.undo(province, batch.pk)


def test_only_the_province_brings_a_catalogue(province):
    with pytest.raises(NotPermitted):
        intake.upload(make_actor(Role.COUNTY_OFFICER, "371422"), sheet(*GOOD), "目录.xlsx", "catalogue", options={})
