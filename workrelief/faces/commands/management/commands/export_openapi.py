"""manage.py export_openapi: the OpenAPI document, with stable key order, on stdout."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "输出 OpenAPI 文档。"

    def handle(self, *args: object, **options: Any) -> None:
        from workrelief.config.urls import api

        schema = json.loads(json.dumps(api.get_openapi_schema(), default=str))
        self.stdout.write(json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True))
