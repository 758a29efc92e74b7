"""Gates from tender to completion: who builds, the contract, the people, the start of works."""

from __future__ import annotations

from workrelief.kernel.findings import Finding, Severity
from workrelief.kernel.money import wan_text
from workrelief.work.lifecycle.rules.case import BLOCKER, Case, PaperFacts, check, finding, late


@check("D05")
def tender_not_needed(case: Case) -> list[Finding]:
    decision = case.paper("villager_decision")
    estimate = decision.whole("estimate_fen") if decision else None
    if estimate is None:
        return [
            finding("D05", "没有填写施工单项合同估算。", "请在村民会议议事记录里填写估算，低于招标规模的才可自建。")
        ]
    limit = case.law.find("tender_exempt_below_fen")
    if limit is not None and estimate >= limit.whole:
        said = f"施工单项合同估算{wan_text(estimate)}万元，达到招标规模（{wan_text(limit.whole)}万元）。"
        return [finding("D05", said, "请在项目进程页把承接方式改为施工企业，并按规定招标。")]
    return []


def _contract(case: Case) -> PaperFacts | None:
    return case.paper("contract" if case.is_enterprise else "self_build_agreement")


@check("D03")
def labour_clause(case: Case) -> list[Finding]:
    contract = _contract(case)
    if contract is None or contract.says("has_labour_clause"):
        return []
    return [finding("D03", "合同（协议）没有写明以工代赈用工和报酬发放义务。", "请签补充条款，上传条款页后重新登记。")]


@check("Q06")
def pay_cycle(case: Case) -> list[Finding]:
    contract = _contract(case)
    if contract is None:
        return []
    cycle, most = contract.whole("pay_cycle_days"), case.law.get("contract_pay_cycle_days").whole
    if cycle is None:
        return [finding("Q06", "没有填写合同约定的人工费拨付周期。", "请填写拨付周期（天）。")]
    if cycle > most:
        said = f"合同约定人工费{cycle}天拨付一次，超过{most}天。"
        return [finding("Q06", said, "请改签，拨付周期不得超过1个月。", severity=BLOCKER)]
    return []


@check("D04")
def supervision(case: Case) -> list[Finding]:
    contract = case.paper("supervision_contract")
    if contract is None:
        return [finding("D04", "没有登记监理合同。", "请上传监理合同；不需监理的说明理由。")]
    if not contract.says("covers_labour"):
        return [finding("D04", "监理合同没有把务工组织和报酬发放列入监理内容。", "请补充监理内容。")]
    return []


@check("F23")
def wage_account(case: Case) -> list[Finding]:
    if case.has("wage_account"):
        return []
    return [finding("F23", "没有登记农民工工资专用账户。", "请登记开户行和备案号；合同额未达规定的说明理由。")]


@check("F24")
def payment_guarantee(case: Case) -> list[Finding]:
    if case.has("payment_guarantee"):
        return []
    return [finding("F24", "没有登记工程款支付担保。", "请上传担保或保函。")]


@check("E03")
def roster_there(case: Case) -> list[Finding]:
    if case.facts.roster.people:
        return []
    return [finding("E03", "还没有务工人员花名册。", "请在“务工人员”里导入花名册；不在名册的不得计考勤、不得发薪。")]


@check("E01")
def people_local(case: Case) -> list[Finding]:
    roster = case.facts.roster
    others = roster.people - roster.local
    if others <= 0:
        return []
    said = f"名册{roster.people}人里有{others}人的户籍和常住地都不在本县，不计入赈济人数。"
    return [finding("E01", said, "请优先组织本县群众；确需外来人员的写明理由。")]


@check("E09")
def demand_met(case: Case) -> list[Finding]:
    needed, people = case.project.demand.number, case.facts.roster.people
    if needed is None or not people or people >= needed:
        return []
    said = f"用工需求{needed}人，名册{people}人，还缺{needed - people}人。"
    return [finding("E09", said, "请按岗位继续招用，或核对用工需求。")]


@check("E04")
def agreements_signed(case: Case) -> list[Finding]:
    without = case.facts.roster.without_agreement
    if not without:
        return []
    said = f"名册里有{without}人没有劳务协议编号或签订日期。"
    return [finding("E04", said, "请逐人签订协议，在花名册里补填协议编号与签订日期后重新导入。")]


@check("E10")
def safety_taught(case: Case) -> list[Finding]:
    if case.facts.training.safety_sessions or case.has("safety_training"):
        return []
    return [finding("E10", "没有上岗前安全教育记录。", "请在培训台账登记安全培训，或上传安全教育记录。")]


@check("E02")
def recruited_openly(case: Case) -> list[Finding]:
    if case.has("recruitment_notice"):
        return []
    return [finding("E02", "没有招工公告。", "请上传招工公告，写明优先吸纳的对象。", severity=Severity.HINT)]


@check("C05")
def two_responsibilities(case: Case) -> list[Finding]:
    """A hard gate of the special fund: no start without the two responsibilities, named and confirmed."""
    if not case.is_special:
        return []
    plan = case.facts.plan
    if not plan.has_responsibilities:
        return [
            finding(
                "C05", "没有落实两个责任。", "请在“投资计划—两个责任”里填写法人单位与责任人、监管单位与监管责任人。"
            )
        ]
    missing = list(plan.two_responsibilities_missing)
    if plan.responsibilities_confirmed_on is None and not any(item.endswith("确认日期") for item in missing):
        missing.append("确认日期")
    if missing:
        return [finding("C05", f"两个责任缺少：{'、'.join(missing)}。", "请在“投资计划—两个责任”里补齐并确认。")]
    return []


@check("Q05")
def funds_there(case: Case) -> list[Finding]:
    if not case.is_special or case.facts.share.received_fen > 0:
        return []
    return [finding("Q05", "还没有资金到位的记录。", "请登记到位资金；资金不落实不得开工，不得由施工单位垫资。")]


@check("C11b")
def started_in_time(case: Case) -> list[Finding]:
    return late(case, "C11b", "计划分解后应在{day}前开工", "请写明迟开工的原因。")


@check("H07", "H09")
def signboard(case: Case) -> list[Finding]:
    board = case.paper("signboard")
    if board is None:
        return [finding("H07", "没有工程公示牌照片。", "请设公示牌并上传照片。")]
    if not any(paper.says("has_rights_board") for paper in case.papers["signboard"]):
        return [finding("H09", "没有登记维权信息告示牌。", "请设维权信息告示牌并上传照片。")]
    return []


def _photo(case: Case, phase: str, label: str) -> list[Finding]:
    if any(paper.text("phase") == phase for paper in case.papers.get("photos", ())):
        return []
    return [finding("I09", f"没有{label}照片。", f"请上传{label}照片并附说明。")]


@check("I09")
def photo_before(case: Case) -> list[Finding]:
    return _photo(case, "before", "施工前")


@check("I09")
def photo_during(case: Case) -> list[Finding]:
    return _photo(case, "during", "施工中")


@check("E06")
def roster_filed(case: Case) -> list[Finding]:
    if case.has("roster_filing"):
        return []
    return [finding("E06", "名册与台账还没有报县级人社、发展改革部门备案的记录。", "请备案后登记备案记录。")]


@check("I09")
def photo_after(case: Case) -> list[Finding]:
    return _photo(case, "after", "竣工后")


@check("Q22")
def final_account(case: Case) -> list[Finding]:
    if case.has("final_account"):
        return []
    return [finding("Q22", "没有竣工决算。", "请上传竣工决算；尚未办结的写明预计办结时间。")]
