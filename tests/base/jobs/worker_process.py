"""A worker, or a small question to the database, in a process of its own: `python -m tests.base.jobs.worker_process <what>`."""

from __future__ import annotations

import json
import os
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workrelief.config.settings")

import django

django.setup()

from django.core.management import call_command
from django.test import Client

import tests.base.jobs.sample_jobs  # noqa: F401 - declares the kinds
from tests.conftest import make_actor
from workrelief.base.access.actor import system_actor
from workrelief.base.access.permissions import Role
from workrelief.base.accounts.models import Unit
from workrelief.base.accounts.seeds import make_demo_accounts
from workrelief.base.jobs import queries, services
from workrelief.base.jobs.models import Job


def work(*options: str) -> None:
    """Run the real command; a lost worker is noticed after two seconds instead of sixty."""
    services.STALE_SECONDS = 2
    call_command("run_worker", *options)


def ask(count: str, pause: str) -> None:
    job = services.enqueue(
        system_actor("sample.units"), "sample.units", key="units", count=int(count), pause=float(pause)
    )
    print(job.pk)


def tell(job_id: str) -> None:
    job = Job.rows.get(pk=job_id)
    view = queries.view_of(job)
    answer = {
        "state": job.state,
        "attempts": job.attempts,
        "losses": job.losses,
        "result": job.result,
        "done": view.done,
        "log": list(view.log),
        "units": sorted(Unit.objects.filter(kind="").values_list("name", flat=True)),
    }
    print(json.dumps(answer))


def cancel(job_id: str) -> None:
    print(services.cancel_job(make_actor(Role.PROVINCE_OFFICER, "37"), int(job_id)).state)


def sign_in() -> None:
    """A province officer with a session; prints its cookie."""
    officer = make_demo_accounts()[0]
    client = Client()
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    print(client.cookies["sessionid"].value)


def look(session: str, job_id: str) -> None:
    """What the signed-in officer sees on the page of the job, and how long it took."""
    client = Client()
    client.cookies["sessionid"] = session
    began = time.monotonic()
    response = client.get(f"/jobs/{job_id}/")
    answer = {"status": response.status_code, "seconds": time.monotonic() - began, "page": response.content.decode()}
    print(json.dumps(answer))


def scheduled(kind: str) -> None:
    print(Job.rows.filter(kind=kind, state="done").count())


if __name__ == "__main__":
    {
        "work": work,
        "ask": ask,
        "tell": tell,
        "cancel": cancel,
        "scheduled": scheduled,
        "sign_in": sign_in,
        "look": look,
    }[sys.argv[1]](*sys.argv[2:])
