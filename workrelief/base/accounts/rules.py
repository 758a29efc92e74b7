"""What must be so of passwords and posts (rules O01, O05); pure functions, each finding with its clause."""

from __future__ import annotations

from collections.abc import Collection

from workrelief.base import law
from workrelief.base.access.permissions import ROLE_LABELS, Role
from workrelief.base.law import Parameters
from workrelief.kernel.findings import Finding, Severity

ADMIN_ROLES = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})


def password_strength(password: str, username: str, parameters: Parameters) -> list[Finding]:
    """Rule O01: long enough, of several kinds of characters, without the account name."""
    found: list[Finding] = []
    least = parameters.get("password_min_length").whole
    if len(password) < least:
        found.append(_o01(f"密码只有 {len(password)} 位，至少应为 {least} 位。", "请加长密码。"))
    kinds = parameters.get("password_min_classes").whole
    if _kinds_of_characters(password) < kinds:
        found.append(_o01(f"密码应至少包含大写字母、小写字母、数字、符号中的 {kinds} 类。", "请混用不同种类的字符。"))
    if len(username) >= 3 and username.lower() in password.lower():
        found.append(_o01("密码中不能包含账号名。", "请换一个与账号无关的密码。"))
    return found


def password_reused(parameters: Parameters) -> Finding:
    """Rule O01, said when the password equals one of the last few."""
    last = parameters.get("password_history").whole
    return _o01(f"不能使用最近 {last} 次用过的密码。", "请设置一个新的密码。")


def three_admins_apart(held: Collection[str], added: Collection[str]) -> list[Finding]:
    """Rule O05: system, security and audit administration lie with different persons."""
    together = sorted(ADMIN_ROLES & {*held, *added})
    if len(together) < 2:
        return []
    rule = law.rule("O05")
    words = "、".join(ROLE_LABELS[Role(role)] for role in together)
    return [
        Finding(
            rule.id, rule.severity, f"同一人不能兼任{words}。", "请把其中一个岗位交给另一人。", rule.cite,
            facts={"roles": together},
        )
    ]  # fmt: skip


def _kinds_of_characters(password: str) -> int:
    """How many of: upper case, lower case, digits, anything else (Chinese characters and spaces count as symbols)."""
    upper = any("A" <= c <= "Z" for c in password)
    lower = any("a" <= c <= "z" for c in password)
    digit = any("0" <= c <= "9" for c in password)
    other = any(not (c.isascii() and c.isalnum()) for c in password)
    return upper + lower + digit + other


def _o01(message: str, remedy: str) -> Finding:
    return Finding("O01", Severity.BLOCKER, message, remedy, law.rule("O01").cite)
