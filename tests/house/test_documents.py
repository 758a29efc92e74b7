"""Generated documents are up to date: the stored OpenAPI document and the pages of docs/reference."""

from __future__ import annotations

from pathlib import Path

from workrelief.faces.api.document import document
from workrelief.faces.commands.reference import pages

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"


def test_the_stored_openapi_document_is_the_one_the_code_gives():
    assert (REFERENCE / "openapi.json").read_text(encoding="utf-8") == document(), (
        "run `make openapi` and look at the change"
    )


def test_the_reference_pages_are_up_to_date():
    stale = [name for name, text in pages().items() if (REFERENCE / name).read_text(encoding="utf-8") != text]
    assert stale == [], "run `make docs`"
