"""Importing published projects: every odd number is understood with a remark or refused by name."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest

from tests.conftest import make_actor
from tests.work.projects.build import WAN
from tests.work.projects.sheets import PUBLISHED, checked, committed, said
from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import Role
from workrelief.base.divisions.services import load_divisions
from workrelief.kernel.loose_number import parse_loose
from workrelief.work.projects.models import FundSource, Project, ProjectYear

pytestmark = pytest.mark.django_db

HEAD = "省,地区与项目,计划年度,资金类型,总投资_万元,中央或上级资金_万元,计划劳务报酬_万元,报道或承诺比例_%,计划或实际务工_人,培训_人,公益岗_个,建设方式,来源"


@pytest.fixture(autouse=True)
def _divisions(db: None) -> None:
    load_divisions()


@pytest.fixture
def other_provinces() -> Actor:
    """A post for the whole nation, as a scratch database for published projects of other provinces has it."""
    return make_actor(Role.PROVINCE_OFFICER, "")


def published() -> io.BytesIO:
    return io.BytesIO((PUBLISHED / "county_projects_sample.csv").read_bytes())


def one(*lines: str) -> io.BytesIO:
    return io.BytesIO("\n".join([HEAD, *lines]).encode("utf-8-sig"))


def test_seven_of_the_eight_published_projects_are_taken_over_as_printed(other_provinces: Actor) -> None:
    batch = committed(other_provinces, published(), "published_projects", name="county_projects_sample.csv")
    assert (batch.rows_read, batch.rows_bad) == (8, 1)
    rows = {p.name: p for p in Project.rows.all()}
    wulong = rows["武隆区桐梓镇双凤村片区"]
    assert (wulong.investment_fen, wulong.division_code) == (67_472 * 10_000, "500000000000")
    funds = {f.fund_type: f.planned_fen for f in FundSource.objects.filter(project=wulong)}
    assert funds == {"central_budget": 64_072 * 10_000, "other": 3_400 * 10_000}
    hubei = rows["某县高某镇广济堂村2026年村庄整治提升"]
    assert (hubei.planned_workers, hubei.planned_training, hubei.planned_pay_fen) == (117, 117, 186 * WAN)
    assert "计划年度2025第四批" in hubei.remark
    assert ProjectYear.objects.get(project=hubei).year == 2025
    assert "报道或承诺比例（%）不少于15" in rows["南江县大河镇孙家山村2021示范工程"].remark
    assert all("来源：http" in p.remark for p in rows.values())


def test_what_was_assumed_is_said_row_by_row(other_provinces: Actor) -> None:
    batch = checked(other_provinces, published(), "published_projects", name="county_projects_sample.csv")
    remarks = said(batch, "remark")
    assert any("“≥15”按“不少于15”理解" in r and r.startswith("6 ") for r in remarks)
    assert sum("没有公布总投资，按已公布的上级资金登记" in r for r in remarks) == 3
    assert said(batch, "error") == ["8 地区与项目: 是几个项目的合计，不是一个项目"]


def test_officers_of_this_province_cannot_take_over_another_ones(province_officer: Actor) -> None:
    batch = checked(province_officer, published(), "published_projects", name="county_projects_sample.csv")
    assert batch.rows_good == 0
    assert "湖北不在您的数据范围内" in " ".join(said(batch, "error"))


def test_about_is_used_and_bounds_are_not(other_provinces: Actor) -> None:
    file = one(
        "四川,甲村道路,2024,中央衔接资金,约450,400,已发100,25,约4000,≥80,,,某报",
        "四川,乙村道路,2024,中央衔接资金,450,400,,,120-300,,,,某报",
    )
    batch = committed(other_provinces, file, "published_projects", name="a.csv")
    first, second = Project.rows.order_by("id")
    assert (first.investment_fen, first.planned_workers, first.planned_training) == (450 * WAN, 4000, 0)
    assert first.planned_pay_fen == 100 * WAN
    assert second.planned_workers == 0
    remarks = " ".join(said(batch, "remark"))
    assert "“约4000”按“约4000”理解" in remarks
    assert "“≥80”按“不少于80”理解，不是确定的数，按未公布处理" in remarks
    assert "“120-300”按“120至300”理解，不是确定的数，按未公布处理" in remarks
    assert "“已发100”按“100”理解" in remarks


def test_a_form_nobody_knows_is_refused_by_name(other_provinces: Actor) -> None:
    lines = [
        "四川,甲村道路,2024,中央衔接资金,四百多,400,,,,,,,某报",
        "四川,乙村道路,近年,专款,450,460,,,,,,,某报",
        "蜀国,丙村道路,2024,省预算内,,,,,,,,,某报",
    ]
    errors = " ".join(said(checked(other_provinces, one(*lines), "published_projects", name="a.csv"), "error"))
    for reason in ("“四百多”不是能识别的数字写法", "“近年”没有以年份开头", "没有名为“专款”的资金类型", "上级资金大于总投资",
                   "没有名为“蜀国”的省", "总投资和上级资金都没有公布"):  # fmt: skip
        assert reason in errors


def test_a_published_share_that_does_not_fit_its_amounts_is_remarked(other_provinces: Actor) -> None:
    batch = checked(
        other_provinces,
        one("四川,甲村道路,2024,中央衔接资金,450,400,100,40,,,,,某报"),
        "published_projects",
        name="a.csv",
    )
    assert any("公布的比例40与劳务报酬÷上级资金的25.00%不一致" in r for r in said(batch, "remark"))


def test_a_project_of_this_province_finds_its_county(province_officer: Actor) -> None:
    committed(
        province_officer,
        one("山东,费县演示镇道路,2024,省预算内,450,400,,,,,,,某报"),
        "published_projects",
        name="a.csv",
    )
    assert Project.rows.get().division_code == "371325000000"


@pytest.mark.parametrize(
    ("name", "column"), [("shandong_province_published.csv", "数值"), ("wage_rates_published.csv", "工价")]
)
def test_every_published_number_is_understood(name: str, column: str) -> None:
    with (PUBLISHED / name).open(encoding="utf-8-sig", newline="") as handle:
        numbers = [parse_loose(row[column]) for row in csv.DictReader(handle)]
    assert numbers
    assert all(n is not None for n in numbers)
    kinds = {n.text: (n.kind, n.low, n.high) for n in numbers if n and not n.is_exact}
    expected = {
        "shandong_province_published.csv": {
            "9→18": ("change", Decimal(9), Decimal(18)),
            "1000余": ("more_than", Decimal(1000), None),
        },
        "wage_rates_published.csv": {
            "约200": ("about", Decimal(200), Decimal(200)),
            "100多": ("more_than", Decimal(100), None),
            "120-300": ("range", Decimal(120), Decimal(300)),
            "4000多": ("more_than", Decimal(4000), None),
            "5000-6000": ("range", Decimal(5000), Decimal(6000)),
            "30-150": ("range", Decimal(30), Decimal(150)),
        },
    }
    assert kinds == expected[name]
