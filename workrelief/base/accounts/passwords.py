"""Rule O01 as a password validator of Django, so that every place that sets a password asks the same."""

from __future__ import annotations

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

from workrelief.base import law
from workrelief.base.accounts import rules
from workrelief.base.accounts.models import PasswordRecord, User
from workrelief.kernel import clock
from workrelief.kernel.findings import Finding


class OfficialPasswordRule:
    """Length, kinds of characters, account name, and the last passwords. Numbers come from the law parameters."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError with one message a finding."""
        found = password_findings(password, user)
        if found:
            raise ValidationError([ValidationError(f"{f.message}{f.remedy}", code=f.rule_id) for f in found])

    def get_help_text(self) -> str:
        """The rule in one sentence, for the form."""
        p = law.parameters(on=clock.today())
        return (
            f"至少 {p.get('password_min_length').whole} 位，包含大写字母、小写字母、数字、符号中的"
            f" {p.get('password_min_classes').whole} 类；不得与最近 {p.get('password_history').whole} 次的密码相同；"
            f"每 {p.get('password_max_age_days').whole} 天更换一次。"
        )


def password_findings(password: str, user: User | None) -> list[Finding]:
    """What rule O01 says of a new password for `user` (None: not known yet)."""
    parameters = law.parameters(on=clock.today())
    found = rules.password_strength(password, user.username if user else "", parameters)
    if user is not None and user.pk and _was_used(password, user, last=parameters.get("password_history").whole):
        found.append(rules.password_reused(parameters))
    return found


def _was_used(password: str, user: User, *, last: int) -> bool:
    """Whether it is the present password or one of those before it, `last` in all."""
    former = PasswordRecord.objects.filter(user=user).order_by("-replaced_at", "-id")
    hashes = [user.password, *former.values_list("password", flat=True)[: last - 1]]
    return any(check_password(password, encoded) for encoded in hashes if encoded)
