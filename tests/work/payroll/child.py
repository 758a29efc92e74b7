"""A process of its own for the tests that kill one or let two race: python -m tests.work.payroll.child <verb> …"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path


def _setup() -> None:
    from django.apps import apps
    from django.conf import settings
    from django.core.management import call_command

    from tests.work.payroll.build import project

    settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
    call_command("migrate", run_syncdb=True, verbosity=0)
    project()


def _upload(path: str) -> int:
    from tests.conftest import make_actor
    from workrelief.base.access.permissions import Role
    from workrelief.base.intake import services

    actor = make_actor(Role.COUNTY_OFFICER, "371422")
    with Path(path).open("rb") as file:
        batch = services.upload(actor, file, "发放表.xlsx", "pay_sheet")
    return int(services.check(actor, batch.pk).pk)


def _commit(batch_id: int, *, linger: Path | None = None, gate: Path | None = None) -> str:
    """ "committed", or the code of what stopped it. `linger`: everything written, say so there and wait to be killed."""
    from tests.conftest import make_actor
    from workrelief.base.access.permissions import Role
    from workrelief.base.intake import services
    from workrelief.kernel.errors import DomainError

    actor = make_actor(Role.COUNTY_OFFICER, "371422")
    if linger is not None:
        finish = services._finish_commit

        def slow(*args: object) -> None:
            finish(*args)  # type: ignore[arg-type]
            linger.write_text("written")
            time.sleep(120)

        services._finish_commit = slow  # type: ignore[assignment]
    if gate is not None:
        while not gate.exists():
            time.sleep(0.01)
    try:
        return services.commit(actor, batch_id).state
    except DomainError as err:
        return err.code


def _count() -> dict[str, object]:
    from workrelief.base.audit.models import AuditEntry
    from workrelief.base.intake.models import ImportBatch
    from workrelief.figures.ledger.models import FACT_MODELS, Posting
    from workrelief.work.payroll.models import PayLine, PaySheet
    from workrelief.work.workers.models import Engagement, Worker, WorkerAccount

    return {
        "states": list(ImportBatch.rows.order_by("id").values_list("state", flat=True)),
        "sheets": PaySheet.rows.count(),
        "lines": PayLine.objects.count(),
        "facts": FACT_MODELS["pay_fact"]._default_manager.count(),
        "postings": Posting.objects.count(),
        "people": Worker.rows.count(),
        "rosters": Engagement.rows.count(),
        "accounts": WorkerAccount.objects.count(),
        "entries": AuditEntry.objects.filter(action="paysheet.import").count(),
    }


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workrelief.config.settings")
    import django

    django.setup()
    from django.conf import settings

    settings.JOBS_EAGER = False
    verb, *rest = sys.argv[1:]
    answer: object = None
    match verb:
        case "setup":
            _setup()
        case "upload":
            answer = _upload(rest[0])
        case "commit":
            answer = _commit(int(rest[0]), gate=Path(rest[1]) if len(rest) > 1 else None)
        case "commit-and-linger":
            answer = _commit(int(rest[0]), linger=Path(rest[1]))
        case "count":
            answer = _count()
        case _:
            raise SystemExit(f"unknown verb {verb}")
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
