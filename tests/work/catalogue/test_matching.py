"""Lines find their labour links, deterministically and fast; fees and unknown words do not."""

from __future__ import annotations

import csv
from datetime import date

import pytest

from workrelief.work.catalogue.rules import estimate
from workrelief.work.catalogue.rules.bill import BillLine
from workrelief.work.catalogue.rules.matching import LinkText, Matcher
from workrelief.work.catalogue.rules.units import UNITS
from workrelief.work.catalogue.rules.words import DATA, dictionary
from workrelief.work.catalogue.services import SECTORS


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


LINKS = _rows("catalogue-2022.csv")
NAMES = {row["catalogue_id"]: row["labour_link"] for row in LINKS}


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(
        [
            LinkText(
                r["catalogue_id"], SECTORS[r["sector_code"]], r["labour_link"], r["construction_task"], r["subfield"], r["typical_trades"],
            )
            for r in LINKS
        ]
    )  # fmt: skip


def test_every_link_is_found_by_its_own_name(matcher: Matcher):
    missed = []
    for row in LINKS:
        found = matcher.match(BillLine(1, row["labour_link"]), sector=SECTORS[row["sector_code"]], most=8)
        if row["catalogue_id"] not in [p.code for p in found.proposals]:
            missed.append(row["labour_link"])
    assert missed == []


@pytest.mark.parametrize(
    ("line", "sector", "code"),
    [
        ("清表", "transport", "TR009"),
        ("路基整平", "transport", "TR017"),
        ("M7.5浆砌片石挡墙", "transport", "TR023"),
        ("C25砼现浇边沟", "transport", "TR021"),
        ("沟槽土方开挖及夯填", "water", "WA010"),
        ("栽植国槐", "ecology", "EC003"),
        ("砖砌窨井", "agriculture", "AG018"),
        ("透水砖铺装", "urban", "UR004"),
        ("河道疏浚", "water", "WA017"),
        ("钢筋制安", "", "G016"),
        ("支模", "", "G015"),
        ("宾格石笼填装", "water", "WA014"),
    ],
)
def test_words_of_bills_find_their_link(matcher: Matcher, line: str, sector: str, code: str):
    best = matcher.match(BillLine(1, line), sector=sector).best
    assert best is not None
    assert (best.code, NAMES[best.code]) == (code, NAMES[code])
    assert all(word in line for word in best.words)


def test_fees_purchases_and_unknown_words_are_not_matched(matcher: Matcher):
    assert "费用或购置" in matcher.match(BillLine(1, "工程监理费")).reason
    assert "费用或购置" in matcher.match(BillLine(1, "水泵设备采购安装")).reason
    assert matcher.match(BillLine(1, "安全文明施工费（含扬尘）")).reason == "“安全文明施工费”是费用或购置，不是用工内容"
    assert matcher.match(BillLine(1, "免费公园绿化栽植")).best is not None, "费 inside a name is no fee"
    nothing = matcher.match(BillLine(1, "甲供物资"))
    assert nothing.best is None
    assert nothing.reason


def test_a_heading_or_remark_alone_makes_no_match_but_machine_work_is_named(matcher: Matcher):
    assert matcher.match(BillLine(1, "其他", part="挡土墙砌筑")).best is None
    assert matcher.match(BillLine(1, "路基土方开挖", remark="挖掘机配合")).machine == ("挖掘机",)
    assert matcher.match(BillLine(1, "挖一般土方")).best is not None, "the name the national list of works gives it"


def test_the_sector_of_the_project_decides_among_equals(matcher: Matcher):
    line = BillLine(1, "管沟开挖回填")
    assert matcher.match(line, sector="urban").best.code.startswith("UR")
    assert matcher.match(line, sector="water").best.code.startswith("WA")


def test_five_hundred_lines_always_say_the_same(matcher: Matcher):
    names = [f"第{n}段{NAMES[code]}，人工配合" for n, code in enumerate([*NAMES] * 3)][:500]
    assert len(names) == 500
    first = [matcher.match(BillLine(n, name)) for n, name in enumerate(names)]
    assert first == [matcher.match(BillLine(n, name)) for n, name in enumerate(names)]


def test_words_are_found_longest_first_with_their_places():
    text = "人工开挖管沟及检查井砌筑"
    hits = dictionary().find(text)
    assert [text[h.start : h.end] for h in hits] == [h.word for h in hits] == ["开挖", "管沟", "检查井", "砌筑"]


def test_days_and_pay_are_rounded_once_half_up():
    assert estimate.days_x10(320_00, 110) == 3_520
    assert estimate.days_x10(1_00, 5) == 1  # 0.05 days
    assert estimate.pay_fen(3_520, 250_00) == 88_000_00
    assert estimate.pay_fen(1, 15) == 2  # 1.5 fen


def test_the_newest_quota_and_the_closest_rate_hold():
    quotas = [estimate.Quota("G001", "m²", d, date(y, 1, 1), "核") for d, y in ((3, 2022), (4, 2024))]
    assert estimate.quota_on(quotas, "m²", date(2023, 12, 31)).days_x100 == 3
    assert estimate.quota_on(quotas, "m²", date(2024, 1, 1)).days_x100 == 4
    assert estimate.quota_on(quotas, "m³", date(2024, 1, 1)) is None
    rates = [
        estimate.Rate("普工", "37", 150_00, date(2022, 1, 1), None, "核"),
        estimate.Rate("普工", "371325", 160_00, date(2023, 1, 1), date(2024, 1, 1), "证"),
        estimate.Rate("砌筑工", "37", 300_00, date(2022, 1, 1), None, "核"),
    ]

    def rate(trades: tuple[str, ...], division: str, on: date) -> int:
        return estimate.rate_on(rates, trades=trades, skill="普工", division=division, on=on).day_fen

    assert rate(("普工",), "371325000000", date(2023, 6, 1)) == 160_00
    assert rate(("普工",), "371325000000", date(2024, 6, 1)) == 150_00
    assert rate(("砌筑工",), "371325000000", date(2023, 6, 1)) == 300_00
    assert rate(("养护员",), "371422000000", date(2023, 6, 1)) == 150_00


def test_data_names_only_links_and_units_that_exist():
    for row in _rows("quotas.csv"):
        assert row["unit"] in UNITS
        assert set(row["links"].split()) <= NAMES.keys(), row["work"]
        assert row["mark"] == "核"
    keys = [(code, r["unit"], r["valid_from"]) for r in _rows("quotas.csv") for code in r["links"].split()]
    assert sorted({k for k in keys if keys.count(k) > 1}) == []
    assert len(LINKS) == 179
