"""Projects in scope."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from workrelief.faces.api.paging import PageQuery, part
from workrelief.faces.api.schemas.projects import ProjectBody, ProjectDetail, ProjectEditBody, ProjectRow
from workrelief.faces.api.session import acting
from workrelief.faces.shared import project_entry as entering
from workrelief.kernel import clock
from workrelief.work.projects import queries

router = Router(tags=["项目"])


class ProjectQuery(PageQuery):
    """Filters; empty means all."""

    division: str = Field("", description="行政区划代码或前缀")
    track: list[str] = Field([], description="项目线")
    sector: list[str] = Field([], description="领域")
    stage: list[str] = Field([], description="形象进度")
    year: int | None = Field(None, ge=2000, le=2100, description="清单年度")
    text: str = Field("", max_length=80, description="名称的一部分，或代码开头")


class ProjectPage(Schema):
    total: int
    items: list[ProjectRow]


@router.get("", response=ProjectPage, summary="项目清单")
def list_projects(request: HttpRequest, query: Query[ProjectQuery]) -> ProjectPage:
    actor = acting(request, "project.view")
    wanted = queries.ProjectFilter(
        division=query.division,
        tracks=tuple(query.track),
        sectors=tuple(query.sector),
        stages=tuple(query.stage),
        year=query.year,
        text=query.text,
    )
    rows, total = part(queries.projects(actor.scope, wanted), query)
    return ProjectPage(total=total, items=[ProjectRow.of(r) for r in rows])


@router.get("/{project_id}", response=ProjectDetail, summary="项目详情")
def one_project(request: HttpRequest, project_id: int) -> ProjectDetail:
    actor = acting(request, "project.view")
    return ProjectDetail.of_detail(queries.project(actor.scope, project_id))


@router.post("", response=ProjectDetail, summary="登记项目（储备）")
def register(request: HttpRequest, body: ProjectBody) -> ProjectDetail:
    actor = acting(request, "project.register")
    made = entering.register(actor, body.entry(clock.today().year), confirmed=body.confirmed)
    return ProjectDetail.of_detail(queries.project(actor.scope, made))


@router.patch("/{project_id}", response=ProjectDetail, summary="修改项目")
def edit(request: HttpRequest, project_id: int, body: ProjectEditBody) -> ProjectDetail:
    actor = acting(request, "project.edit")
    detail = queries.project(actor.scope, project_id)
    changes = body.changes(entering.stored_funds(detail))
    entering.edit(actor, detail, changes, reason=body.reason, confirmed=body.confirmed, expected=body.expected)
    return ProjectDetail.of_detail(queries.project(actor.scope, project_id))
