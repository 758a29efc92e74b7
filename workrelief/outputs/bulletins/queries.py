"""Reading bulletins; scope first."""

from __future__ import annotations

from pathlib import Path

from django.db.models import QuerySet

from workrelief.base.access.scope import Scope
from workrelief.kernel.errors import NotFound
from workrelief.outputs.bulletins.models import Bulletin

_TEMPLATES = Path(__file__).parent / "templates"


def bulletins(scope: Scope) -> QuerySet[Bulletin]:
    """Bulletins of the divisions in scope, newest period first."""
    rows: QuerySet[Bulletin] = Bulletin.objects.within(scope).order_by("-period", "kind", "division_code")
    return rows.filter(state="issued") if scope.published_only else rows


def bulletin(scope: Scope, bulletin_id: int) -> Bulletin:
    """One bulletin. Raises NotFound, also when it lies outside the scope."""
    row = bulletins(scope).filter(pk=bulletin_id).first()
    if row is None:
        raise NotFound("bulletin.missing", "没有找到这份通报，或不在您的数据范围内。")
    return row


def template(kind: str) -> str:
    """The standing source text of a kind of bulletin."""
    return (_TEMPLATES / f"{kind}.md").read_text(encoding="utf-8")
