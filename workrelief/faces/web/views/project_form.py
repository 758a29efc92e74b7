"""The form of one project: its fields, how a stored project fills them, and what was typed as an entry or as changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.urls import reverse

from workrelief.base.access.scope import Scope
from workrelief.base.divisions import queries as divisions
from workrelief.faces.shared.project_entry import stored_funds
from workrelief.faces.web.views.plans_shape import wan_field, wan_from
from workrelief.kernel import codes
from workrelief.kernel.codes import Level
from workrelief.kernel.errors import InvalidInput
from workrelief.kernel.kinds import FundType, Sector, Track
from workrelief.work.projects.queries import ProjectDetail
from workrelief.work.projects.rules import LIST_LEVELS, Fund, LabourDemand, approved
from workrelief.work.projects.services import NewProject, ProjectChanges

OFFICERS_OWN = (
    "code", "name", "county", "township", "track", "sector", "list_level", "is_government_funded", "investment",
    "planned_workers", "planned_priority_workers", "planned_pay", *(f"fund_{f.id}" for f in FundType),
)  # fmt: skip
"""Fields an owner sees but does not change: what figures and identity rest on."""

GROUPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "基本信息", "",
        (
            "name", "code", "track", "sector", "list_level", "county", "township", "construction_kind",
            "is_government_funded", "content",
        ),
    ),
    ("总投资与资金来源", "单位：万元；各来源之和等于总投资", ("investment", *(f"fund_{f.id}" for f in FundType))),
    (
        "用工与报酬", "",
        (
            "labour_tasks", "labour_links", "demand_posts", "demand_number", "demand_season", "demand_skill",
            "planned_workers", "planned_priority_workers", "planned_pay", "planned_training",
        ),
    ),
    (
        "单位与工期", "",
        (
            "owner_name", "owner_uscc", "implementer", "industry_department", "responsible", "starts_on", "ends_on",
            "remark",
        ),
    ),
)  # fmt: skip


class WanField(forms.CharField):
    """An amount typed in 万元, exact to the fen; empty is None."""

    def __init__(self, **given: Any) -> None:
        super().__init__(max_length=30, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **given)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            fen = wan_from(text, str(self.label))
        except InvalidInput as err:
            raise forms.ValidationError(err.message) from err
        if not 0 <= fen < 10**15:
            raise forms.ValidationError(f"{self.label}应在0至一千亿元之间。")
        return fen


def _count(label: str, **given: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=False, min_value=0, max_value=9_999_999,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}), **given,
    )  # fmt: skip


def _text(label: str, longest: int, *, required: bool = False, rows: int = 0, **given: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=label, max_length=longest, required=required, widget=widget, **given)


def _day(label: str) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


class ProjectForm(forms.Form):
    """One project as an office fills it in. `scope` bounds the places; `is_owner` locks what only officers change."""

    name = _text("项目名称", 160, required=True, help_text="与批复文件一致")
    code = _text("项目代码", 40, help_text="24位，未赋码的留空")
    track = forms.ChoiceField(label="项目线", choices=[("", "请选择"), *((t.id, t.label) for t in Track)])
    sector = forms.ChoiceField(label="领域", choices=[("", "请选择"), *Sector.choices()])
    list_level = forms.ChoiceField(label="清单级次", choices=list(LIST_LEVELS.items()), initial="county")
    county = forms.ChoiceField(label="县（市、区）")
    township = forms.ChoiceField(label="乡镇（街道）", required=False)
    construction_kind = _text("建设性质", 20, help_text="新建、改扩建等")
    is_government_funded = forms.BooleanField(label="使用政府投资", required=False, initial=True)
    content = _text("主要建设内容和规模", 2000, rows=3)
    investment = WanField(label="总投资")
    owner_name = _text("建设单位", 120)
    owner_uscc = _text("统一社会信用代码", 24)
    implementer = _text("施工单位或承接主体", 120)
    industry_department = _text("行业主管部门", 60)
    responsible = _text("责任人", 80)
    labour_tasks = _text("适用的建设任务", 1000, rows=2)
    labour_links = _text("用工环节", 2000, rows=2)
    demand_posts = _text("用工岗位", 120, help_text="如：普工、砌筑工")
    demand_number = _count("岗位数量（人）")
    demand_season = _text("用工时段", 60, help_text="如：3月至10月")
    demand_skill = _text("技能要求", 120, help_text="无要求的写“不限”")
    planned_workers = _count("拟吸纳（人）")
    planned_priority_workers = _count("其中优先群体（人）")
    planned_pay = WanField(label="拟发劳务报酬（万元）", required=False)
    planned_training = _count("拟培训（人次）")
    starts_on = _day("开工日期")
    ends_on = _day("完工日期")
    remark = _text("备注", 1000, rows=2)

    def __init__(self, *given: Any, scope: Scope, is_owner: bool = False, **named: Any) -> None:
        super().__init__(*given, **named)
        for fund in FundType:
            self.fields[f"fund_{fund.id}"] = WanField(label=fund.label, required=False)
        known = str(self.data.get("county") or self.initial.get("county") or "")
        offered = self._counties(scope)
        self.fields["county"].choices = [("", "请选择"), *offered]  # type: ignore[attr-defined]
        self.fields["county"].widget.attrs |= {
            "hx-get": reverse("web:project-townships"), "hx-target": "#id_township", "hx-trigger": "change",
        }  # fmt: skip
        if not known:
            own = [code for _, counties in offered for code, _ in counties]
            known = own[0] if len(own) == 1 else ""
            self.initial.setdefault("county", known)
        self.fields["township"].choices = self._townships(scope, known)  # type: ignore[attr-defined]
        if is_owner:
            for name in OFFICERS_OWN:
                self.fields[name].disabled = True

    def _counties(self, scope: Scope) -> list[tuple[str, list[tuple[str, str]]]]:
        """The counties of the scope; a project registered at a city or the province keeps its place unless it is changed."""
        offered = county_choices(scope)
        kept = str(self.initial.get("county") or "")
        if kept and not any(kept in dict(counties) for _, counties in offered) and scope.covers_division(kept):
            offered.append(("原登记地点", [(kept, divisions.path_name(kept))]))
        return offered

    def _townships(self, scope: Scope, county: str) -> list[tuple[str, str]]:
        """The county's townships; a registered place that is none of them (a village, a former township) stays one can keep."""
        offered = township_choices(scope, county)
        kept = str(self.initial.get("township") or "")
        if kept and county == self.initial.get("county") and kept not in dict(offered):
            offered.append((kept, f"{divisions.path_name(kept)}（原登记地点）"))
        return offered

    @property
    def groups(self) -> list[tuple[str, str, list[tuple[forms.BoundField, bool]]]]:
        """(title, note, [(field, spans the row)]) in the order of the page."""
        return [
            (title, note, [(self[name], isinstance(self.fields[name].widget, forms.Textarea)) for name in names])
            for title, note, names in GROUPS
        ]

    def clean(self) -> dict[str, Any]:
        """A date that was there may be corrected, not emptied."""
        for name in ("starts_on", "ends_on"):
            if self.initial.get(name) and name not in self.errors and self.cleaned_data.get(name) is None:
                self.add_error(name, "已登记的日期不能清空，请填写更正后的日期。")
        return self.cleaned_data

    # ---------- what was typed ----------

    @property
    def place(self) -> str:
        return str(self.cleaned_data["township"] or self.cleaned_data["county"])

    @property
    def demand(self) -> LabourDemand:
        typed = self.cleaned_data
        return LabourDemand(
            typed["demand_posts"], typed["demand_number"], typed["demand_season"], typed["demand_skill"]
        )

    def funds(self, before: Sequence[Fund] = ()) -> tuple[Fund, ...]:
        return approved({kind: self.cleaned_data[f"fund_{kind.id}"] or 0 for kind in FundType}, before)

    def _plain(self) -> dict[str, Any]:
        typed = self.cleaned_data
        same = (
            "code", "name", "list_level", "is_government_funded", "construction_kind", "content", "owner_name", "owner_uscc",
            "implementer", "industry_department", "responsible", "labour_tasks", "labour_links", "remark", "starts_on",
            "ends_on",
        )  # fmt: skip
        return {name: typed[name] for name in same} | {
            "division_code": self.place,
            "track": Track.of_id(typed["track"]),
            "sector": Sector.of_id(typed["sector"]),
            "investment_fen": typed["investment"],
            "planned_workers": typed["planned_workers"] or 0,
            "planned_priority_workers": typed["planned_priority_workers"] or 0,
            "planned_pay_fen": typed["planned_pay"] or 0,
            "planned_training": typed["planned_training"] or 0,
            "demand": self.demand,
        }

    def entry(self, year: int) -> NewProject:
        """The project as typed, for the reserve: it counts from the list or plan it comes on."""
        return NewProject(year=year, is_reserve=True, funds=self.funds(), **self._plain())

    def changes(self, before: ProjectDetail) -> ProjectChanges:
        """Only what differs from the stored project."""
        stored = _as_stored(before)
        given = {name: value for name, value in self._plain().items() if value is not None and value != stored[name]}
        funds = self.funds(stored_funds(before))
        if _money(funds) != _money(stored_funds(before)):
            given["funds"] = funds
        return ProjectChanges(**given)


