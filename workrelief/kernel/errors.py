"""The errors a service may raise. Faces translate them once (`faces/shared/errors.py`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workrelief.kernel.findings import Finding


class DomainError(Exception):
    """Something the user must know: a code, a sentence in Chinese, and the facts behind it."""

    status = 400

    def __init__(
        self,
        code: str,
        message: str,
        *,
        facts: Mapping[str, object] | None = None,
        findings: Sequence[Finding] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.facts = dict(facts or {})
        self.findings = tuple(findings)


class InvalidInput(DomainError):
    """The input has the wrong shape: an unreadable file, a malformed period, a missing field."""

    status = 422


class NotFound(DomainError):
    """It does not exist, or lies outside the actor's scope (which is never told apart)."""

    status = 404


class NotPermitted(DomainError):
    """The actor's post does not carry this permission."""

    status = 403


class RuleViolated(DomainError):
    """A rule blocks the step; `findings` name each rule and its clause."""

    status = 409


class Conflict(DomainError):
    """Somebody else was faster, or the thing is already so."""

    status = 409
