"""The one table action → roles, and `permit()`.

Rights stand beside scope: both are asked. Action names are plain strings, so `base` knows no room; a house test checks
that every action used by a service, a page or a route stands here, and that the table names no other.
"""

from __future__ import annotations

from enum import StrEnum

from workrelief.base.access.actor import Actor
from workrelief.kernel.errors import NotPermitted


class Role(StrEnum):
    """Duties a post may carry (lifecycle.md §2); `label` is the official wording."""

    PROVINCE_OFFICER = "province_officer"
    CITY_OFFICER = "city_officer"
    COUNTY_OFFICER = "county_officer"
    TOWNSHIP_CLERK = "township_clerk"
    VILLAGE_CADRE = "village_cadre"
    OWNER = "owner"
    CONTRACTOR = "contractor"
    MEMBER_AGENCY = "member_agency"
    INSPECTOR = "inspector"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"
    SYSTEM = "system"

    @property
    def label(self) -> str:
        return ROLE_LABELS[self]


ROLE_LABELS: dict[Role, str] = {
    Role.PROVINCE_OFFICER: "省发展改革委业务处室",
    Role.CITY_OFFICER: "市发展改革委",
    Role.COUNTY_OFFICER: "县（市、区）发展改革局",
    Role.TOWNSHIP_CLERK: "乡镇（街道）",
    Role.VILLAGE_CADRE: "村（社区）",
    Role.OWNER: "项目业主单位",
    Role.CONTRACTOR: "施工单位",
    Role.MEMBER_AGENCY: "协调机制成员单位",
    Role.INSPECTOR: "第三方机构",
    Role.SYSTEM_ADMIN: "系统管理员",
    Role.SECURITY_ADMIN: "安全管理员",
    Role.AUDIT_ADMIN: "审计管理员",
    Role.SYSTEM: "系统",
}

_DRC = frozenset({Role.PROVINCE_OFFICER, Role.CITY_OFFICER, Role.COUNTY_OFFICER})
_SITE = frozenset({Role.TOWNSHIP_CLERK, Role.OWNER, Role.CONTRACTOR})
_ALL_WORK = _DRC | _SITE | {Role.VILLAGE_CADRE, Role.MEMBER_AGENCY, Role.INSPECTOR}

