"""Tags, tables, pages of lists and fields of forms."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from workrelief.base.accounts.models import Unit
from workrelief.faces.shared import paging, text
from workrelief.faces.shared.charts import chart_data
from workrelief.faces.shared.forms import shown_field
from workrelief.faces.shared.paging import paginate
from workrelief.faces.shared.stamp import Stamp
from workrelief.faces.shared.tables import Badge, Cell, Column, TableRow, badge_of, build_table, ordered
from workrelief.faces.web import drawings
from workrelief.kernel.chart import ChartSpec, Series
from workrelief.kernel.figure import Figure
from workrelief.kernel.period import Period
from workrelief.kernel.statemachine import State
from workrelief.kernel.units import FEN


class Pieces(HTMLParser):
    """Tags with their attributes, the words between them, and the words of each option."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.options: list[str] = []

    @classmethod
    def of(cls, html: str) -> Pieces:
        found = cls()
        found.feed(html)
        found.close()
        return found

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "option":
            self.options.append("")

    def handle_data(self, data):
        self.text += data
        if self.options:
            self.options[-1] += data.strip()


def get(query: str = ""):
    return RequestFactory().get(f"/list/{query}")


def drawn(source: str, **context: object) -> str:
    return Template("{% load wr %}" + source).render(Context(context))


def figure(value: int | None, status: str = "ok") -> Figure:
    return Figure("wages_paid", value, FEN, Period("2022"), "370000000000", "live", status)


# ---------- figures and amounts ----------
def test_a_figure_is_written_by_the_kernel():
    assert drawn("{% show f %}", f=figure(160_300_000_000)) == "160,300.00"
    assert drawn("{% show f headline=True suffix=True %}", f=figure(160_300_000_000)) == "16.03亿元"


def test_a_missing_figure_is_a_dash_and_never_zero():
    assert drawn("{% show f %}", f=figure(None, "no_data")) == "—"
    assert drawn("{% show f %}", f=None) == "—"


def test_a_number_links_to_its_rows_and_says_when_some_have_not_reported():
    html = drawn("{% number_link f '/rows/' %}", f=figure(1_000_000, "incomplete"))

    assert html.startswith('<a href="/rows/">1.00')
    assert "有单位未报" in html


def test_amounts_of_live_rows_are_written_in_wan_and_yuan():
    assert drawn("{{ fen|fen_wan }} {{ fen|fen_yuan }}", fen=128_640_055_555) == "128,640.06 1,286,400,555.55"
    assert (text.fen_wan(None), text.number(None)) == ("—", "—")


def test_a_moment_is_written_in_local_time():
    assert text.moment(datetime(2023, 1, 12, 0, 0, tzinfo=UTC)) == "2023-01-12 08:00"
    assert text.day(datetime(2022, 12, 31, 20, 0, tzinfo=UTC)) == "2023-01-01"
    assert text.day(date(2023, 1, 1)) == "2023-01-01"


# ---------- states ----------
@pytest.mark.parametrize(
    ("tone", "css", "sign"),
    [("green", "done", "circle-check"), ("amber", "warn", "message-2-exclamation"), ("red", "stop", "alert-octagon")],
)
def test_a_state_has_colour_sign_and_word(tone, css, sign):
    html = drawn("{% badge state %}", state=State("x", "已到账", tone))

    assert html == f'<span class="wr-st {css}"><i class="ti ti-{sign}" aria-hidden="true"></i>已到账</span>'


def test_a_plain_word_is_a_grey_badge():
    assert badge_of("未开始") == Badge("未开始", "", "circle-dashed")


def test_text_from_users_is_escaped_in_badges_and_charts():
    assert "<b>" not in drawn("{% badge word 'stop' %}", word="<b>")
    spec = ChartSpec("bar", "</script><b>", "人", ("甲",), (Series("重点", (1,)),))
    assert "</script><b>" not in drawn("{{ d|chart_json:'x' }}", d=chart_data(spec))


# ---------- drawings ----------
@pytest.mark.parametrize(("value", "width"), [(55, "50.00"), (-3, "0.00"), (500, "100.00")])
def test_a_bar_stays_inside_its_place(value, width):
    assert f'width="{width}%"' in drawings.bar(value, full=110)


def test_parts_fill_the_split_bar():
    html = drawings.split(218, 664)

    assert 'class="t1" x="0.00%" width="24.52%"' in html
    assert 'class="t2" x="25.32%" width="74.68%"' in html


def test_a_split_of_nothing_is_empty_and_does_not_fail():
    assert 'width="0.00%"' in drawings.split(0, None)


