"""The life of a project from reserve to archive (lifecycle.md §3): three tracks, one machine; papers and marks beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from workrelief.kernel.kinds import Track
from workrelief.kernel.statemachine import Machine, Mark, State, Transition

SPECIAL, PROMOTED = (Track.SPECIAL_FUND.id,), (Track.AGRI_PROMOTION.id, Track.KEY_PROJECT.id)

ENTERPRISE = "enterprise"
IMPLEMENTERS: Mapping[str, str] = {
    ENTERPRISE: "施工企业（招标或比选）",
    "self_build": "村民自建",
    "council": "项目理事会",
    "collective": "村集体经济组织",
}
SELF_BUILT = ("self_build", "council", "collective")

OBJECTION_SUBJECTS: Mapping[str, str] = {
    "wages": "劳务报酬",
    "roster": "务工名单",
    "plan": "方案与计划",
    "quality": "工程质量",
    "other": "其他",
}

PREPARING, BUILDING, MAIN_DONE, IN_USE = "preparing", "building", "main_done", "in_use"
"""Ids of the four stages of progress (形象进度), as the register of projects knows them."""


FieldKind = Literal["text", "whole", "fen", "day", "month", "yes", "choice"]


@dataclass(frozen=True)
class PaperField:
    """A particular of a paper that a check reads; `day` is kept as text of ISO 8601, `month` as a ledger month (202207)."""

    name: str
    label: str
    kind: FieldKind
    is_required: bool = False
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class PaperKind:
    """A kind of paper: label, archive class (1–8, forms.md 三), the rule that asks for it, and its particulars."""

    id: str
    label: str
    archive_class: int
    rule_id: str
    many: bool = False
    fields: tuple[PaperField, ...] = ()
    needs_number: bool = False


_CLAUSE = (
    PaperField("has_labour_clause", "写明以工代赈用工和报酬发放义务", "yes", True),
    PaperField("pay_cycle_days", "人工费拨付周期（天）", "whole", True),
    PaperField("amount_fen", "合同额", "fen"),
    PaperField("party", "承接单位", "text"),
)
_PUBLICITY = (
    PaperField("starts_on", "公示起", "day", True),
    PaperField("ends_on", "公示止", "day", True),
    PaperField("photos", "影像张数", "whole"),
    PaperField("place", "公示地点", "text"),
)
PHOTO_PHASES = (("before", "施工前"), ("during", "施工中"), ("after", "竣工后"))

ARCHIVE_CLASSES: Mapping[int, str] = {
    1: "前期与审批",
    2: "计划与资金下达",
    3: "招标或村民自建",
    4: "合同、监理、担保",
    5: "公告公示",
    6: "务工组织",
    7: "劳务报酬",
    8: "建设过程与验收移交",
}

PAPERS: Mapping[str, PaperKind] = {
    kind.id: kind
    for kind in (
        PaperKind("proposal", "项目建议信息", 1, "B01"),
        PaperKind(
            "implementation_plan",
            "实施方案或可研报告（含以工代赈专章）",
            1,
            "D01",
            fields=(
                PaperField("has_work_relief_chapter", "有以工代赈专章（工种、工时、报酬标准与总额）", "yes", True),
                PaperField("labour_days", "用工量（工日）", "whole"),
                PaperField("pay_total_fen", "报酬总额", "fen"),
            ),
        ),
        PaperKind("approval", "项目批复", 1, "C11a", needs_number=True),
        PaperKind("list_document", "清单发布文件", 2, "B01"),
        PaperKind("application", "资金申请文件", 2, "C11"),
        PaperKind("pledge", "真实性承诺", 2, "C11"),
        PaperKind("targets", "绩效目标表", 2, "C04"),
        PaperKind("plan_document", "投资计划下达文件", 2, "C04"),
        PaperKind("decomposition", "投资计划分解文件", 2, "C01"),
        PaperKind("responsibilities", "两个责任表", 2, "C05"),
        PaperKind("fund_voucher", "资金到位与拨付凭证", 2, "Q24", many=True),
        PaperKind(
            "tender_record",
            "招标或比选资料",
            3,
            "D03",
            fields=(PaperField("winner", "中标（成交）单位", "text"), PaperField("amount_fen", "中标价", "fen")),
        ),
        PaperKind(
            "villager_decision",
            "村民会议议事记录",
            3,
            "D05",
            fields=(
                PaperField("estimate_fen", "施工单项合同估算", "fen", True),
                PaperField("attended", "到会人数", "whole"),
            ),
        ),
        PaperKind("contract", "施工合同（含以工代赈专门条款页）", 4, "D03", fields=_CLAUSE),
        PaperKind("self_build_agreement", "村民自建（承接）协议", 4, "D03", fields=_CLAUSE),
        PaperKind(
            "supervision_contract",
            "监理合同（含务工组织和报酬发放监理）",
            4,
            "D04",
            fields=(PaperField("covers_labour", "监理内容含务工组织和报酬发放", "yes", True),),
        ),
        PaperKind(
            "payment_guarantee", "工程款支付担保", 4, "F24", fields=(PaperField("amount_fen", "担保金额", "fen"),)
        ),
        PaperKind(
            "wage_account",
            "农民工工资专用账户资料",
            4,
            "F23",
            fields=(PaperField("bank", "开户行", "text", True), PaperField("filing_no", "备案号", "text")),
        ),
        PaperKind("plan_publicity", "实施方案公示", 5, "H06", fields=_PUBLICITY),
        PaperKind(
            "plan_notice",
            "投资计划公告",
            5,
            "H01",
            fields=(
                PaperField("says_pay", "写明报酬额与比例", "yes", True),
                PaperField("says_telephone", "写明监督电话", "yes", True),
                PaperField("place", "公告地点或网址", "text"),
            ),
        ),
        PaperKind(
            "pay_publicity",
            "劳务报酬公示",
            5,
            "H03",
            many=True,
            fields=(PaperField("month", "所属月份", "month", True), *_PUBLICITY),
        ),
        PaperKind(
            "signboard",
            "工程公示牌与维权告示牌照片",
            5,
            "H07",
            many=True,
            fields=(PaperField("has_rights_board", "同时设维权信息告示牌", "yes"),),
        ),
        PaperKind("result_notice", "资金使用与实施结果公告", 5, "H02"),
        PaperKind("plaque", "永久标志照片", 5, "H08"),
        PaperKind(
            "labour_survey",
            "劳动力意愿摸底登记表",
            6,
            "B06",
            fields=(
                PaperField("willing_people", "有务工意愿人数", "whole", True),
                PaperField("lifted_people", "其中脱贫人口", "whole"),
            ),
        ),
        PaperKind("villager_meeting", "村民会议记录（需求征集）", 6, "B06"),
        PaperKind(
            "labour_org_plan",
            "群众务工组织方案",
            6,
            "D07",
            fields=(PaperField("planned_people", "计划组织人数", "whole"),),
        ),
        PaperKind("recruitment_notice", "招工公告", 6, "E02"),
        PaperKind("roster", "务工人员花名册", 6, "E03", many=True),
        PaperKind("roster_filing", "名册与台账备案记录", 6, "E06", many=True),
        PaperKind("agreements", "劳务协议", 6, "E04", many=True),
        PaperKind("training", "培训台账", 6, "G01", many=True),
        PaperKind("safety_training", "安全教育记录", 6, "E10", many=True),
        PaperKind("attendance", "考勤台账", 6, "E08", many=True),
        PaperKind(
            "labour_estimate",
            "用工与报酬测算表",
            7,
            "D02",
            fields=(PaperField("pay_total_fen", "测算报酬总额", "fen", True),),
        ),
        PaperKind("pay_sheets", "劳务报酬发放台账", 7, "F09", many=True),
        PaperKind("pay_review", "村、乡审查意见", 7, "F10", many=True),
        PaperKind("bank_receipts", "银行回单", 7, "F11", many=True),
        PaperKind("pay_filing", "发放台账备案", 7, "F12", many=True),
        PaperKind("pay_summary", "劳务报酬汇总", 7, "I04"),
        PaperKind("start_order", "开工令", 8, "I01"),
        PaperKind(
            "photos",
            "施工前、施工中、竣工后照片",
            8,
            "I09",
            many=True,
            fields=(PaperField("phase", "阶段", "choice", True, PHOTO_PHASES), PaperField("photos", "张数", "whole")),
        ),
        PaperKind("completion_report", "完工报告", 8, "I03"),
        PaperKind("self_check_report", "自查报告", 8, "I03"),
        PaperKind(
            "final_account",
            "竣工决算",
            8,
            "Q22",
            fields=(PaperField("amount_fen", "决算额", "fen", True), PaperField("surplus_fen", "结余", "fen")),
        ),
        PaperKind(
            "acceptance_record",
            "验收核查单与验收意见",
            8,
            "I04",
            fields=(
                PaperField("is_passed", "验收结论为合格", "yes", True),
                PaperField("failed_items", "不合格项数", "whole"),
            ),
        ),
        PaperKind("rectification_report", "整改报告", 8, "I05", many=True),
        PaperKind("handover", "资产移交书", 8, "I07"),
        PaperKind(
            "upkeep",
            "管护责任书",
            8,
            "I07",
            fields=(
                PaperField("unit", "管护单位", "text", True),
                PaperField("person", "管护责任人", "text", True),
                PaperField("budget_fen", "年管护经费", "fen"),
            ),
        ),
        PaperKind(
            "public_posts",
            "公益性岗位与折股量化资料",
            8,
            "G05",
            many=True,
            fields=(PaperField("posts", "公益性岗位数", "whole", True),),
        ),
        PaperKind("change_order", "变更审批单", 1, "C09", many=True),
        PaperKind(
            "performance_report",
            "绩效自评表",
            8,
            "J01",
            fields=(
                PaperField("satisfaction", "群众满意度（%）", "whole"),
                PaperField("sample", "有效样本", "whole"),
            ),
        ),
        PaperKind("other", "其他资料", 8, "I08", many=True),
    )
}

_BUILT = (
    "tender", "confirm_self_build", "contract", "mobilise", "start", "build", "complete_main", "self_check", "accept",
)  # fmt: skip
MARKS = (
    Mark("adjusting", "变更中", "amber", stops=("contract", "complete_main", "accept", "archive")),
    Mark("suspended", "暂停", "red", stops=_BUILT),
    Mark("rectifying", "整改中", "amber", stops=("accept", "archive")),
    Mark("fund_recalled", "资金收回", "red"),
)

STATES = (
    State("registered", "已登记", "grey", PREPARING),
    State("surveyed", "已摸底", "grey", PREPARING),
    State("reserved", "已储备", "grey", PREPARING),
    State("approved", "已批复", "blue", PREPARING),
    State("plan_publicised", "方案已公示", "blue", PREPARING),
    State("applied", "已申报", "blue", PREPARING),
    State("city_reviewed", "市级已审核", "blue", PREPARING),
    State("prov_reviewed", "省级已审核", "blue", PREPARING),
    State("plan_issued", "计划已下达", "blue", PREPARING),
    State("decomposed", "计划已分解", "blue", PREPARING),
    State("announced", "计划已公告", "blue", PREPARING),
    State("listed", "已列入清单", "blue", PREPARING),
    State("tendered", "已招标", "blue", PREPARING),
    State("self_build_confirmed", "自建已确认", "blue", PREPARING),
    State("contracted", "已签约", "blue", PREPARING),
    State("mobilised", "务工已组织", "blue", PREPARING),
    State("started", "已开工", "amber", BUILDING),
    State("under_construction", "主体施工", "amber", BUILDING),
    State("main_completed", "主体完工", "amber", MAIN_DONE),
    State("self_checked", "已自查", "amber", MAIN_DONE),
    State("acceptance_failed", "验收退回整改", "red", MAIN_DONE),
    State("accepted", "已验收", "green", MAIN_DONE),
    State("result_announced", "结果已公告", "green", MAIN_DONE),
    State("handed_over", "已移交", "green", MAIN_DONE),
    State("in_use", "建成投用", "green", IN_USE),
    State("archived", "已归档", "green", IN_USE),
    State("performance_evaluated", "绩效已自评", "green", IN_USE),
    State("terminated", "已终止", "red", ""),
)

_BEFORE_ACCEPTANCE = tuple(
    s.id
    for s in STATES
    if s.id
    not in ("accepted", "result_announced", "handed_over", "in_use", "archived", "performance_evaluated", "terminated")
)

TRANSITIONS = (
    Transition(
        "survey", ("registered",), "surveyed", "摸底登记", "lifecycle.survey",
        papers=("labour_survey",), guide="life-survey",
    ),
    Transition(
        "reserve", ("surveyed",), "reserved", "储备入库", "lifecycle.reserve",
        checks=("site_named", "not_doubled", "labour_surveyed"), guide="life-reserve",
    ),
    Transition(
        "approve", ("reserved",), "approved", "登记批复", "lifecycle.approve",
        papers=("implementation_plan", "approval"),
        checks=("project_code", "approval_numbered", "relief_chapter", "pay_estimated"), guide="life-approve",
    ),
    Transition(
        "publicise_plan", ("approved",), "plan_publicised", "公示方案", "lifecycle.announce",
        papers=("plan_publicity",), checks=("plan_publicity_days",), needs=(SPECIAL,), guide="life-publicise-plan",
    ),
    Transition(
        "apply", ("approved", "plan_publicised"), "applied", "申报资金", "lifecycle.apply",
        checks=(
            "approval_numbered", "funds_add_up", "labour_links", "labour_demand", "fund_use", "plan_applied",
        ),
        needs=(SPECIAL,), guide="life-apply", room="funds",
    ),
    Transition(
        "city_review", ("applied",), "city_reviewed", "市级审核", "lifecycle.review_city",
        checks=("plan_city_reviewed",), needs=(SPECIAL,), guide="life-city-review", room="funds",
    ),
    Transition(
        "prov_review", ("city_reviewed",), "prov_reviewed", "省级审核", "lifecycle.review_province",
        checks=("plan_prov_reviewed",), needs=(SPECIAL,), guide="life-prov-review", room="funds",
    ),
    Transition(
        "return_application", ("applied", "city_reviewed", "prov_reviewed"), "approved", "退回申报",
        "lifecycle.return_application", needs=(SPECIAL,), guide="life-apply", kind="detour", room="funds",
    ),
    Transition(
        "issue_plan", ("prov_reviewed",), "plan_issued", "下达计划", "lifecycle.issue_plan",
        checks=("plan_issued", "targets_set"), needs=(SPECIAL,), guide="life-issue-plan", room="funds",
    ),
    Transition(
        "decompose", ("plan_issued",), "decomposed", "分解转发", "lifecycle.decompose",
        checks=("plan_decomposed", "targets_set", "two_responsibilities_named"), needs=(SPECIAL,),
        due="plan_decompose_working_days", guide="life-decompose", room="funds",
    ),
    Transition(
        "withdraw_plan", ("plan_issued", "decomposed", "announced"), "prov_reviewed", "收回计划",
        "lifecycle.withdraw_plan", needs=(SPECIAL,), guide="life-issue-plan", kind="detour", room="funds",
    ),
    Transition(
        "announce", ("decomposed",), "announced", "公告计划", "lifecycle.announce",
        papers=("plan_notice",), checks=("plan_notice_complete", "plan_notice_in_time"), needs=(SPECIAL,),
        due="plan_notice_working_days", clock="plan_received", guide="life-announce",
    ),
    Transition(
        "list", ("approved",), "listed", "列入清单", "lifecycle.list",
        checks=("labour_links", "labour_demand", "list_published"), needs=(PROMOTED,), guide="life-list", room="lists",
    ),
    Transition(
        "unlist", ("listed",), "approved", "调出清单", "lifecycle.list",
        needs=(PROMOTED,), guide="life-list", kind="detour", room="lists",
    ),
    Transition(
        "tender", ("announced", "listed"), "tendered", "登记招标结果", "lifecycle.tender",
        papers=("tender_record",), needs=((ENTERPRISE,),), guide="life-tender",
    ),
    Transition(
        "confirm_self_build", ("announced", "listed"), "self_build_confirmed", "确认村民自建",
        "lifecycle.confirm_self_build", papers=("villager_decision",), checks=("tender_not_needed",),
        needs=(SELF_BUILT,), guide="life-self-build",
    ),
    Transition(
        "contract", ("tendered",), "contracted", "登记合同", "lifecycle.contract",
        papers=("contract",),
        checks=("labour_clause", "pay_cycle", "supervision", "wage_account", "payment_guarantee"),
        needs=((ENTERPRISE,),), guide="life-contract",
    ),
    Transition(
        "contract", ("self_build_confirmed",), "contracted", "登记自建协议", "lifecycle.contract",
        papers=("self_build_agreement",), checks=("labour_clause", "pay_cycle"),
        needs=(SELF_BUILT,), guide="life-contract",
    ),
    Transition(
        "mobilise", ("contracted",), "mobilised", "组织务工", "lifecycle.mobilise",
        papers=("labour_org_plan",),
        checks=(
            "roster_there", "people_local", "demand_met", "agreements_signed", "safety_taught", "recruited_openly",
        ),
        guide="life-mobilise",
    ),
    Transition(
        "start", ("mobilised",), "started", "登记开工", "lifecycle.start",
        papers=("labour_org_plan", "start_order"),
        checks=("two_responsibilities", "funds_there", "signboard", "photo_before", "started_in_time"),
        due="plan_start_working_days", since="decomposed", guide="life-start",
    ),
    Transition(
        "build", ("started",), "under_construction", "进入主体施工", "lifecycle.build",
        checks=("roster_there",), guide="life-build",
    ),
    Transition(
        "complete_main", ("under_construction",), "main_completed", "登记主体完工", "lifecycle.complete_main",
        papers=("completion_report",), checks=("photo_during", "roster_filed"), guide="life-complete-main",
    ),
    Transition(
        "self_check", ("main_completed",), "self_checked", "完成自查", "lifecycle.self_check",
        papers=("self_check_report", "pay_summary"), checks=("final_account",),
        due="acceptance_after_completion_months", since="main_completed", guide="life-self-check",
    ),
    Transition(
        "accept", ("self_checked",), "accepted", "验收通过", "lifecycle.accept",
        papers=("acceptance_record",),
        checks=(
            "pay_sheets_there", "wages_paid", "wages_in_time", "pay_confirmed", "objections_settled", "pay_publicised",
            "pay_share", "pay_promise", "checklist_passed", "training_done", "photo_after", "accepted_in_time",
        ),
        due="acceptance_after_completion_months", since="main_completed", guide="life-accept",
    ),
    Transition(
        "fail_acceptance", ("self_checked",), "acceptance_failed", "退回整改", "lifecycle.accept",
        checks=("reason_given",), guide="life-rectify", kind="detour",
    ),
    Transition(
        "recheck", ("acceptance_failed",), "self_checked", "整改后复验", "lifecycle.self_check",
        papers=("rectification_report",), checks=("rectified_in_time",), due="rectification_days", guide="life-rectify",
        kind="detour",
    ),
    Transition(
        "announce_result", ("accepted",), "result_announced", "公告结果", "lifecycle.announce",
        papers=("result_notice",), checks=("result_notice_in_time",), due="result_notice_days", guide="life-announce-result",
    ),
    Transition(
        "hand_over", ("result_announced",), "handed_over", "移交管护", "lifecycle.hand_over",
        papers=("handover", "upkeep"), checks=("upkeep_named", "public_posts"), guide="life-hand-over",
    ),
    Transition(
        "put_in_use", ("handed_over",), "in_use", "建成投用", "lifecycle.put_in_use", guide="life-put-in-use",
    ),
    Transition(
        "archive", ("in_use",), "archived", "归档", "lifecycle.archive",
        checks=("archive_complete", "originals_there", "objections_settled", "pay_signed", "kept_long_enough"),
        due="archive_after_use_months", guide="life-archive",
    ),
    Transition(
        "evaluate", ("archived",), "performance_evaluated", "绩效自评", "lifecycle.evaluate",
        papers=("performance_report",), checks=("money_paid_out", "investment_done", "people_satisfied"),
        needs=(SPECIAL,), guide="life-evaluate",
    ),
    Transition(
        "terminate", _BEFORE_ACCEPTANCE, "terminated", "终止项目", "lifecycle.terminate",
        checks=("reason_given", "wages_paid"), guide="life-terminate", kind="end",
    ),
)  # fmt: skip

PROJECT_LIFE = Machine("project", states=STATES, transitions=TRANSITIONS, marks=MARKS, start="registered")

GOALS = ("archived", "performance_evaluated", "terminated")
"""States in which a life may rest: nothing more is owed."""

OWED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "archive": (
        "accept",
        (
            "wages_paid",
            "pay_confirmed",
            "objections_settled",
            "pay_publicised",
            "pay_share",
            "pay_promise",
            "checklist_passed",
        ),
    ),
}
"""Checks a step asks too when the life never took the step they belong to, for it was taken over further on: the stage of
progress an import brings does not stand for an acceptance."""

STAGE_OF: Mapping[str, str] = {s.id: s.phase for s in STATES if s.phase}
"""Stage of progress (形象进度) of each state: the four ticks of the provincial table."""


def states_of_stage(stage: str) -> tuple[str, ...]:
    """States in which a project is at this stage of progress."""
    return tuple(state for state, of in STAGE_OF.items() if of == stage)


def traits_of(track: str, implementer_kind: str) -> frozenset[str]:
    """What the machine asks about a life: its track and who builds."""
    return frozenset({track, implementer_kind})


@dataclass(frozen=True)
class Inferred:
    """A state that was concluded from what the register knows, and in which words."""

    state: str
    reason: str


def infer(*, stage: str, track: str, is_listed: bool, is_issued: bool, has_code: bool) -> Inferred:
    """The state a project without a life most likely stands in: by its stage of progress, then by list and money."""
    later = {
        BUILDING: ("under_construction", "主体施工"),
        MAIN_DONE: ("main_completed", "主体完工"),
        IN_USE: ("in_use", "建成投用"),
    }
    if stage in later:
        state, label = later[stage]
        return Inferred(state, f"按形象进度“{label}”推定")
    if track in PROMOTED and is_listed:
        return Inferred("listed", "形象进度为“前期工作”，已在年度清单内，按此推定")
    if track in SPECIAL and is_issued:
        return Inferred("decomposed", "形象进度为“前期工作”，资金已下达到项目，按此推定")
    if has_code:
        return Inferred("approved", "形象进度为“前期工作”，已有项目代码，按已批复推定")
    return Inferred("reserved", "形象进度为“前期工作”，尚无项目代码，按已储备推定")
