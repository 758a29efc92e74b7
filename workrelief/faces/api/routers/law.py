"""Rules, parameters in force and the clauses behind them."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router, Schema

from workrelief.base.law import registry
from workrelief.faces.api.session import acting

router = Router(tags=["规则与依据"])


class RuleRow(Schema):
    """A rule with its level, its mark (证, 背, 核) and clauses."""

    id: str
    title: str
    severity: str
    status: str
    clauses: list[str]


@router.get("/rules", response=list[RuleRow], summary="规则")
def rules(request: HttpRequest) -> list[RuleRow]:
    acting(request, "law.view")
    return [
        RuleRow(
            id=r.id,
            title=r.title,
            severity=r.severity.value,
            status=r.status,
            clauses=[registry.resolve(c) for c in r.cites],
        )
        for r in registry.rules()
    ]
