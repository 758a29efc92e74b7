"""The demo year before it is imported: totals, invented numbers, and the bytes of its spreadsheets."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from stdnum import luhn
from stdnum.iso7064 import mod_11_2, mod_11_10

from tests.scenarios.places import tree
from workrelief.faces.commands.demo import sheets
from workrelief.faces.commands.demo.people import ProjectBook, county_books
from workrelief.faces.commands.demo.plan import CITIES, CountyYear, YearPlan, plan_year
from workrelief.faces.commands.demo.shares import apportion, two_columns
from workrelief.kernel.kinds import Audience, FundType, PayUnit, Track, TrainingType
from workrelief.kernel.money import FEN_PER_YI

YI_CENT = FEN_PER_YI // 100


@pytest.fixture(scope="module")
def full() -> YearPlan:
    return plan_year(tree(), "m")


@pytest.fixture(scope="module")
def small() -> YearPlan:
    return plan_year(tree(), "s")


def books_of(plan: YearPlan, year: CountyYear) -> list[ProjectBook]:
    return list(county_books(year, tuple(y.county for y in plan.in_city(year.county.city_name))))


def every_book(plan: YearPlan) -> Iterator[ProjectBook]:
    for year in plan.counties:
        yield from books_of(plan, year)


# ---------- whole-number sharing ----------


def test_parts_add_up_whatever_the_weights() -> None:
    assert apportion(10, [1, 1, 1]) == [4, 3, 3]
    assert apportion(7, [0, 5, 0], at_least=1) == [1, 5, 1]
    assert sum(apportion(16_030_000, [3, 7, 11, 13])) == 16_030_000


def test_a_total_too_small_for_the_minimum_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot share"):
        apportion(2, [1, 1, 1], at_least=1)


def test_two_columns_keep_both_margins() -> None:
    split = two_columns([10, 20, 30], 25, [(1, 1), (1, 3), (2, 1)])
    assert [a + b for a, b in split] == [10, 20, 30]
    assert sum(a for a, _ in split) == 25


# ---------- the year's totals ----------


def test_projects_and_investment_are_the_published_ones(full: YearPlan) -> None:
    key = [p for p in full.projects if p.track is Track.KEY_PROJECT]
    agri = [p for p in full.projects if p.track is Track.AGRI_PROMOTION]
    assert (len(key), len(agri)) == (218, 664)
    assert sum(p.investment_fen for p in key) == 176_587 * YI_CENT
    assert sum(p.investment_fen for p in agri) == 33_569 * YI_CENT


def test_special_fund_projects_stand_apart_and_two_stay_below_the_floor(full: YearPlan) -> None:
    special = [p for p in full.projects if p.track is Track.SPECIAL_FUND]
    central = [next(f.issued_fen for f in p.funds if f.kind is FundType.CENTRAL_BUDGET) for p in special]
    shares = [p.wages_fen * 10_000 // c for p, c in zip(special, central, strict=True)]
    assert len(special) == 30
    assert sum(central) == FEN_PER_YI * 12 // 10
    assert sorted(shares)[:2] == [2_265, 2_740]
    assert all(3_100 <= s <= 3_800 for s in sorted(shares)[2:])


def test_every_city_has_its_share_and_every_county_a_project(full: YearPlan) -> None:
    two = [p for p in full.projects if p.track is not Track.SPECIAL_FUND]
    assert len(full.counties) == 136
    assert all(year.projects for year in full.counties)
    for city in CITIES:
        inside = [p for p in two if p.county.city_code == city.code]
        assert len(inside) == city.projects
        assert sum(p.investment_fen for p in inside) == city.investment_yi_x100 * YI_CENT
        assert sum(p.wages_fen for p in inside) == city.wages_wan_x100 * 10_000
        assert sum(p.headcount for p in inside if p.track is Track.KEY_PROJECT) == city.key_heads
        assert sum(p.headcount for p in inside if p.track is Track.AGRI_PROMOTION) == city.agri_heads


def test_sources_of_money_add_up_and_wages_stay_within_the_investment(full: YearPlan) -> None:
    for p in full.projects:
        assert sum(f.planned_fen for f in p.funds) == p.investment_fen
        assert all(f.issued_fen <= f.planned_fen for f in p.funds)
        assert p.wages_fen < p.investment_fen
        assert p.investment_fen % 10_000 == 0


def test_business_training_is_the_published_one_and_skill_training_stands_apart(full: YearPlan) -> None:
    policy = [s for s in full.sessions if s.kind is TrainingType.POLICY]
    times: Counter[Audience] = Counter()
    for session in policy:
        for part in session.audiences:
            times[part.audience] += part.attended
    assert len(policy) == 648
    assert all(s.audiences for s in policy)
    assert times == {Audience.GOVERNMENT: 7_620, Audience.OWNER: 7_087, Audience.CONTRACTOR: 9_689}
    assert {part.audience for s in full.sessions if s.kind is TrainingType.SKILL for part in s.audiences} == {
        Audience.WORKER
    }
    assert len({s.number for s in full.sessions}) == len(full.sessions)


def test_the_earlier_year_of_the_large_size_stands_beside_this_one(full: YearPlan) -> None:
    earlier = plan_year(tree(), "l", 2021)
    assert sum(p.track is Track.KEY_PROJECT for p in earlier.projects) == 120
    assert sum(p.investment_fen for p in earlier.projects if p.track is Track.AGRI_PROMOTION) == 20_175 * YI_CENT
    assert not {p.code for p in earlier.projects} & {p.code for p in full.projects}
    assert not {(p.county.code, p.name) for p in earlier.projects} & {(p.county.code, p.name) for p in full.projects}
    book = books_of(earlier, earlier.counties[0])[0]
    last = max(year.person_base + sum(p.headcount for p in year.projects) for year in full.counties)
    assert min(e.person.number for e in book.engagements) > last
    assert sum(line.paid_fen for line in book.lines) == book.project.wages_fen
    assert {line.paid_on.year for line in book.lines} == {2021}


# ---------- people and pay lines ----------


def test_pay_lines_of_the_whole_year_add_up_to_the_fen(full: YearPlan) -> None:
    paid: Counter[Track] = Counter()
    heads: Counter[Track] = Counter()
    people: set[str] = set()
    lines = 0
    for book in every_book(full):
        assert sum(line.paid_fen for line in book.lines) == book.project.wages_fen
        named = {e.person.identity for e in book.engagements}
        assert len(named) == book.project.headcount
        assert {line.engagement.person.identity for line in book.lines} == named
        assert all(line.paid_on.year == 2022 for line in book.lines)
        paid[book.project.track] += sum(line.paid_fen for line in book.lines)
        heads[book.project.track] += len(named)
        people |= named
        lines += len(book.lines)
    assert paid[Track.KEY_PROJECT] == 1_603 * YI_CENT
    assert paid[Track.AGRI_PROMOTION] == 1_202 * YI_CENT
    assert (heads[Track.KEY_PROJECT], heads[Track.AGRI_PROMOTION]) == (74_700, 101_900)
    assert lines >= 600_000
    assert 0.03 < 1 - len(people) / heads.total() < 0.06


def test_each_line_is_worked_out_within_calendar_and_published_rates(small: YearPlan) -> None:
    for book in every_book(small):
        top = 320 if book.project.track is Track.KEY_PROJECT else 300
        for line in book.lines:
            e = line.engagement
            assert line.quantity_x100 * e.price_fen == (line.due_fen - line.extra_fen) * 100
            assert 0 < line.half_days <= 2 * 28
            assert line.paid_fen <= line.due_fen
            assert bool(line.extra_fen) == bool(line.extra_note)
            assert bool(line.deducted_fen) == bool(line.deduction_note)
            if e.unit is PayUnit.DAY:
                assert 120 <= e.price_fen // 100 <= top
                assert line.quantity_x100 == line.half_days * 50
            elif e.unit is PayUnit.HOUR:
                assert 15 <= e.price_fen // 100 <= 25


def test_nobody_works_on_two_projects_in_one_month(small: YearPlan) -> None:
    for year in small.counties:
        months: defaultdict[tuple[str, int], int] = defaultdict(int)
        for book in books_of(small, year):
            for line in book.lines:
                months[line.engagement.person.identity, line.month] += 1
        assert max(months.values()) == 1


def test_wages_are_nearly_always_paid_within_31_days(small: YearPlan) -> None:
    lines = [line for book in every_book(small) for line in book.lines]
    late = [line for line in lines if (line.paid_on - date(2022, line.month % 100, 28)).days > 34]
    assert 0 < len(late) < len(lines) // 12


def test_invented_numbers_are_well_formed_unique_and_belong_to_nobody(small: YearPlan) -> None:
    people = {e.person.number: e.person for book in every_book(small) for e in book.engagements}.values()
    for who in people:
        assert mod_11_2.is_valid(who.identity)
        assert who.identity.startswith("379900")
        assert who.identity[6:14] == f"{who.born:%Y%m%d}"
        assert int(who.identity[16]) % 2 == who.is_male
        assert 18 <= 2022 - who.born.year <= 66
        assert luhn.is_valid(who.card)
        assert who.card.startswith("9")
        assert who.phone.startswith("10000")
        assert len(who.phone) == 11
        assert who.name.startswith("演示")
    for numbers in ({w.identity for w in people}, {w.card for w in people}, {w.phone for w in people}):
        assert len(numbers) == len(people)


def test_project_codes_carry_their_check_digit_but_for_a_few(full: YearPlan) -> None:
    codes = [p.code for p in full.projects]
    wrong = [c for c in codes if not mod_11_10.is_valid(c.replace("-", ""))]
    old = [c for c in wrong if c.startswith("20")]
    assert len(set(codes)) == len(codes)
    assert all(len(c) == 24 for c in codes)
    assert 4 <= len(old) <= 12
    assert 4 <= len(wrong) - len(old) <= 12


# ---------- the spreadsheets ----------


def rows_of(path: Path) -> list[list[object]]:
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()


def column(rows: list[list[object]], title: str) -> list[object]:
    """The cells under the head that begins with `title`, total rows and closing lines left out."""
    head = next(i for i, row in enumerate(rows) if len({str(c) for c in row}) > 5)
    place = next(i for i, cell in enumerate(rows[head]) if str(cell).startswith(title))
    data = [row for row in rows[head + 1 :] if not str(row[0]).startswith(("合计", "小计", "注", "填表"))]
    return [row[place] for row in data]


def fen(cells: list[object], scale: int) -> int:
    return sum(round(float(str(c)) * scale) for c in cells)


def test_spreadsheets_of_the_small_year_read_back_to_its_totals(small: YearPlan, tmp_path: Path) -> None:
    names: set[str] = set()
    invested = paid = lines = attended = 0
    for city in small.cities:
        sheets.write_project_list(tmp_path / "list.xlsx", small, city)
        rows = rows_of(tmp_path / "list.xlsx")
        names |= {str(n) for n in column(rows, "项目名称")}
        invested += fen(column(rows, "总投资"), 1_000_000)
        sheets.write_training(tmp_path / "training.xlsx", small, city)
        rows = rows_of(tmp_path / "training.xlsx")
        attended += sum(int(float(str(n))) for n in column(rows, "实到人次"))
    for year in small.counties:
        sheets.write_county(*(tmp_path / f for f in ("roster.xlsx", "pay.xlsx", "skill.xlsx")), small, year)
        rows = rows_of(tmp_path / "pay.xlsx")
        paid += fen(column(rows, "实发"), 100)
        lines += len(column(rows, "证件号"))
        assert len(column(rows_of(tmp_path / "roster.xlsx"), "证件号")) == sum(p.headcount for p in year.projects)
        rows = rows_of(tmp_path / "skill.xlsx")
        trained = sum(int(float(str(n))) for n in column(rows, "实到人次") if n != "")
        assert trained == sum(1 for n in column(rows, "证件号") if n) > 0
    assert names == {p.name for p in small.projects}
    assert invested == sum(p.investment_fen for p in small.projects)
    assert paid == sum(p.wages_fen for p in small.projects)
    assert lines == sum(len(book.lines) for book in every_book(small))
    assert attended == sum(small.targets.person_times.values())


def test_a_county_of_the_full_year_reads_back_to_the_fen(full: YearPlan, tmp_path: Path) -> None:
    year = next(y for y in full.counties if y.county.name == "宁津县")
    sheets.write_county(*(tmp_path / f for f in ("roster.xlsx", "pay.xlsx", "skill.xlsx")), full, year)
    rows = rows_of(tmp_path / "pay.xlsx")
    assert fen(column(rows, "实发"), 100) == sum(p.wages_fen for p in year.projects)
    assert len(set(column(rows, "银行流水号"))) == len(column(rows, "证件号"))


def test_the_progress_table_has_twenty_columns_under_a_head_of_three_rows(full: YearPlan, tmp_path: Path) -> None:
    sheets.write_progress(tmp_path / "progress.xlsx", full)
    rows = rows_of(tmp_path / "progress.xlsx")
    ticks = {str(cell) for row in rows[5:] for cell in row[8:12]} - {"", "-"}
    assert len(rows[0]) == 20
    assert [rows[2][0], rows[2][5], rows[3][8]] == ["序号", "项目投资情况", "前期工作"]
    assert ticks == {"√", "✓", "✔", "是", "已"}
    assert sum(1 for row in rows if str(row[1]).endswith(("总计", "小计"))) > 5
    assert sum(1 for row in rows[5:] if str(row[2]).startswith("（演示）")) == 30


def test_the_same_plan_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.scenarios.places import tree\n"
        "from workrelief.faces.commands.demo import sheets; from workrelief.faces.commands.demo.plan import plan_year\n"
        "plan = plan_year(tree(), 's'); out = Path(sys.argv[1]); out.mkdir(); year = plan.counties[0]\n"
        "sheets.write_county(out / 'roster.xlsx', out / 'pay.xlsx', out / 'skill.xlsx', plan, year)\n"
        "sheets.write_project_list(out / 'list.xlsx', plan, plan.cities[0])\n"
        "sheets.write_training(out / 'training.xlsx', plan, plan.cities[0]); sheets.write_progress(out / 'p.xlsx', plan)\n"
    )
    digests = []
    for seed in ("1", "2"):
        out = tmp_path / seed
        subprocess.run(
            [sys.executable, "-c", program, str(out)], check=True, env={**os.environ, "PYTHONHASHSEED": seed}
        )
        digests.append({f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in sorted(out.iterdir())})
    assert digests[0] == digests[1]
    assert len(digests[0]) == 6
