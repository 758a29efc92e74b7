"""Files to the browser: the right type, a Chinese name that survives, and never opened in place."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponse

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "zip": "application/zip",
}


def attachment(data: bytes, name: str) -> HttpResponse:
    """`data` as a download named `name` (its ending decides the type)."""
    ending = name.rsplit(".", 1)[-1].lower()
    response = HttpResponse(data, content_type=TYPES.get(ending, "application/octet-stream"))
    response["Content-Disposition"] = f"attachment; filename=\"file.{ending}\"; filename*=UTF-8''{quote(name)}"
    return response
