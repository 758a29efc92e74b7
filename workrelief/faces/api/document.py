"""The OpenAPI document with stable key order: `python -m workrelief.faces.api.document > docs/reference/openapi.json`."""

from __future__ import annotations

import json
import os
import sys


def document() -> str:
    """The document as text; needs Django set up."""
    from workrelief.faces.api.api import api

    schema = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), default=str))
    return json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workrelief.config.settings")
    django.setup()
    sys.stdout.write(document())
