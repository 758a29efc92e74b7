"""A process of its own for the crash and concurrency tests: `python -m tests.figures.process COMMAND … [, COMMAND …]`.

It works on the database and data folder of its environment and may be told to die at a named point (CRASH_AT).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import date
from typing import Any

import django

DIED = 86
"""Exit status of a process that was told to die."""


def _die_after(owner: Any, name: str, *, calls: int = 1) -> None:
    """Let the process end, without any clean-up, as soon as `owner.name` has returned for the n-th time."""
    original: Callable[..., Any] = getattr(owner, name)
    left = [calls]

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        left[0] -= 1
        if not left[0]:
            os._exit(DIED)
        return result

    setattr(owner, name, wrapped)


def _arm(point: str) -> None:
    from workrelief.figures.ledger import mirror
    from workrelief.figures.snapshots import build, cube, services

    match point:
        case "":
            return
        case "a file was written, not yet named":
            _die_after(mirror, "sm3_file")
        case "the first partition was written":
            _die_after(mirror, "write_partition")
        case "a cube was written":
            _die_after(cube, "write", calls=2)
        case "all files were written":
            _die_after(build, "_take_up")
        case "the manifest was made, not committed":
            _die_after(build, "make_manifest")
        case "everything was committed":
            _die_after(build, "_conclude")
        case "months were sealed, not committed":
            _die_after(services, "seal_months")
        case "the snapshot was made, not committed":
            _die_after(services, "_snapshot")
        case _:
            raise ValueError(point)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workrelief.config.settings")
    django.setup()
    from workrelief.figures.ledger import wake

    wake.refresh_figures = lambda: None
    _arm(os.environ.get("CRASH_AT", ""))
    for command in " ".join(sys.argv[1:]).split(","):
        name, *arguments = command.split()
        globals()[name](*arguments)


def create() -> None:
    """Tables in an empty database."""
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0)


def prepare() -> None:
    from tests.figures import build

    for place in (build.NINGJIN, build.FEIXIAN, 370102000000):
        build.pay(*(build.a_pay_row(n, paid=100, division=place) for n in range(1, 11)))
    build.projects(build.a_project_row(1, investment=5))


def write(name: str, batches: str, rows: str) -> None:
    """Post batches of lines, each worth 7 fen, for workers nobody else uses."""
    from tests.figures import build

    first = int(name) * 1_000_000
    for batch in range(int(batches)):
        lines = (
            build.a_pay_row(
                first + batch * int(rows) + n, paid=7, on=date(2022, 1 + batch % 12, 9), division=build.NINGJIN
            )
            for n in range(int(rows))
        )
        build.pay(*lines)


def refresh() -> None:
    from workrelief.figures.snapshots.services import refresh_live

    refresh_live()


def seal() -> None:
    from tests.figures.build import SYSTEM
    from workrelief.figures.snapshots.services import seal_period
    from workrelief.kernel.period import Period

    seal_period(SYSTEM, Period("2022"))


def watch(expected: str) -> None:
    """Refresh and read in turn until everything is there; print every amount seen."""
    from tests.figures.build import PROVINCE
    from workrelief.figures.indicators.read import read
    from workrelief.figures.snapshots.services import refresh_live
    from workrelief.kernel.period import Period

    seen: list[list[int]] = []
    while not seen or seen[-1][0] < int(expected):
        table = read(["wages_paid", "headcount_unique"], scope=PROVINCE, period=Period("2022"))
        seen.append([figure.value or 0 for figure in table.cells[()].values()])
        if len(seen) % 3 == 0:
            refresh_live()
    print(json.dumps(seen))


def report() -> None:
    """What there is: figures live and sealed, from cubes and rows, manifests, faults, stray drafts."""
    from tests.figures.build import PROVINCE
    from workrelief.figures.indicators.asking import ask
    from workrelief.figures.indicators.catalogue import definition
    from workrelief.figures.indicators.read import values_of
    from workrelief.figures.ledger.models import Posting, SealedPeriod
    from workrelief.figures.snapshots import queries, services
    from workrelief.figures.snapshots.models import Manifest
    from workrelief.kernel.period import Period

    measures = [definition(i) for i in ("wages_paid", "headcount_unique", "projects")]
    asked = ask(scope=PROVINCE, period=Period("2022"), by=("county",), division=None, where={})
    view = queries.live()
    cells = values_of(view, measures, asked)
    assert cells == values_of(view, measures, asked, from_rows=True)
    print(
        json.dumps(
            {
                "values": {i: sorted([*key, value] for key, value in found.items()) for i, found in cells.items()},
                "manifests": list(Manifest.objects.order_by("id").values_list("kind", "rows")),
                "waiting": Posting.objects.filter(is_mirrored=False).count(),
                "sealed_months": SealedPeriod.objects.count(),
                "faults": [fault for m in Manifest.objects.all() for fault in services.verify(m)],
            }
        )
    )


if __name__ == "__main__":
    main()