PERMISSIONS: dict[str, frozenset[Role]] = {
    # reading
    "workbench.view": _ALL_WORK | {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN},
    "project.view": _ALL_WORK,
    "worker.view": _ALL_WORK - {Role.MEMBER_AGENCY},
    "worker.view_identity": _DRC | {Role.TOWNSHIP_CLERK},
    "paysheet.view": _ALL_WORK - {Role.MEMBER_AGENCY},
    "training.view": _ALL_WORK,
    "figures.view": _ALL_WORK,
    "figures.explain": _ALL_WORK,
    "bulletin.view": _ALL_WORK,
    "job.view": _ALL_WORK | {Role.SYSTEM_ADMIN},
    "file.download": _ALL_WORK,
    "export.create": _ALL_WORK - {Role.VILLAGE_CADRE},
    "catalogue.view": _ALL_WORK,
    "law.view": _ALL_WORK | {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN},
    # importing
    "import.upload": _DRC | _SITE,
    "project.import": _DRC,
    "roster.import": _DRC | _SITE,
    "paysheet.import": _DRC | _SITE,
    "training.import": _DRC,
    "import.undo": _DRC | _SITE,
    # changing
    "project.register": _DRC,
    "project.edit": _DRC | {Role.OWNER},
    "catalogue.edit": frozenset({Role.PROVINCE_OFFICER}),
    "catalogue.match": _DRC | {Role.TOWNSHIP_CLERK, Role.OWNER},
    # lifecycle (one line a step; the machine in work/lifecycle/states.py names them)
    "lifecycle.view": _ALL_WORK,
    "lifecycle.survey": _DRC | {Role.TOWNSHIP_CLERK, Role.VILLAGE_CADRE},
    "lifecycle.reserve": _DRC,
    "lifecycle.approve": _DRC,
    "lifecycle.announce": _DRC | {Role.TOWNSHIP_CLERK},
    "lifecycle.apply": frozenset({Role.COUNTY_OFFICER, Role.CITY_OFFICER}),
    "lifecycle.review_city": frozenset({Role.CITY_OFFICER}),
    "lifecycle.review_province": frozenset({Role.PROVINCE_OFFICER}),
    "lifecycle.return_application": frozenset({Role.CITY_OFFICER, Role.PROVINCE_OFFICER}),
    "lifecycle.issue_plan": frozenset({Role.PROVINCE_OFFICER}),
    "lifecycle.decompose": _DRC,
    "lifecycle.withdraw_plan": frozenset({Role.PROVINCE_OFFICER}),
    "lifecycle.list": _DRC,
    "lifecycle.tender": frozenset({Role.OWNER, Role.COUNTY_OFFICER}),
    "lifecycle.confirm_self_build": frozenset(
        {Role.OWNER, Role.COUNTY_OFFICER, Role.TOWNSHIP_CLERK, Role.VILLAGE_CADRE}
    ),
    "lifecycle.contract": frozenset({Role.OWNER, Role.COUNTY_OFFICER}),
    "lifecycle.mobilise": frozenset({Role.OWNER, Role.CONTRACTOR, Role.COUNTY_OFFICER}),
    "lifecycle.start": frozenset({Role.OWNER, Role.COUNTY_OFFICER}),
    "lifecycle.build": frozenset({Role.OWNER, Role.CONTRACTOR, Role.COUNTY_OFFICER}),
    "lifecycle.complete_main": frozenset({Role.OWNER, Role.COUNTY_OFFICER}),
    "lifecycle.self_check": frozenset({Role.OWNER, Role.CONTRACTOR, Role.COUNTY_OFFICER}),
    "lifecycle.accept": _DRC,
    "lifecycle.hand_over": frozenset({Role.OWNER, Role.COUNTY_OFFICER}),
    "lifecycle.put_in_use": frozenset({Role.OWNER, Role.COUNTY_OFFICER}),
    "lifecycle.archive": frozenset({Role.OWNER, Role.COUNTY_OFFICER}),
    "lifecycle.evaluate": _DRC,
    "lifecycle.terminate": _DRC,
    "lifecycle.mark": _DRC,
    "lifecycle.correct": _DRC,
    "lifecycle.back_fill": _DRC,
    "lifecycle.adopt": _DRC,
    "lifecycle.describe": _DRC | {Role.OWNER, Role.TOWNSHIP_CLERK},
    "lifecycle.attach_paper": _DRC | _SITE | {Role.VILLAGE_CADRE},
    "lifecycle.raise_objection": _DRC | _SITE | {Role.VILLAGE_CADRE, Role.INSPECTOR},
    "lifecycle.settle_objection": _DRC | {Role.TOWNSHIP_CLERK},
    "lifecycle.evidence": _DRC | {Role.OWNER, Role.INSPECTOR},
    # lists
    "list.view": _ALL_WORK,
    "list.enter": _DRC,
    "list.confirm_county": frozenset({Role.COUNTY_OFFICER}),
    "list.confirm_city": frozenset({Role.CITY_OFFICER}),
    "list.confirm_province": frozenset({Role.PROVINCE_OFFICER}),
    "list.return": _DRC,
    "list.adjust": _DRC,
    "list.promote": frozenset({Role.CITY_OFFICER, Role.PROVINCE_OFFICER}),
    "list.issue": _DRC,
    "list.close": _DRC,
    "list.decide_duplicate": _DRC,
    # funds
    "money.record": _DRC | {Role.OWNER},
    "money.reverse": _DRC,
    "money.import": _DRC | {Role.OWNER},
    "plan.view": _ALL_WORK,
    "plan.open": frozenset({Role.PROVINCE_OFFICER}),
    "plan.apply": frozenset({Role.COUNTY_OFFICER}),
    "plan.city_review": frozenset({Role.CITY_OFFICER}),
    "plan.prov_review": frozenset({Role.PROVINCE_OFFICER}),
    "plan.return": frozenset({Role.CITY_OFFICER, Role.PROVINCE_OFFICER}),
    "plan.draft": _DRC,
    "plan.check": _DRC,
    "plan.issue": _DRC,
    "plan.receive": _DRC,
    "plan.withdraw": _DRC,
    "plan.change": _DRC,
    "plan.approve_change": frozenset({Role.CITY_OFFICER, Role.PROVINCE_OFFICER}),
    "plan.responsibility": _DRC | {Role.OWNER},
    "plan.import": _DRC,
    "worker.register": _DRC | _SITE,
    "paysheet.confirm": _DRC,
    "paysheet.reverse": _DRC,
    "training.register": _DRC,
    "file.store": _ALL_WORK,
    "job.cancel": _ALL_WORK | {Role.SYSTEM_ADMIN},
    # figures and outputs
    "period.seal": frozenset({Role.PROVINCE_OFFICER}),
    "snapshot.build": frozenset({Role.PROVINCE_OFFICER, Role.SYSTEM_ADMIN}),
    "bulletin.compose": frozenset({Role.PROVINCE_OFFICER}),
    "bulletin.check": frozenset({Role.PROVINCE_OFFICER}),
    "bulletin.issue": frozenset({Role.PROVINCE_OFFICER}),
    # administration: three admins, apart (O05)
    "account.password": _ALL_WORK | {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN},
    "account.manage": frozenset({Role.SYSTEM_ADMIN}),
    "account.unlock": frozenset({Role.SECURITY_ADMIN}),
    "audit.view": frozenset({Role.AUDIT_ADMIN}),
}


def allowed(actor: Actor, action: str) -> bool:
    """Whether one of the actor's roles carries `action`. The system itself may do everything it has code for."""
    if action not in PERMISSIONS:
        raise KeyError(f"unknown action {action!r}: add it to base/access/permissions.py")
    return Role.SYSTEM in actor.roles or bool(PERMISSIONS[action] & actor.roles)


def permit(actor: Actor, action: str) -> None:
    """Raise NotPermitted unless `allowed`."""
    if not allowed(actor, action):
        raise NotPermitted(
            "access.denied",
            f"当前岗位“{actor.post_label}”没有办理此事的权限。请切换岗位，或联系本单位系统管理员。",
            facts={"action": action},
        )
