"""Schemas several routers share."""

from __future__ import annotations

from ninja import Field, Schema

from workrelief.base.divisions import queries as divisions


class Place(Schema):
    """A division."""

    code: str = Field(description="12 位行政区划代码")
    name: str = Field(description="名称，含所属市")

    @classmethod
    def of(cls, code: str) -> Place:
        return cls(code=code, name=divisions.path_name(code))


class Choice(Schema):
    """A value of a closed set."""

    id: str
    label: str


class Problem(Schema):
    """An error, RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str = ""
    findings: list[dict[str, object]] = []
