"""Server time of pages on the whole demo year, and how soon a confirmed batch is in the figures.

Measured inside the process (the whole middleware, templates included), warm, each page forty times; the loaded year of
`bench.demo` is used and made when missing.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from typing import Any

from bench.run import Measure

PAGES = (
    ("pages.statistics_province_p95", "/statistics/?p=2022", 150.0),
    ("pages.statistics_city_p95", "/statistics/?p=2022&d=371300000000", 150.0),
    ("pages.workbench_p95", "/", 150.0),
    ("pages.projects_p95", "/projects/", 200.0),
    ("pages.workers_p95", "/workers/", 200.0),
    ("pages.paysheets_p95", "/pay-sheets/", 200.0),
    ("pages.bulletin_p95", "/bulletins/1/", None),
)


def measures(options: argparse.Namespace) -> list[Measure]:
    from bench import demo

    if not (demo.FOLDER / "db.sqlite3").exists():
        demo.load()
    os.environ.update(demo.environment())
    os.environ["DJANGO_SETTINGS_MODULE"] = "workrelief.config.settings"
    import django

    django.setup()
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from workrelief.base.accounts.models import User

    client = Client()
    user = User.objects.filter(is_demo=True).order_by("id").first()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    found = []
    for name, address, limit in PAGES:
        first = time.perf_counter()
        answer = client.get(address)
        cold = (time.perf_counter() - first) * 1_000
        assert answer.status_code == 200, (address, answer.status_code)
        with CaptureQueriesContext(connection) as statements:
            client.get(address)
        number = len(statements)  # before the next request empties the log
        times = []
        for _ in range(max(10, options.rounds * 13)):
            began = time.perf_counter()
            client.get(address)
            times.append((time.perf_counter() - began) * 1_000)
        p95 = statistics.quantiles(times, n=20)[-1]
        notes = {
            "median_ms": statistics.median(times),
            "first_ms": cold,
            "statements": number,
            "bytes": len(answer.content),
        }
        found.append(Measure(name, p95, "ms", limit=limit, notes=notes))
    return [*found, _freshness(client)]


def _freshness(client: Any) -> Measure:
    """Seconds from taking a posted pay sheet back (the same path as confirming one) to the province's figure without it."""
    from workrelief.base.access.actor import system_actor
    from workrelief.figures.indicators.read import read
    from workrelief.kernel.period import Period
    from workrelief.work.payroll import services
    from workrelief.work.payroll.models import PaySheet

    actor = system_actor("bench")
    sheet = PaySheet.rows.filter(state="posted").order_by("-lines_count").first()
    assert sheet is not None
    before = read(["wages_due"], scope=actor.scope, period=Period("2022")).figure("wages_due").value
    began = time.perf_counter()
    try:
        services.reverse_sheet(actor, sheet.pk, reason="性能测量：冲回后再看统计")
        after = read(["wages_due"], scope=actor.scope, period=Period("2022")).figure("wages_due").value
        assert before is not None
        assert after is not None
        assert after < before
    finally:
        seconds = time.perf_counter() - began
    return Measure("figures.visible_after_posting", seconds, "s", limit=5.0, notes={"lines": sheet.lines_count})