def test_the_gauge_says_in_words_what_it_draws():
    gauge = drawings.gauge(Decimal("0.2412"), floor=Decimal("0.30"), commitment=Decimal("0.33"))

    assert gauge.words == "已发 24.1%，底线 30.0%，承诺 33.0%"
    assert Decimal(gauge.paid_x) < Decimal(gauge.floor_x) < Decimal(gauge.commit_x) < 100


def test_a_gauge_without_commitment_or_payment_is_drawn():
    gauge = drawings.gauge(Decimal(0), floor=Decimal("0.30"), commitment=None)

    assert (gauge.paid_x, gauge.commitment, gauge.rest) == ("0.00", "", "0.00")


# ---------- paging ----------
def test_the_last_page_holds_the_rest_and_links_keep_the_filter():
    page = paginate(get("?q=甲&page=18"), range(882))

    assert (page.number, page.pages, page.total, len(page)) == (18, 18, 882, 32)
    assert page.previous_url == "/list/?q=%E7%94%B2&page=17"
    assert page.next_url == ""
    assert (page.first_index, page.last_index) == (851, 882)


@pytest.mark.parametrize(
    ("asked", "number"), [("0", 1), ("-1", 1), ("x", 1), ("99", 3), ("", 1), ("９", 1), ("9" * 40, 1)]
)
def test_a_page_number_out_of_range_gives_the_nearest_page(asked, number):
    assert paginate(get(f"?page={asked}"), range(120)).number == number


def test_an_empty_list_has_one_page():
    page = paginate(get("?page=4"), [])

    assert (page.number, page.pages, page.total, list(page), page.first_index) == (1, 1, 0, [], 0)


def test_gaps_stand_for_left_out_page_numbers():
    links = paginate(get("?page=10"), range(1000)).links

    assert [link.number for link in links] == [1, None, 8, 9, 10, 11, 12, None, 20]
    assert [link.number for link in links if link.is_current] == [10]


def test_the_first_page_has_the_plain_address():
    assert paginate(get("?page=2"), range(120)).previous_url == "/list/"


@pytest.fixture
def units(db):
    Unit.objects.bulk_create(Unit(name=f"演示单位{n:05d}", division_code="370000000000") for n in range(1500))
    return Unit.objects.order_by("name")


def test_a_small_result_is_counted_anew_each_time(units):
    assert paginate(get(), units).total == 1500
    Unit.objects.filter(name="演示单位00000").delete()
    assert paginate(get(), units).total == 1499


