"""Short ways through an import."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from workrelief.base.access.actor import Actor
from workrelief.base.intake import services
from workrelief.base.intake.models import ImportBatch

Bring = Callable[..., ImportBatch]


@pytest.fixture
def bring(ningjin_officer: Actor) -> Bring:
    """Upload a spreadsheet as the county's officer and check it."""

    def go(
        file: io.BytesIO, *, actor: Actor = ningjin_officer, kind: str = "pay_sheet", name: str = "发放表.xlsx"
    ) -> ImportBatch:
        batch = services.upload(actor, file, name, kind)
        return services.check(actor, batch.pk)

    return go
