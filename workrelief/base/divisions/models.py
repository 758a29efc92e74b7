"""The table of divisions: public data, loaded from the committed files, seen by everybody."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from workrelief.base.divisions.tree import Kind


class Division(models.Model):
    """A division or development zone with its official code and the days on which it existed."""

    code = models.CharField(max_length=12, primary_key=True, help_text="12 digits, GB/T 2260 and statistical codes")
    name = models.CharField(max_length=60, help_text="official name: 费县, 上冶镇")
    short_name = models.CharField(
        max_length=60, help_text="name without its generic ending where two characters remain"
    )
    level = models.PositiveSmallIntegerField(help_text="1 province, 2 city, 3 county or zone, 4 township, 5 village")
    kind = models.CharField(
        max_length=16,
        choices=[(kind.value, kind.label) for kind in Kind],
        help_text="what the division is, see tree.Kind",
    )
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="children", help_text="one level up; empty for 37"
    )
    valid_from = models.DateField(help_text="first day of existence; 2000-01-01 for all that are older")
    valid_to = models.DateField(null=True, help_text="day on which it ceased to exist; empty while it exists")
    aliases = models.CharField(max_length=120, blank=True, help_text="other names offices use, separated by spaces")

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="division_level_known"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="division_dates_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.name
