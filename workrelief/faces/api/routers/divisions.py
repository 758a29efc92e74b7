"""The administrative tree inside the reader's scope."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router, Schema

from workrelief.base.divisions import queries
from workrelief.faces.api.session import acting
from workrelief.kernel import codes
from workrelief.kernel.errors import NotFound

router = Router(tags=["行政区划"])


class DivisionRow(Schema):
    """A division and its level (1 province … 5 village)."""

    code: str
    name: str
    level: int


@router.get("", response=list[DivisionRow], summary="下级行政区划")
def children(request: HttpRequest, parent: str = "") -> list[DivisionRow]:
    actor = acting(request, "workbench.view")
    code = codes.normalise(parent) if parent else actor.home
    if not actor.scope.covers_division(code):
        raise NotFound("division.scope", "该行政区划不在您的数据范围内。")
    return [DivisionRow(code=n.code, name=n.name, level=int(n.level)) for n in queries.children(code)]
