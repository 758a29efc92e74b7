"""The archive index of eight classes (forms.md 三): what each should hold, and what stands in the platform by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from workrelief.base.law.registry import rule
from workrelief.kernel.findings import Finding, Severity
from workrelief.kernel.money import wan_text
from workrelief.work.lifecycle.rules.case import BLOCKER, Case, check, finding
from workrelief.work.lifecycle.states import ARCHIVE_CLASSES, ENTERPRISE, PAPERS, SELF_BUILT, SPECIAL, PaperKind


def _list_document(case: Case) -> str:
    listing = case.facts.listing
    return f"{listing.year}年清单 {listing.document_no}".strip() if listing.is_published else ""


def _plan_document(case: Case) -> str:
    plan = case.facts.plan
    return f"{plan.batch} {plan.document_no}".strip() if plan.has_reached("issued") else ""


def _targets(case: Case) -> str:
    return f"绩效目标{case.facts.plan.targets}项" if case.facts.plan.targets else ""


def _decomposition(case: Case) -> str:
    return "投资计划分解记录" if case.facts.plan.has_reached("decomposed") else ""


def _responsibilities(case: Case) -> str:
    plan = case.facts.plan
    return "两个责任记录" if plan.has_responsibilities and not plan.two_responsibilities_missing else ""


def _application(case: Case) -> str:
    return "投资计划申报记录" if case.facts.plan.has_reached("applied") else ""


def _roster(case: Case) -> str:
    return f"花名册{case.facts.roster.people}人" if case.facts.roster.people else ""


def _agreements(case: Case) -> str:
    roster = case.facts.roster
    return f"{roster.people}人已登记协议" if roster.people and not roster.without_agreement else ""


def _training(case: Case) -> str:
    return f"培训{case.facts.training.sessions}场" if case.facts.training.sessions else ""


def _safety(case: Case) -> str:
    return f"安全培训{case.facts.training.safety_sessions}场" if case.facts.training.safety_sessions else ""


def _pay_sheets(case: Case) -> str:
    pay = case.facts.pay
    return f"发放表{pay.sheets}张，到账{wan_text(pay.arrived_fen)}万元" if pay.sheets else ""


def _vouchers(case: Case) -> str:
    found = case.facts.vouchers
    return f"到位凭证{found.receipts}张，支付凭证{found.payments}张" if found.receipts or found.payments else ""


FROM_SYSTEM: Mapping[str, Callable[[Case], str]] = {
    "list_document": _list_document, "plan_document": _plan_document, "targets": _targets, "decomposition": _decomposition,
    "responsibilities": _responsibilities, "application": _application, "roster": _roster, "agreements": _agreements,
    "fund_voucher": _vouchers, "training": _training, "safety_training": _safety, "pay_sheets": _pay_sheets,
}  # fmt: skip
"""Things that need no upload, because the platform holds them itself."""

_ALWAYS: tuple[str, ...] = ()
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "implementation_plan": _ALWAYS, "approval": _ALWAYS, "application": SPECIAL, "targets": SPECIAL,
    "plan_document": SPECIAL, "decomposition": SPECIAL, "responsibilities": SPECIAL,
    "list_document": ("agri_promotion", "key_project"),
    "tender_record": (ENTERPRISE,), "villager_decision": SELF_BUILT, "contract": (ENTERPRISE,),
    "supervision_contract": (ENTERPRISE,), "self_build_agreement": SELF_BUILT, "plan_notice": SPECIAL,
    "result_notice": _ALWAYS, "labour_survey": _ALWAYS, "labour_org_plan": _ALWAYS, "roster": _ALWAYS,
    "labour_estimate": _ALWAYS, "pay_sheets": _ALWAYS, "bank_receipts": _ALWAYS, "start_order": _ALWAYS,
    "completion_report": _ALWAYS, "self_check_report": _ALWAYS, "final_account": _ALWAYS, "acceptance_record": _ALWAYS,
    "handover": _ALWAYS, "upkeep": _ALWAYS,
}  # fmt: skip
"""Papers the index asks for, and the traits of which one must hold; an empty tuple asks of every project."""


@dataclass(frozen=True)
class IndexItem:
    """One kind of paper in the index. `papers` counts uploads; `from_system` says what the platform holds of it."""

    kind: PaperKind
    papers: int
    from_system: str
    is_required: bool

    @property
    def is_missing(self) -> bool:
        return self.is_required and not self.papers and not self.from_system

    @property
    def why(self) -> str:
        """Why it is asked for, in the words of the rule book."""
        return rule(self.kind.rule_id).title if self.is_required else ""


def index(case: Case) -> dict[int, list[IndexItem]]:
    """The eight classes with every kind that is asked for or there."""
    traits = {case.project.track, case.implementer_kind}
    classes: dict[int, list[IndexItem]] = {number: [] for number in ARCHIVE_CLASSES}
    for kind in PAPERS.values():
        wanted = REQUIRED.get(kind.id)
        is_required = wanted is not None and (not wanted or bool(traits & set(wanted)))
        held = FROM_SYSTEM[kind.id](case) if kind.id in FROM_SYSTEM else ""
        item = IndexItem(kind, len(case.papers.get(kind.id, ())), held, is_required)
        if item.is_required or item.papers or item.from_system:
            classes[kind.archive_class].append(item)
    return classes


@check("I08", gate="record")
def archive_complete(case: Case) -> list[Finding]:
    """A hard gate, of history too: nothing is put away while one of the eight classes is short."""
    findings = []
    for number, items in index(case).items():
        missing = [item.kind.label for item in items if item.is_missing]
        label = f"第{number}类“{ARCHIVE_CLASSES[number]}”"
        if missing:
            said = f"{label}缺：{'、'.join(missing)}。"
        elif not any(item.papers or item.from_system for item in items):
            said = f"{label}还没有任何资料。"
        else:
            continue
        findings.append(
            finding("I08", said, "请在“档案目录”里补传，八类齐全后归档。", severity=BLOCKER, archive_class=number)
        )
    return findings


@check("I08")
def originals_there(case: Case) -> list[Finding]:
    """Required papers of which only the particulars were entered: where the originals lie has to be said."""
    bare = [
        item.kind.label
        for items in index(case).values()
        for item in items
        if item.is_required and not item.from_system and not any(p.has_file for p in case.papers.get(item.kind.id, ()))
    ]
    if not bare:
        return []
    named = "、".join(bare[:3]) + ("等" if len(bare) > 3 else "")
    said = f"{len(bare)}种必备材料只登记了要素、没有上传文件：{named}。"
    return [finding("I08", said, "请补传扫描件；只有纸质件的，写明原件存放在哪里。")]


@check("F25", gate="record")
def kept_long_enough(case: Case) -> list[Finding]:
    """How long the pay records must be kept, said when they are put away; the platform deletes none of them."""
    years = case.law.find("wage_ledger_retention_years")
    if years is None:
        return []
    since = max(case.on, case.facts.pay.last_paid_on or case.on)
    said = f"用工和劳务报酬资料至少保存到{_years_later(since, years.whole):%Y年%-m月%-d日}，劳务报酬档案宜长期保存。"
    return [finding("F25", said, "平台不提供删除；纸质件请按此期限保管。", severity=Severity.HINT)]


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)
