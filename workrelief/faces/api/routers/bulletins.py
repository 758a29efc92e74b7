"""Bulletins, with every number bound to its figure."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from workrelief.faces.api.session import acting
from workrelief.faces.shared.download import attachment
from workrelief.kernel.address import address_of
from workrelief.kernel.errors import NotFound
from workrelief.outputs.bulletins import queries, services
from workrelief.outputs.bulletins.compose import markdown_text

router = Router(tags=["通报"])


class BulletinRow(Schema):
    id: int
    kind: str
    period: str
    title: str
    state: str
    manifest: str


class BoundFigure(Schema):
    """A number of the text: what is printed, its exact value, and the address of the figure."""

    ref: str
    text: str
    indicator: str
    value: str | None
    unit: str
    address: str


class BulletinDetail(BulletinRow):
    text: str
    figures: list[BoundFigure]


@router.get("", response=list[BulletinRow], summary="通报")
def list_bulletins(request: HttpRequest) -> list[BulletinRow]:
    actor = acting(request, "bulletin.view")
    return [_row(b) for b in queries.bulletins(actor.scope)[:200]]


@router.get("/{bulletin_id}", response=BulletinDetail, summary="通报正文与数字")
def one_bulletin(request: HttpRequest, bulletin_id: int) -> BulletinDetail:
    actor = acting(request, "bulletin.view")
    row = queries.bulletin(actor.scope, bulletin_id)
    made = services.composition(actor.scope, row)
    return BulletinDetail(
        **_row(row).dict(),
        text=markdown_text(made),
        figures=[
            BoundFigure(
                ref=b.ref,
                text=b.text,
                indicator=b.figure.indicator,
                value=None if b.figure.value is None else str(b.figure.value),
                unit=b.figure.unit.id,
                address=address_of(b.figure).query,
            )
            for b in made.bound.values()
        ],
    )


@router.get("/{bulletin_id}/file.{form}", summary="通报文件")
def bulletin_file(request: HttpRequest, bulletin_id: int, form: str) -> HttpResponse:
    actor = acting(request, "bulletin.view")
    if form not in services.FORMATS:
        raise NotFound("bulletin.format", "没有这种格式的文件。")
    row = queries.bulletin(actor.scope, bulletin_id)
    return attachment(services.rendered(actor.scope, row, form), services.file_name(row, form))


def _row(row: Any) -> BulletinRow:
    return BulletinRow(
        id=row.pk, kind=row.kind, period=row.period, title=row.title, state=row.state, manifest=row.manifest
    )