def _money(funds: Sequence[Fund]) -> set[tuple[str, int]]:
    return {(f.fund_type.id, f.planned_fen) for f in funds}


def _as_stored(detail: ProjectDetail) -> Mapping[str, Any]:
    row = detail.row
    return {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields} | {
        "track": detail.track, "sector": detail.sector, "demand": LabourDemand.parse(row.labour_demand),
    }  # fmt: skip


def initial_of(detail: ProjectDetail) -> dict[str, Any]:
    """A stored project as the form shows it."""
    row, demand = detail.row, LabourDemand.parse(detail.row.labour_demand)
    county = codes.at_level(row.division_code, Level.COUNTY)
    shown: dict[str, Any] = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
    for name in ("planned_workers", "planned_priority_workers", "planned_training"):
        shown[name] = shown[name] or ""
    return shown | {
        "county": county,
        "township": row.division_code if row.division_code != county else "",
        "investment": wan_field(row.investment_fen),
        "planned_pay": wan_field(row.planned_pay_fen) if row.planned_pay_fen else "",
        "demand_posts": demand.posts,
        "demand_number": demand.number,
        "demand_season": demand.season,
        "demand_skill": demand.skill,
        **{f"fund_{f.fund_type.id}": wan_field(f.planned_fen) for f in detail.funds},
    }


# ---------- places ----------


def county_choices(scope: Scope) -> list[tuple[str, list[tuple[str, str]]]]:
    """Counties and zones a project of this scope may lie in, grouped by city."""
    found: dict[str, dict[str, str]] = {}
    for prefix in scope.divisions:
        for node in divisions.county_units(prefix[:6]):
            city = divisions.name(codes.at_level(node.code, Level.CITY))
            found.setdefault(city, {})[node.code] = node.name
    return [(city, list(counties.items())) for city, counties in found.items()]


def township_choices(scope: Scope, county: str, *, on: date | None = None) -> list[tuple[str, str]]:
    """The townships of a county inside the scope; the county itself only for those whose scope holds all of it."""
    if len(county) != 12 or not divisions.exists(county):
        return [("", "先选择县（市、区）")]
    own = [(node.code, node.name) for node in divisions.children(county, on) if scope.covers_division(node.code)]
    return [("", "不分乡镇（县本级）"), *own] if scope.covers_division(county) else own
