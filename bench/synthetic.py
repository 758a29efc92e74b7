"""A ledger of any size, written straight into the mirror: Parquet partitions, cubes and a manifest, without database rows.

Numbers are made by arithmetic on the line number, so every run makes the same ledger. Five monthly lines an engagement;
about one worker in fourteen also works elsewhere in the province; one line in two hundred takes the line before it back.
Keys come in blocks of two hundred (one imported roster) that are spread over the whole range, as in real registers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from workrelief.figures.ledger import mirror
from workrelief.figures.ledger.facts import PAY
from workrelief.figures.ledger.schema import arrow_schema
from workrelief.figures.snapshots import cube
from workrelief.figures.snapshots.build import make_manifest
from workrelief.figures.snapshots.manifest import FileEntry
from workrelief.figures.snapshots.models import Manifest

YEAR = 2022
CITIES = [f"37{n:02d}" for n in (*range(1, 12), *range(13, 18))]
COUNTIES_OF_CITY = 9
LINES_OF_ENGAGEMENT = 5
ENGAGEMENTS_OF_PROJECT = 400
BLOCK = 200
TAKEN_BACK_EVERY = 200
_CHUNK = 500_000
_DAYS = np.array(
    [(np.datetime64(f"{YEAR}-{m:02d}-20") - np.datetime64("1970-01-01")).astype(int) for m in range(1, 13)]
)


@dataclass(frozen=True)
class Shape:
    """How large the ledger is; `blocks` is a prime, so that spreading keys is one-to-one."""

    lines: int

    @property
    def lines_of_city(self) -> int:
        step = TAKEN_BACK_EVERY * LINES_OF_ENGAGEMENT
        return max(step, self.lines // len(CITIES) // step * step)

    @property
    def engagements(self) -> int:
        return self.lines_of_city * len(CITIES) // LINES_OF_ENGAGEMENT

    @property
    def blocks(self) -> int:
        return _prime_from(self.engagements // BLOCK + 2)


def _prime_from(number: int) -> int:
    while any(number % d == 0 for d in range(2, int(number**0.5) + 1)):
        number += 1
    return number


def _spread(keys: np.ndarray, blocks: int, factor: int) -> np.ndarray:
    return (keys // BLOCK * factor % blocks) * BLOCK + keys % BLOCK + 1


def chunks(shape: Shape, position: int) -> Iterator[pa.Table]:
    """The lines of one city, sorted by county and project, in tables of bounded size."""
    schema = arrow_schema(PAY)
    first = position * shape.lines_of_city
    projects_of_city = -(-shape.lines_of_city // LINES_OF_ENGAGEMENT // ENGAGEMENTS_OF_PROJECT)
    for start in range(0, shape.lines_of_city, _CHUNK):
        line = first + np.arange(start, min(start + _CHUNK, shape.lines_of_city), dtype=np.int64)
        taken_back = line % TAKEN_BACK_EVERY == TAKEN_BACK_EVERY - 1
        seen = line - taken_back  # a reversal repeats what stood on the line before
        engagement = seen // LINES_OF_ENGAGEMENT
        elsewhere = engagement % 14 == 0
        person = np.where(elsewhere, engagement * 7_919 % shape.engagements, engagement)
        in_city = (engagement - first // LINES_OF_ENGAGEMENT) // ENGAGEMENTS_OF_PROJECT
        county = in_city * COUNTIES_OF_CITY // projects_of_city
        project = position * projects_of_city + in_city
        month = (engagement % 8 + seen % LINES_OF_ENGAGEMENT).astype(np.int32)
        sign = np.where(taken_back, -1, 1)
        amount = (180_000 + engagement % 97 * 1_000) * sign
        own = np.where(engagement % 50 == 0, 0, amount)
        on = pa.array(_DAYS[month].astype(np.int32)).cast(pa.date32())
        period = (YEAR * 100 + 1 + month).astype(np.int32)
        columns = {
            "id": line + 1,
            "posting_id": np.full(len(line), position + 1),
            "occurred_on": on,
            "period": period,
            "division_code": (int(CITIES[position]) * 100 + 21 + county) * 10**6,
            "track": 1 + project % 3,
            "sector": 1 + project % 7,
            "project_id": project + 1,
            "source_ref": seen + 1,
            "batch_id": np.full(len(line), position + 1),
            "reverses": pa.array(line, mask=~taken_back),
            "worker_key": _spread(person, shape.blocks, 7_919),
            "engagement_key": _spread(engagement, shape.blocks, 104_729),
            "group": 1 + engagement % 9,
            "sign": sign,
            "days_x10": 200 * sign,
            "due_fen": amount,
            "paid_fen": amount,
            "paid_on": on,
            "own_card_fen": own,
            "on_time_fen": np.where(engagement % 20 == 0, 0, own),
            "local": np.where(engagement % 10 == 0, 0, sign),
            "wage_period": period,
        }
        yield pa.table([pa.array(columns[f.name]).cast(f.type) for f in schema], schema=schema)


def make_ledger(lines: int) -> Manifest:
    """Write partitions, cubes and a sealed manifest named after the size; returns it."""
    shape = Shape(lines)
    entries: list[FileEntry] = []
    for position, city in enumerate(CITIES):
        draft = mirror.draft_path("parquet")
        with pq.ParquetWriter(draft, arrow_schema(PAY), compression="zstd") as sink:
            for part in chunks(shape, position):
                sink.write_table(part, row_group_size=mirror.ROW_GROUP)
        file = mirror.keep(PAY, YEAR, city, draft)
        entries.append(FileEntry.of(PAY, YEAR, city, file, cube.write(PAY, file.path, file.digest)))
    return make_manifest("sealed", entries, by="bench", name=f"bench-{lines}", period=str(YEAR))
