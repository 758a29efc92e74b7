"""Row-level visibility: the one place that knows how a scope becomes a condition.

A `Scope` is computed from the post in which a person acts. Tables with a division inherit `ScopedModel`; their `objects`
refuses every query until `.within(scope)` or `.unscoped("reason")` is said. An empty scope sees nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from workrelief.kernel import codes
from workrelief.kernel.kinds import Sector

if TYPE_CHECKING:
    import ibis.expr.types as ir

ALL: None = None


@dataclass(frozen=True)
class ScopeFields:
    """Names of the columns (or lookup paths) a scope is applied to."""

    division: str = "division_code"
    sector: str | None = None
    project: str | None = None


@dataclass(frozen=True)
class Scope:
    """What may be seen: division prefixes, and optionally only some sectors or some projects.

    `sectors` and `projects` are None for no restriction. `published_only` marks the public scope.
    """

    divisions: tuple[str, ...] = ()
    sectors: frozenset[str] | None = ALL
    projects: frozenset[int] | None = ALL
    published_only: bool = False

    @classmethod
    def nothing(cls) -> Scope:
        return cls()

    @classmethod
    def public(cls, *divisions: str) -> Scope:
        """Published snapshots only, small counts masked."""
        return cls(divisions=divisions or ("37",), published_only=True)

    @property
    def is_empty(self) -> bool:
        return not self.divisions or self.sectors == frozenset() or self.projects == frozenset()

    def covers(self, code: str, *, sector: str | None = None, project: int | None = None) -> bool:
        """Whether one object at the 12-digit `code` may be seen."""
        if not any(codes.covers(prefix, code) for prefix in self.divisions):
            return False
        if self.sectors is not None and sector not in self.sectors:
            return False
        return self.projects is None or project in self.projects

    def covers_division(self, code: str) -> bool:
        """Whether the whole division `code` lies inside, sector and project limits apart."""
        return any(codes.covers(prefix, code) for prefix in self.divisions)

    def q(self, fields: ScopeFields) -> Q:
        """The scope as a Django condition."""
        if self.is_empty:
            return Q(pk__in=[])
        condition = Q()
        for prefix in self.divisions:
            condition |= inside(fields.division, prefix)
        if self.sectors is not None:
            if fields.sector is None:
                return Q(pk__in=[])
            condition &= Q(**{f"{fields.sector}__in": sorted(self.sectors)})
        if self.projects is not None:
            if fields.project is None:
                return Q(pk__in=[])
            condition &= Q(**{f"{fields.project}__in": sorted(self.projects)})
        return condition

    def where(self, table: ir.Table) -> ir.BooleanValue:
        """The scope as an Ibis condition on a fact table (`division_code` BIGINT, `sector`, `project_id`)."""
        import ibis

        if self.is_empty:
            return ibis.literal(False)
        condition: ir.BooleanValue = ibis.literal(False)
        for prefix in self.divisions:
            low, high = codes.code_range(prefix)
            condition = condition | table.division_code.between(int(low), int(high))
        if self.sectors is not None:
            condition = condition & table.sector.isin(sorted(Sector.of_id(s).code for s in self.sectors))
        if self.projects is not None:
            condition = condition & table.project_id.isin(sorted(self.projects))
        return condition

    def narrowed(self, prefix: str) -> Scope:
        """The part of this scope under `prefix` (which may be wider, equal or narrower)."""
        inside = tuple(p for p in self.divisions if p.startswith(prefix))
        if any(prefix.startswith(p) for p in self.divisions):
            inside = (prefix,)
        return Scope(inside, self.sectors, self.projects, self.published_only)

    @property
    def home(self) -> str:
        """12-digit code of the narrowest division that holds the whole scope; the entry point of pages."""
        if not self.divisions:
            return "0" * codes.CODE_LENGTH
        shared = self.divisions[0]
        for prefix in self.divisions[1:]:
            while not prefix.startswith(shared):
                shared = codes.prefix_of(codes.parent_of(codes.normalise(shared)) or "0" * codes.CODE_LENGTH)
        return codes.normalise(shared) if shared else "0" * codes.CODE_LENGTH


_PROVINCE_DIGITS = 2


def is_wide(prefix: str) -> bool:
    """Whether nearly every row lies under the prefix: a province or the nation."""
    return len(prefix) <= _PROVINCE_DIGITS


def inside(column: str, prefix: str) -> Q:
    """The condition that the 12-digit code in `column` lies under `prefix`.

    A range, which an index answers. A prefix as wide as a province, under which nearly every row lies, is compared as text
    instead: no planner takes the index of divisions for it, so that a list is read along the index of its order.
    """
    if is_wide(prefix):
        return Q(**{f"{column}__startswith": prefix})
    return Q(**{f"{column}__range": codes.code_range(prefix)})


class ScopeMissing(RuntimeError):
    """A query on a scoped table was made without saying whose eyes it is for."""


class ScopedQuerySet(models.QuerySet[Any]):
    """Fails closed: unusable until `.within()` or `.unscoped()` was called."""

    _scope_said: bool = False

    def within(self, scope: Scope) -> Self:
        """Only the rows `scope` may see."""
        said = self._allow()
        return said.filter(scope.q(self.model.scope_fields))

    def unscoped(self, reason: str) -> Self:
        """All rows, for a reason that stands in the code (an import that must see duplicates, a posting)."""
        if not reason.strip():
            raise ScopeMissing("unscoped() wants a reason")
        return self._allow()

    def _allow(self) -> Self:
        clone = super()._clone()  # type: ignore[misc]
        clone._scope_said = True
        return clone  # type: ignore[no-any-return]

    def _clone(self) -> Self:
        clone = super()._clone()  # type: ignore[misc]
        clone._scope_said = self._scope_said
        return clone  # type: ignore[no-any-return]

    def __or__(self, other: Self) -> Self:  # type: ignore[override]
        other._check()
        return super().__or__(other)

    def __xor__(self, other: Self) -> Self:  # type: ignore[override]
        other._check()
        return super().__xor__(other)

    def union(self, *others: Self, all: bool = False) -> Self:  # type: ignore[override]
        for other in others:
            other._check()
        return super().union(*others, all=all)

    def _check(self) -> None:
        if not self._scope_said:
            raise ScopeMissing(f"{self.model.__name__}.objects: say .within(scope) or .unscoped(reason) first")

    def _fetch_all(self) -> None:
        self._check()
        super()._fetch_all()

    def iterator(self, chunk_size: int | None = None) -> Any:
        self._check()
        return super().iterator(chunk_size)

    def count(self) -> int:
        self._check()
        return super().count()

    def exists(self) -> bool:
        self._check()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._check()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        self._check()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._check()
        return super().delete()


class ScopedModel(models.Model):
    """A table whose rows belong to a division.

    `objects` is the closed door; `rows` is Django's own unrestricted manager for foreign keys, uniqueness and bulk
    writing, private to the owning room.
    """

    scope_fields: ClassVar[ScopeFields] = ScopeFields()

    rows = models.Manager()
    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "rows"
        default_manager_name = "rows"
