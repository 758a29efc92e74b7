"""A decomposition as a spreadsheet: understood row by row, balanced to the fen, a draft until a second person checks it."""

from __future__ import annotations

import pytest

from tests.build import bring, project_code, workbook
from tests.work.funds.plan_build import (
    DEZHOU,
    NINGJIN,
    TARGETS,
    TO_CITY,
    TO_COUNTY,
    TO_PROJECT,
    WAN,
    a_batch,
    a_root,
    issued,
    issued_fen,
    lump,
    offices,
    pass_on,
    planned_project,
    responsible,
    reviewed,
)  # fmt: skip
from workrelief.base.intake import queries as intake_queries
from workrelief.base.intake import services as intake
from workrelief.base.intake.importer import template_spec
from workrelief.kernel.errors import Conflict
from workrelief.work.funds import services
from workrelief.work.funds.models import PlanDocument, PlanLine
from workrelief.work.funds.rules.targets import TARGETS as ALL
from workrelief.work.funds.rules.targets import target_text

pytestmark = pytest.mark.django_db
HEAD = ["年度", "资金类型", "批次", "市县", "项目代码", "项目名称", "本次下达（万元）", *(t.label for t in ALL)]
GIVEN = [target_text(t, TARGETS[t.id]) for t in ALL]


def line(
    number: int | None, amount: object, *, place: str = "", kind: str = "中央预算内", name: str = ""
) -> list[object]:
    code = project_code(NINGJIN, number) if number else ""
    return [2022, kind, 1, place, code, name, amount, *GIVEN]


@pytest.fixture
def who():
    return offices()


def at_county(who, amounts: dict[int, int]) -> PlanDocument:
    """Money that waits at the county: the batch, its reviewed projects, and the documents above."""
    batch = a_batch(who)
    reviewed(who, batch, amounts)
    total = sum(amounts.values())
    province = pass_on(who.province, a_root(who, batch, total), [lump(DEZHOU, total)], TO_CITY, no="鲁1")
    return pass_on(who.city, province, [lump(NINGJIN, total)], TO_COUNTY, no="德1")


def problems(who, rows: list[list[object]], actor=None) -> list[str]:
    actor = actor or who.county
    batch = intake.upload(actor, workbook([HEAD, *rows]), "分解表.xlsx", "fund_plan", options={})
    batch = intake.check(actor, batch.pk)
    return [
        f"{i.row}|{i.title}|{i.reason}|{i.remedy}"
        for i in intake_queries.issues(actor.scope, batch.pk)
        if i.level == "error"
    ]


def test_a_sheet_becomes_the_offices_draft_and_goes_its_way(who):
    ids = [planned_project(who.county, n) for n in (1, 2)]
    at_county(who, dict.fromkeys(ids, 100 * WAN))
    rows = [line(1, 100), line(2, "100.000000万元")]
    batch = bring(who.county, "fund_plan", workbook([HEAD, *rows]), "分解表.xlsx")
    draft = PlanDocument.rows.get(import_batch=batch.pk)
    assert (draft.state, draft.level) == ("draft", "county")
    assert list(PlanLine.rows.filter(document=draft).values_list("amount_fen", flat=True)) == [100 * WAN] * 2
    assert PlanLine.rows.filter(document=draft).first().targets == TARGETS
    assert issued_fen(who.county, ids[0]) == 0
    responsible(who.county, ids)
    issued(who.county, draft, TO_PROJECT, no="宁1")
    assert issued_fen(who.county, ids[0]) == 100 * WAN
    with pytest.raises(Conflict, match="不能撤销导入"):
        services.discard_import(who.county, batch.pk)


def test_rows_without_targets_take_those_the_county_applied_with(who):
    ids = [planned_project(who.county, n) for n in (1, 2)]
    at_county(who, dict.fromkeys(ids, 100 * WAN))
    bare = [line(n, 100)[: -len(ALL)] + [""] * len(ALL) for n in (1, 2)]
    batch = bring(who.county, "fund_plan", workbook([HEAD, *bare]), "分解表.xlsx")
    assert "2个项目没有填写绩效目标" in batch.report["notes"][1]
    draft = PlanDocument.rows.get(import_batch=batch.pk)
    assert [one.targets for one in PlanLine.rows.filter(document=draft)] == [TARGETS, TARGETS]


def test_a_draft_from_a_sheet_can_be_undone(who):
    at_county(who, {planned_project(who.county, 1): 100 * WAN})
    batch = bring(who.county, "fund_plan", workbook([HEAD, line(1, 100)]), "分解表.xlsx")
    assert services.discard_import(who.county, batch.pk) == 1
    assert not PlanDocument.rows.filter(import_batch=batch.pk).exists()


def test_a_fen_too_little_is_named_with_the_line_above(who):
    at_county(who, {planned_project(who.county, 1): 100 * WAN})
    (said,) = problems(who, [line(1, "99.999999")])
    assert "第1行（宁津县）" in said
    assert "少分0.01元" in said
    assert "分毫不差" in said


def test_bad_rows_say_what_where_and_what_to_do(who):
    at_county(who, {planned_project(who.county, 1): 100 * WAN})
    rows = [
        line(9, 10),
        line(None, 10),
        line(None, 10, place="没有县"),
        line(1, 0),
        line(1, "约100"),
        line(1, 10, kind="省级"),
    ]
    rows[0][-1] = "很少"
    said = problems(who, rows)
    for row, words in (
        (2, "没有登记这个项目"), (2, "不是一个数"), (3, "既没有项目也没有市县"), (4, "没有名为“没有县”的市、县"),
        (5, "下达金额为0"), (7, "不是同一年度、资金类型和批次"),
    ):  # fmt: skip
        assert any(one.startswith(f"{row}|") and words in one for one in said), (row, words, said)
    assert any(one.startswith("6|") for one in said)
    assert all(one.rsplit("|", 1)[1] for one in said)


def test_without_a_batch_or_money_the_sheet_is_refused(who):
    planned_project(who.county, 1)
    assert any("没有建立2022年中央预算内投资第1批" in one for one in problems(who, [line(1, 10)]))
    a_batch(who)
    assert any("没有下达给本单位" in one for one in problems(who, [line(1, 10)]))


def test_the_province_imports_lumps_for_cities(who):
    a_root(who, a_batch(who), 150 * WAN)
    rows = [line(None, 100, place="德州市"), line(None, "0.005亿元", place="临沂市")]
    bring(who.province, "fund_plan", workbook([HEAD, *rows]), "分解表.xlsx")
    assert sorted(PlanLine.rows.filter(document__level="province").values_list("division_code", "amount_fen")) == [
        ("371300000000", 50 * WAN), (DEZHOU, 100 * WAN),
    ]  # fmt: skip


def test_the_template_names_all_columns():
    titles = [c.title for c in template_spec("fund_plan").columns]
    assert titles[:3] == ["年度", "资金类型", "批次"]
    assert {t.label for t in ALL} <= set(titles)
