"""Database tables of the ledger: postings, sealed periods, and one table per declared fact."""

from __future__ import annotations

from django.db import models

from workrelief.figures.ledger.facts import FACTS, FactColumn, FactTable


class Posting(models.Model):
    """One batch of facts posted in one transaction."""

    fact = models.CharField(max_length=20, help_text="name of the fact table")
    posted_at = models.DateTimeField()
    posted_by = models.CharField(max_length=60)
    action = models.CharField(max_length=60, help_text="action of the change that caused it")
    rows = models.PositiveIntegerField()
    totals = models.JSONField(help_text="sum of each additive column")
    partitions = models.JSONField(help_text='partitions touched: ["2022/3714", …]')
    is_mirrored = models.BooleanField(default=False, help_text="its rows stand in the Parquet mirror")

    class Meta:
        indexes = [models.Index(fields=["id"], condition=models.Q(is_mirrored=False), name="posting_waiting")]


class SealedPeriod(models.Model):
    """A month closed for posting. A late fact becomes a correction dated in the open period."""

    month = models.PositiveIntegerField(unique=True, help_text="ledger month, e.g. 202212")
    sealed_at = models.DateTimeField()
    sealed_by = models.CharField(max_length=60)


def _field(column: FactColumn) -> models.Field[object, object]:
    kinds: dict[str, type[models.Field[object, object]]] = {
        "int64": models.BigIntegerField,
        "int32": models.IntegerField,
        "int16": models.SmallIntegerField,
        "date": models.DateField,
    }
    return kinds[column.kind](null=column.null, help_text=column.meaning)


def _model(table: FactTable) -> type[models.Model]:
    fields: dict[str, object] = {
        c.name: models.BigAutoField(primary_key=True) if c.name == "id" else _field(c) for c in table.columns
    }
    meta = type(
        "Meta",
        (),
        {
            "db_table": f"ledger_{table.name}",
            # Figures are read from the mirror, never from here: only what posting itself looks up is indexed.
            "indexes": [
                models.Index(fields=["posting_id"], name=f"{table.name}_posting"),
                models.Index(fields=["source_ref"], name=f"{table.name}_source"),
            ],
            "constraints": [
                models.UniqueConstraint(
                    fields=["reverses"], condition=models.Q(reverses__isnull=False), name=f"{table.name}_reversed_once"
                )
            ],
        },
    )
    name = "".join(part.title() for part in table.name.split("_"))
    doc = f"{table.label} (see facts.py)."
    return type(name, (models.Model,), {"__module__": __name__, "__doc__": doc, "Meta": meta, **fields})


FACT_MODELS: dict[str, type[models.Model]] = {name: _model(table) for name, table in FACTS.items()}