def test_a_large_total_is_kept_for_a_while_but_per_filter(units, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(paging, "COUNT_AT_ONCE", 100)
    assert paginate(get(), units).total == 1500
    with django_assert_num_queries(3):  # the capped count, the keys of the page and its rows
        assert paginate(get(), units).total == 1500
    assert paginate(get(), units.filter(name__lt="演示单位00500")).total == 500


def test_deep_pages_hold_the_right_rows_in_order(units):
    page = paginate(get("?page=29"), units)

    assert [unit.name for unit in page][:2] == ["演示单位01400", "演示单位01401"]
    assert len(page) == 50


# ---------- tables ----------
COLUMNS = (
    Column("name", "单位", sort="name", lead=True, sub="division_code", link=lambda u: f"/units/{u.pk}/"),
    Column("paid", "报酬", kind="wan", value=lambda u: 1_860_000_000, sort="pk"),
)


def test_a_table_shows_unit_once_in_the_head_and_aligns_numbers(units):
    table = build_table(get(), COLUMNS, units[:1], caption="单位", select="unit")

    assert [(head.label, head.unit, head.css) for head in table.heads] == [("单位", "", ""), ("报酬", "万元", "r")]
    (row,) = table.rows
    assert (row.cells[1].text, row.cells[1].css, row.cells[1].label) == ("1,860.00", "r", "报酬（万元）")
    assert (row.cells[0].sub, row.cells[0].url) == ("370000000000", f"/units/{units[0].pk}/")


@pytest.mark.parametrize(
    ("query", "state", "turn"),
    [
        ("", "", "sort=name"),
        ("?sort=name&page=3", "ascending", "sort=-name"),
        ("?sort=-name", "descending", "sort=name"),
    ],
)
def test_a_head_sorts_and_turns_round_and_starts_again_on_page_one(query, state, turn):
    head = build_table(get(query), COLUMNS, (), caption="单位").heads[0]

    assert (head.sorted, head.sort_url) == (state, f"/list/?{turn}")


def test_rows_are_sorted_only_by_declared_columns(units):
    descending = ordered(get("?sort=-name"), units, COLUMNS, default="name")
    injected = ordered(get("?sort=user__password"), units, COLUMNS, default="name")

    assert descending.first().name == "演示单位01499"
    assert injected.first().name == "演示单位00000"


def test_an_empty_table_says_what_to_do():
    html = drawn("{% table t %}", t=build_table(get(), COLUMNS, (), caption="单位"))

    assert "没有符合条件的数据" in html
    assert "<caption" in html


@given(st.text(), st.text(), st.text(), st.sampled_from(["", "done", "lock"]))
def test_what_stands_in_a_cell_is_shown_and_never_read_as_html(word, url, sub, tone):
    row = TableRow("1", (Cell(word, "nw", word, url, sub), Cell("", "", word, "", sub, Badge(word, tone, "lock"))))
    html = drawn("<table><tr>{% cells row %}</tr></table>", row=row)
    cells = Pieces.of(html)

    assert [(tag, attrs.get("data-label")) for tag, attrs in cells.tags if tag == "td"] == [("td", word)] * 2
    assert {tag for tag, _ in cells.tags} <= {"table", "tr", "td", "div", "a", "span", "i"}
    assert [attrs["href"] for tag, attrs in cells.tags if tag == "a"] == ([url] if url else [])
    assert cells.text == word + sub + word + sub


@given(
    st.lists(st.tuples(st.text() | st.none() | st.integers(), st.text()), max_size=6),
    st.lists(st.tuples(st.text(), st.text()), max_size=3),
    st.none() | st.text(),
    st.booleans(),
)
def test_a_drop_down_is_the_same_as_djangos(choices, group, asked, required):
    class Form(forms.Form):
        kind = forms.ChoiceField(label="类型", choices=[*choices, ("甲 & 乙", group)], required=required)

    bound = Form({} if asked is None else {"kind": asked})["kind"]
    bound.form.full_clean()
    own = Pieces.of(shown_field(bound).control)
    attrs = dict(own.tags[0][1])
    plain = Pieces.of(
        bound.as_widget(
            attrs={name: value for name, value in attrs.items() if name.startswith("aria") or name == "class"}
        )
    )

    assert own.tags == plain.tags
    assert own.options == plain.options


def test_every_cell_carries_its_head_for_the_phone(units):
    html = drawn("{% table t %}", t=build_table(get(), COLUMNS, units[:2], caption="单位"))

    assert html.count('data-label="报酬（万元）"') == 2


# ---------- stamp ----------
def test_the_stamp_line_shows_short_reports_in_amber():
    html = drawn('{% include "_stamp.html" %}', stamp=Stamp(reported=134, expected=136, caliber="口径 v2022.2"))

    assert '已报 <b class="wr-amber">134/136 个县</b>' in html
    assert "截至" not in html


def test_a_complete_stamp_is_not_coloured():
    html = drawn('{% include "_stamp.html" %}', stamp=Stamp(as_of=date(2022, 12, 31), reported=136, expected=136))

    assert "wr-amber" not in html
    assert "截至 <b>2022-12-31</b>" in html


# ---------- fields ----------
class Sample(forms.Form):
    name = forms.CharField(label="项目名称", help_text="不超过 60 字")
    local = forms.BooleanField(label="在本县务工", required=True)
    route = forms.ChoiceField(label="支付方式", choices=[("1", "直发")], widget=forms.RadioSelect)


def test_a_field_is_joined_with_its_hint_and_error():
    shown = shown_field(Sample({})["name"])

    assert shown.errors
    assert 'aria-describedby="id_name_hint id_name_error"' in shown.control
    assert 'aria-invalid="true"' in shown.control
    assert 'class="form-control bad"' in shown.control


def test_a_group_of_choices_gets_a_legend_and_a_box_its_label_behind():
    html = drawn("{% field form.route %}{% field form.local %}", form=Sample())

    assert '<legend class="wr-l req">支付方式</legend>' in html
    assert html.index('name="local"') < html.index("在本县务工")


# ---------- long jobs ----------
def test_a_running_job_asks_again_and_a_finished_one_stops():
    running = {"id": 1, "title": "导出", "state_label": "进行中", "done": 1, "total": 2}
    source = '{% include "_job.html" with poll_url="/jobs/1/" cancel_url="/jobs/1/cancel/" %}'

    asking = drawn(source, job=running)
    finished = drawn(
        source, job=running | {"is_final": True, "tone": "done", "state_label": "已完成", "result_url": "/f/"}
    )

    assert 'hx-get="/jobs/1/" hx-trigger="every 1s"' in asking
    assert "取消" in asking
    assert "hx-trigger" not in finished
    assert 'href="/f/"' in finished
    assert "取消" not in finished
