"""The page that shows every part of the frame once, with sample content marked 演示. Not served in production."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from workrelief.base.law import registry as law
from workrelief.faces.shared.acting import public
from workrelief.faces.shared.paging import paginate
from workrelief.faces.shared.stamp import Stamp, StampItem
from workrelief.faces.shared.tables import Action, Column, Table, build_table
from workrelief.kernel.chart import ChartSpec, Series
from workrelief.kernel.statemachine import State


@public
def components(request: HttpRequest) -> HttpResponse:
    """All parts on one page, for whoever writes pages. Raises Http404 in production."""
    if getattr(settings, "MODE", "") == "production":
        raise Http404
    return render(request, "components.html", sample_context(request))


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="项目名称", help_text="与批复一致，不超过 60 字", initial="演示镇甲村片区项目")
    identity = forms.CharField(label="证件号", help_text="18 位")
    division = forms.CharField(label="行政区划", initial="演示市演示县", disabled=True, help_text="由岗位决定，不可改")
    track = forms.ChoiceField(label="项目线", choices=[("1", "专项资金"), ("2", "农业农村"), ("3", "重点工程")])
    started = forms.DateField(label="开工日期", widget=forms.DateInput(attrs={"type": "date"}), required=False)
    route = forms.ChoiceField(
        label="支付方式", choices=[("1", "银行卡直发"), ("2", "一卡通")], widget=forms.RadioSelect, initial="1"
    )
    note = forms.CharField(label="说明", widget=forms.Textarea(attrs={"rows": 2}), required=False)
    local = forms.BooleanField(label="在本县务工", required=False, initial=True)


class SampleFilter(forms.Form):
    """A filter form with more fields than fit one row."""

    q = forms.CharField(label="项目名称", required=False, widget=forms.TextInput(attrs={"placeholder": "名称或代码"}))
    year = forms.ChoiceField(label="年度", required=False, choices=[("2022", "2022"), ("2021", "2021")])
    track = forms.ChoiceField(label="项目线", required=False, choices=[("", "全部"), ("1", "专项资金")])
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), ("1", "主体施工")])
    owner = forms.CharField(label="业主单位", required=False)
    sector = forms.ChoiceField(label="领域", required=False, choices=[("", "全部"), ("2", "水利")])


@dataclass(frozen=True)
class SampleProject:
    """A made-up row of the sample list."""

    pk: int
    name: str
    code: str
    track: str
    sector: str
    city: str
    county: str
    investment_fen: int
    workers: int
    pay_fen: int
    state: State


_RUN, _DONE = State("run", "主体施工", "blue"), State("done", "建成投用", "green")
_BACK, _LATE, _EARLY = State("back", "退回修改", "amber"), State("late", "报酬逾期", "red"), State("early", "前期工作")
_PROJECTS = (
    SampleProject(
        1,
        "演示河干流防洪治理工程",
        "2201-370100-04-01-100001",
        "重点工程",
        "水利",
        "济宁",
        "汶上县",
        46_820_500_000,
        642,
        1_402_750_000,
        _RUN,
    ),
    SampleProject(
        2,
        "演示镇高标准农田建设（二期）",
        "2201-370200-04-01-100002",
        "农业农村",
        "农业农村",
        "德州",
        "宁津县",
        3_865_200_000,
        214,
        251_360_000,
        _DONE,
    ),
    SampleProject(
        3,
        "甲村片区农村道路提升",
        "2201-370300-04-01-100003",
        "农业农村",
        "农业农村",
        "聊城",
        "莘县",
        1_246_800_000,
        98,
        112_080_000,
        _BACK,
    ),
    SampleProject(
        4,
        "演示水库除险加固",
        "2201-370400-04-01-100004",
        "重点工程",
        "水利",
        "泰安",
        "东平县",
        8_930_000_000,
        176,
        380_120_000,
        _LATE,
    ),
    SampleProject(
        5,
        "丁镇灌区续建配套",
        "2201-370500-04-01-100005",
        "农业农村",
        "水利",
        "菏泽",
        "单县",
        4_520_750_000,
        236,
        268_470_000,
        _EARLY,
    ),
)
_COLUMNS = (
    Column("name", "项目名称 / 代码", sub="code", link=lambda row: f"#p{row.pk}", sort="name", lead=True),
    Column("track", "项目线", sub="sector"),
    Column("city", "市 / 县", sub="county"),
    Column("investment_fen", "总投资", kind="wan", sort="investment_fen"),
    Column("workers", "务工", kind="number", unit="人", link=lambda row: f"#w{row.pk}"),
    Column("pay_fen", "报酬", kind="wan"),
    Column("state", "状态", kind="badge"),
)
_CITIES = (
    ("临沂市", "371300000000", 22962, 7554),
    ("德州市", "371400000000", 17451, 5572),
    ("济宁市", "370800000000", 14011, 6170),
    ("潍坊市", "370700000000", 13419, 6175),
    ("烟台市", "370600000000", 13035, 6236),
    ("青岛市", "370200000000", 11686, 6627),
    ("聊城市", "371500000000", 11677, 4582),
    ("菏泽市", "371700000000", 10534, 5109),
    ("济南市", "370100000000", 10141, 4129),
    ("泰安市", "370900000000", 9800, 4375),
    ("滨州市", "371600000000", 8088, 2899),
    ("淄博市", "370300000000", 8000, 3236),
    ("枣庄市", "370400000000", 7235, 3012),
    ("日照市", "371100000000", 6517, 3423),
    ("东营市", "370500000000", 6180, 3492),
    ("威海市", "371000000000", 5864, 2913),
)


def sample_context(request: HttpRequest) -> dict[str, object]:
    """Everything `components.html` shows; all of it made up."""
    page = paginate(request, range(882))
    return {
        "title": "界面部件",
        "crumbs": (("系统管理", "#"), ("界面部件", "")),
        "stamp": Stamp(
            reported=134, expected=136, caliber="口径 v2022.2", caliber_url="#", items=(StampItem("演示数据"),)
        ),
        "guide": law.guide("import-roster"),
        "form": _checked_form(),
        "filters": SampleFilter(request.GET or None, initial={"year": "2022"}, prefix="f"),
        "table": _project_table(request),
        "no_rows": build_table(request, _COLUMNS[:3], (), caption="没有结果的表", id="no-rows"),
        "page": page,
        "states": (_DONE, _RUN, _BACK, _LATE, _EARLY, ("已锁定", "lock")),
        "todos": _todos(),
        "alerts": _alerts(),
        "tiles": _tiles(),
        "stages": _stages(),
        "pay_stages": _pay_stages(),
        "share": (Decimal("0.2412"), Decimal("0.30"), Decimal("0.33")),
        "job": {
            "id": "1",
            "title": "导出项目清单",
            "state_label": "进行中",
            "done": 546,
            "total": 882,
            "message": "正在写第 546 行",
            "remaining_text": "8 秒",
        },
        "map": _map(),
        "ranking": _ranking(),
        "city_links": tuple(f"?city={code}" for _, code, _, _ in _CITIES),
        "city_totals": tuple(f"{value:,}" for _, _, value, _ in _CITIES),
        "city_table": _city_table(request),
        "parts": (("重点工程", "218", 218), ("农业农村", "664", 664)),
        "parts_three": (("部门", "7,620", 7620), ("业主", "7,087", 7087), ("施工", "9,689", 9689)),
    }


def _checked_form() -> SampleForm:
    """The form after a failed submit, so that an error is seen."""
    data = {"name": "演示镇甲村片区项目", "identity": "371325****201X", "track": "2", "route": "1", "local": "on"}
    form = SampleForm(data)
    form.add_error("identity", "校验位不符，请对照原件")
    return form


def _project_table(request: HttpRequest) -> Table:
    return build_table(
        request,
        _COLUMNS,
        _PROJECTS,
        caption="项目清单（演示）",
        id="projects",
        select="project",
        actions=lambda row: (Action("查看", f"#p{row.pk}"),),
    )


def _city_table(request: HttpRequest) -> Table:
    columns = (
        Column("city", "市", link=lambda row: f"?city={row['code']}", lead=True),
        Column("workers", "务工人数", kind="number", unit="人"),
        Column("key", "重点工程", kind="number", unit="人"),
        Column("farm", "农业农村", kind="number", unit="人"),
    )
    rows = [
        {"city": city, "code": code, "workers": value, "key": key, "farm": value - key}
        for city, code, value, key in _CITIES[:6]
    ]
    return build_table(request, columns, rows, caption="各市吸纳务工人数（演示）", id="cities", tight=True, cards=False)


def _map() -> ChartSpec:
    return ChartSpec(
        kind="map",
        title="分布",
        unit="人",
        note="点击进入市",
        categories=tuple(city for city, _, _, _ in _CITIES),
        series=(Series("吸纳务工", tuple(v for _, _, v, _ in _CITIES), tuple(f"{v:,}" for _, _, v, _ in _CITIES)),),
        codes=tuple(code for _, code, _, _ in _CITIES),
        area="370000000000",
    )


def _ranking() -> ChartSpec:
    key = tuple(k for _, _, _, k in _CITIES)
    farm = tuple(v - k for _, _, v, k in _CITIES)
    return ChartSpec(
        kind="bar",
        title="排名",
        unit="人",
        categories=tuple(city.removesuffix("市") for city, _, _, _ in _CITIES),
        series=(
            Series("重点工程", key, tuple(f"{v:,}" for v in key)),
            Series("农业农村", farm, tuple(f"{v:,}" for v in farm)),
        ),
    )


def _todos() -> tuple[dict[str, str], ...]:
    rows = (
        ("stop", "逾期 1 天", "季调度催报：演示市甲县、演示市乙县未报", "四季度季调度", "催报"),
        ("warn", "今天 17:30", "审核 3 个市四季度季调度（演示）", "市审已通过", "去审核"),
        ("run", "剩 3 天", "项目提级确认：4 个县级项目申请列入省级清单", "4 个项目", "去确认"),
    )
    return tuple({"tone": t, "due": d, "title": n, "source": s, "action": a, "url": "#"} for t, d, n, s, a in rows)


def _alerts() -> tuple[dict[str, str], ...]:
    rows = (
        ("stop", "红牌", "主体完工，报酬占比 27.40%，低于底线", "演示镇戊渠项目 · F01 · 演示市 · 剩 2 天"),
        ("warn", "黄牌", "中央资金支付率落后时序进度 38 个百分点", "演示镇丙路项目 · J01 · 演示市 · 剩 6 天"),
    )
    return tuple({"tone": t, "word": w, "fact": f, "where": p, "url": "#"} for t, w, f, p in rows)


def _tiles() -> tuple[dict[str, object], ...]:
    rows = (
        ("甲市", "105.2", "done", "1.96 亿元", "8/8 县", False),
        ("乙市", "103.8", "done", "3.48 亿元", "11/12 县", True),
        ("丙市", "99.1", "", "1.13 亿元", "4/4 县", False),
        ("丁市", "98.2", "", "2.16 亿元", "11/11 县", False),
        ("戊市", "97.4", "", "1.42 亿元", "12/12 县", False),
        ("己市", "96.1", "", "1.28 亿元", "6/6 县", False),
        ("庚市", "89.7", "stop", "0.98 亿元", "5/5 县", False),
        ("辛市", "86.9", "stop", "1.87 亿元", "8/9 县", True),
    )
    return tuple(
        {
            "name": name,
            "url": "#",
            "value": Decimal(text),
            "text": text,
            "tone": tone,
            "target": 100,
            "full": 110,
            "amount": amount,
            "reported": reported,
            "short": short,
        }
        for name, text, tone, amount, reported, short in rows
    )


def _stages() -> tuple[dict[str, str], ...]:
    rows = (
        ("储备", "done", "2022-02-18", "演示戊"),
        ("清单", "done", "2022-03-10", "演示戊"),
        ("计划", "done", "2022-05-27", "演示己"),
        ("合同", "gap", "2022-07-05", "缺 1 份材料"),
        ("务工组织", "done", "2022-07-20", "演示庚"),
        ("考勤", "done", "至 2022-12-31", "演示庚"),
        ("报酬", "run", "12 月批次", "进行中"),
        ("公示", "gap", "11 月批次", "缺 2 张影像"),
        ("验收", "todo", "计划 2023-03", "县发改牵头"),
        ("管护", "todo", "验收后", "村集体"),
    )
    return tuple({"label": label, "tone": tone, "when": when, "who": who} for label, tone, when, who in rows)


def _pay_stages() -> tuple[dict[str, str], ...]:
    rows = (
        ("考勤", "done", "31 天"),
        ("制表", "done", "2 天"),
        ("审核", "late", "已 3 天"),
        ("公示", "", ""),
        ("支付", "", ""),
        ("到账", "", ""),
    )
    return tuple({"label": label, "tone": tone, "days": days} for label, tone, days in rows)
