"""Demo accounts: one for each role and two for each office that issues documents (four eyes), made through the services. Names say that they are invented."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from workrelief.base.access.actor import Actor, system_actor
from workrelief.base.access.permissions import Role
from workrelief.base.access.scope import Scope
from workrelief.base.accounts.models import Post, Unit, User
from workrelief.base.accounts.services import give_post, make_unit, make_user

PROVINCE, DEZHOU, NINGJIN, FEIXIAN = "370000000000", "371400000000", "371422000000", "371325000000"
BAODIAN_TOWN, BAODIAN_VILLAGE = "371422104000", "371422104207"
HELD_SINCE = date(2022, 1, 1)
"""Demo posts reach back to the first demo data, so that past steps have somebody who took them."""


@dataclass(frozen=True)
class DemoUnit:
    name: str
    division: str
    kind: str


@dataclass(frozen=True)
class DemoPost:
    unit: DemoUnit
    title: str
    role: Role
    prefix: str
    sectors: frozenset[str] | None = None


@dataclass(frozen=True)
class DemoAccount:
    username: str
    name: str
    posts: Sequence[DemoPost] = field(default_factory=tuple)


PROVINCE_DRC = DemoUnit("省发展和改革委员会（演示）", PROVINCE, "drc")
DEZHOU_DRC = DemoUnit("德州市发展和改革委员会（演示）", DEZHOU, "drc")
NINGJIN_DRC = DemoUnit("宁津县发展和改革局（演示）", NINGJIN, "drc")
FEIXIAN_DRC = DemoUnit("费县发展和改革局（演示）", FEIXIAN, "drc")
BAODIAN = DemoUnit("宁津县保店镇人民政府（演示）", BAODIAN_TOWN, "township")
VILLAGE = DemoUnit("宁津县保店镇保店战庄村民委员会（演示）", BAODIAN_VILLAGE, "village")
OWNER = DemoUnit("演示项目业主单位", NINGJIN, "owner")
CONTRACTOR = DemoUnit("演示施工单位", NINGJIN, "contractor")
TRANSPORT = DemoUnit("省交通运输厅（演示）", PROVINCE, "agency")
INSPECTION = DemoUnit("演示第三方评估机构", PROVINCE, "third_party")

ACCOUNTS: tuple[DemoAccount, ...] = (
    DemoAccount(
        "demo.province.a", "演示省级经办甲", (DemoPost(PROVINCE_DRC, "业务处室经办", Role.PROVINCE_OFFICER, "37"),)
    ),
    DemoAccount(
        "demo.province.b", "演示省级审核乙", (DemoPost(PROVINCE_DRC, "业务处室审核", Role.PROVINCE_OFFICER, "37"),)
    ),
    DemoAccount("demo.dezhou", "演示市级经办丙", (DemoPost(DEZHOU_DRC, "市级经办", Role.CITY_OFFICER, "3714"),)),
    DemoAccount("demo.dezhou.b", "演示市级审核子", (DemoPost(DEZHOU_DRC, "市级审核", Role.CITY_OFFICER, "3714"),)),
    DemoAccount("demo.ningjin", "演示县级经办丁", (DemoPost(NINGJIN_DRC, "县级经办", Role.COUNTY_OFFICER, "371422"),)),
    DemoAccount(
        "demo.ningjin.b", "演示县级审核丑", (DemoPost(NINGJIN_DRC, "县级审核", Role.COUNTY_OFFICER, "371422"),)
    ),
    DemoAccount("demo.feixian", "演示县级经办戊", (DemoPost(FEIXIAN_DRC, "县级经办", Role.COUNTY_OFFICER, "371325"),)),
    DemoAccount(
        "demo.feixian.b", "演示县级审核寅", (DemoPost(FEIXIAN_DRC, "县级审核", Role.COUNTY_OFFICER, "371325"),)
    ),
    DemoAccount("demo.baodian", "演示乡镇经办己", (DemoPost(BAODIAN, "乡镇经办", Role.TOWNSHIP_CLERK, "371422104"),)),
    DemoAccount(
        "demo.village", "演示村级干部庚", (DemoPost(VILLAGE, "村级负责人", Role.VILLAGE_CADRE, BAODIAN_VILLAGE),)
    ),
    DemoAccount("demo.owner", "演示业主经办辛", (DemoPost(OWNER, "项目负责人", Role.OWNER, "371422"),)),
    DemoAccount("demo.contractor", "演示施工经办壬", (DemoPost(CONTRACTOR, "劳资专管员", Role.CONTRACTOR, "371422"),)),
    DemoAccount(
        "demo.transport",
        "演示成员单位癸",
        (DemoPost(TRANSPORT, "协调机制联络员", Role.MEMBER_AGENCY, "37", frozenset({"transport"})),),
    ),
    DemoAccount("demo.inspector", "演示第三方评估员", (DemoPost(INSPECTION, "现场评估", Role.INSPECTOR, "37"),)),
    DemoAccount(
        "demo.seconded",
        "演示挂职干部",
        (
            DemoPost(PROVINCE_DRC, "业务处室挂职", Role.PROVINCE_OFFICER, "37"),
            DemoPost(FEIXIAN_DRC, "挂职副局长", Role.COUNTY_OFFICER, "371325"),
        ),
    ),
    DemoAccount("demo.system", "演示系统管理员", (DemoPost(PROVINCE_DRC, "系统管理", Role.SYSTEM_ADMIN, "37"),)),
    DemoAccount("demo.security", "演示安全管理员", (DemoPost(PROVINCE_DRC, "安全管理", Role.SECURITY_ADMIN, "37"),)),
    DemoAccount("demo.audit", "演示审计管理员", (DemoPost(PROVINCE_DRC, "审计管理", Role.AUDIT_ADMIN, "37"),)),
)
LIMITED_ROLES = frozenset({Role.OWNER, Role.CONTRACTOR, Role.INSPECTOR})
"""Their posts see no project until `limit_post_to_projects` names some."""


def make_demo_accounts(*, password: str = "") -> list[User]:
    """Make the demo accounts that are missing and return all, in order.

    Without `password` each gets a random one that nobody knows: the sign-in page offers them with one click.
    """
    actor = system_actor("演示数据", scope=Scope(divisions=("37",)))
    return [_account(actor, account, password or _random_password()) for account in ACCOUNTS]


def demo_post_id(username: str) -> int:
    """Id of the default post of a demo account ("demo.owner"), for `limit_post_to_projects`."""
    return int(Post.objects.get(user__username=username, is_default=True).pk)


def _account(actor: Actor, account: DemoAccount, password: str) -> User:
    standing = User.objects.filter(username=account.username).first()
    if standing is not None:
        return standing
    user = make_user(actor, username=account.username, display_name=account.name, password=password, is_demo=True)
    for i, post in enumerate(account.posts):
        give_post(
            actor, user.pk, unit_id=_unit(actor, post.unit).pk, title=post.title, roles=[post.role],
            prefixes=[post.prefix], sectors=post.sectors, valid_from=HELD_SINCE, is_default=i == 0,
            projects=() if post.role in LIMITED_ROLES else None,
        )  # fmt: skip
    return user


def _unit(actor: Actor, unit: DemoUnit) -> Unit:
    standing = Unit.objects.filter(name=unit.name, division_code=unit.division).first()
    return standing or make_unit(actor, name=unit.name, division=unit.division, kind=unit.kind)


def _random_password() -> str:
    """Of all four kinds of characters, so that rule O01 is content."""
    return f"Yg-{secrets.token_urlsafe(18)}-7"
