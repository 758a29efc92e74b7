"""Gates of acceptance and after: wages, objections, publicity, pay share, notices, handover. The hardest of all."""

from __future__ import annotations

from decimal import Decimal

from workrelief.kernel.findings import Finding, Severity
from workrelief.kernel.money import wan_text, yuan_text
from workrelief.work.lifecycle.facts import Floor
from workrelief.work.lifecycle.rules.case import BLOCKER, Case, PaperFacts, check, finding, late

BASIS_POINTS = Decimal(10_000)


@check("F26", gate="record")
def wages_paid(case: Case) -> list[Finding]:
    """No acceptance and no ending with wages owed."""
    pay = case.facts.pay
    if not pay.unpaid_fen:
        return []
    said = f"还有{pay.unpaid_people}人的报酬{yuan_text(pay.unpaid_fen)}元应发未到账。"
    remedy = "请在“劳务报酬”里查未到账、发放失败的行，补发到账后再办这一步。"
    return [finding("F26", said, remedy, severity=BLOCKER, unpaid_fen=pay.unpaid_fen, unpaid_people=pay.unpaid_people)]


@check("F07", gate="record")
def wages_in_time(case: Case) -> list[Finding]:
    late = case.facts.pay.late_lines
    if not late:
        return []
    return [finding("F07", f"有{late}行报酬超过周期末日起31天才到账。", "请写明迟发原因；以后逐月按时发放。")]


@check("F12", gate="record")
def pay_confirmed(case: Case) -> list[Finding]:
    waiting = case.facts.pay.unposted_sheets
    if not waiting:
        return []
    said = f"有{waiting}张发放表还没有确认入账。"
    return [finding("F12", said, "请县发展改革部门在“劳务报酬”里确认或撤销。", severity=BLOCKER)]


@check("H11", "F26", gate="record")
def objections_settled(case: Case) -> list[Finding]:
    if not case.open_objections:
        return []
    said = f"还有{case.open_objections}件异议没有办结。"
    return [finding("H11", said, "请在项目进程页办结异议，写明核实情况和处理结果。", severity=BLOCKER)]


@check("I04", "E08")
def pay_sheets_there(case: Case) -> list[Finding]:
    """Nothing paid is not "nothing owed": a project that never posted a sheet has shown no relief at all."""
    if case.facts.pay.sheets:
        return []
    said = "还没有一张已入账的劳务报酬发放表。"
    return [finding("I04", said, "请导入发放台账，由县发展改革部门确认入账后再验收。")]


@check("H03", "H04", gate="record")
def pay_publicised(case: Case) -> list[Finding]:
    """Each paid month was shown in town and village long enough; months before the process gates are history.

    It tells them apart itself, so that entering a step as history lets off no month that is none.
    """
    gates_from, least = case.law.get("process_gates_from").whole, case.law.get("publicity_days").whole
    shown: dict[int, PaperFacts] = {}
    for paper in case.papers.get("pay_publicity", ()):
        month = paper.whole("month")
        if month is not None and (month not in shown or _days(paper) > _days(shown[month])):
            shown[month] = paper
    months = [m.month for m in case.facts.pay.months]
    asked = [month for month in months if month >= gates_from]
    findings = []
    if absent := [_month(month) for month in asked if month not in shown]:
        said = f"{'、'.join(absent)}的报酬没有公示记录。"
        findings.append(finding("H03", said, "请补充公示，期满无异议后上传公示表和影像。", months=absent))
    if short := [_month(month) for month in asked if month in shown and _days(shown[month]) < least]:
        said = f"{'、'.join(short)}的报酬公示不足{least}天。"
        findings.append(finding("H03", said, f"请重新公示，不少于{least}天。", months=short))
    photos = case.law.get("publicity_photos_min").whole
    if few := [_month(m) for m in asked if m in shown and (shown[m].whole("photos") or 0) < photos]:
        findings.append(finding("H04", f"{'、'.join(few)}的公示影像少于{photos}张。", "请补传近景、远景影像。"))
    if past := [month for month in months if month < gates_from and month not in shown]:
        said = f"{len(past)}个月的报酬属历史补录，未核公示。"
        findings.append(finding("H03", said, "有公示资料的请补传。", severity=Severity.HINT))
    return findings


def _days(paper: PaperFacts) -> int:
    first, last = paper.day("starts_on"), paper.day("ends_on")
    return (last - first).days if first and last else -1


def _month(month: int) -> str:
    return f"{month // 100}年{month % 100}月"


@check("F01", "F02", "F03", gate="record")
def pay_share(case: Case) -> list[Finding]:
    """Labour pay that arrived against every floor that holds for the project; exactly at the floor is enough."""
    if not case.is_special:
        return []
    share = case.facts.share
    if share.issued_fen <= 0:
        said = "没有查到已下达的中央（省级）资金，报酬占比无从核算。"
        return [finding("F01", said, "请在“投资计划”里核对下达和分解记录。")]
    return [_below(floor, share.paid_fen) for floor in share.floors if share.paid_fen < floor.required_fen]


def _below(floor: Floor, paid_fen: int) -> Finding:
    short = int(floor.required_fen.to_integral_value(rounding="ROUND_CEILING")) - paid_fen
    said = (
        f"劳务报酬到账{wan_text(paid_fen)}万元，占{floor.label}{wan_text(floor.base_fen)}万元的"
        f"{_percent(Decimal(paid_fen) / floor.base_fen)}，低于{_percent(floor.share)}，还差{yuan_text(short)}元。"
    )
    return finding(
        floor.rule_id, said, "请核对未入账的发放台账；确实不足的，继续组织务工或按程序调整资金后再验收。",
        severity=BLOCKER, short_fen=short,
    )  # fmt: skip


def _percent(share: Decimal) -> str:
    return f"{(share * 100).quantize(Decimal('0.01')).normalize():f}%"


@check("F04", gate="record")
def pay_promise(case: Case) -> list[Finding]:
    """What was promised above the floor binds too."""
    if not case.is_special:
        return []
    share, findings = case.facts.share, []
    if case.promised_pay_fen is not None and share.paid_fen < case.promised_pay_fen:
        short = case.promised_pay_fen - share.paid_fen
        said = f"承诺报酬{wan_text(case.promised_pay_fen)}万元，到账{wan_text(share.paid_fen)}万元，还差{yuan_text(short)}元。"
        findings.append(finding("F04", said, _KEEP, severity=BLOCKER, short_fen=short))
    if case.promised_share_bp is not None and share.issued_fen > 0:
        promised = Decimal(case.promised_share_bp) / BASIS_POINTS
        if share.paid_fen < promised * share.issued_fen:
            said = f"承诺报酬占比{_percent(promised)}，到账占{_percent(Decimal(share.paid_fen) / share.issued_fen)}。"
            findings.append(finding("F04", said, _KEEP, severity=BLOCKER))
    return findings


_KEEP = "公告或批复承诺高于底线的按承诺考核，请补足后再验收。"


@check("I04")
def checklist_passed(case: Case) -> list[Finding]:
    record = case.paper("acceptance_record")
    if record is None:
        return []
    failed = record.whole("failed_items") or 0
    if record.says("is_passed") and not failed:
        return []
    said = f"验收核查单有{failed}项不合格。" if failed else "验收核查单的结论不是合格。"
    return [finding("I04", said, "一项不合格即退回整改，请办“退回整改”。")]


@check("G01", "G02", gate="process")
def training_done(case: Case) -> list[Finding]:
    training, people = case.facts.training, case.facts.roster.people
    if not training.skill_sessions:
        return [finding("G01", "没有依托项目的技能培训。", "请在培训台账登记；确实没有的写明原因。")]
    target = case.law.get("training_coverage_target").exact
    if people and training.skilled_people < target * people:
        said = f"务工{people}人，受技能培训{training.skilled_people}人，低于目标。"
        return [finding("G02", said, "请核对培训台账的签到名单。")]
    return []


@check("I06")
def accepted_in_time(case: Case) -> list[Finding]:
    return late(case, "I06", "主体完工后应在{day}前验收", "请写明延迟验收的原因。")


@check("I05")
def rectified_in_time(case: Case) -> list[Finding]:
    return late(case, "I05", "整改应在{day}前完成", "请写明整改逾期的原因。")


@check("H02")
def result_notice_in_time(case: Case) -> list[Finding]:
    return late(case, "H02", "结果公告应在{day}前", "请写明迟公告的原因。")


@check("I07")
def upkeep_named(case: Case) -> list[Finding]:
    upkeep = case.paper("upkeep")
    if upkeep is None or (upkeep.text("unit") and upkeep.text("person")):
        return []
    return [finding("I07", "管护责任书没有写明管护单位或责任人。", "请补填管护单位和责任人。", severity=BLOCKER)]


@check("G05")
def public_posts(case: Case) -> list[Finding]:
    if case.has("public_posts"):
        return []
    return [finding("G05", "没有公益性岗位或折股量化资料。", "承诺设立的请补登记；没有承诺的不必办理。")]


@check("C09", "I05", gate="record")
def reason_given(case: Case) -> list[Finding]:
    """Sending back and ending want a reason; a preview cannot have one yet."""
    if case.note is None or len(case.note.strip()) >= 4:
        return []
    rule_id = "I05" if case.state == "self_checked" else "C09"
    return [finding(rule_id, "没有写明原因。", "请写明原因（至少4个字）。", severity=BLOCKER)]


@check("F09", gate="process")
def pay_signed(case: Case) -> list[Finding]:
    unsigned = case.facts.pay.unsigned_lines
    if not unsigned:
        return []
    return [finding("F09", f"发放台账有{unsigned}行没有签字或确认。", "请补签字影像或线上确认后再归档。")]


# ---------- what the money came to (the ten targets, forms.md §3) ----------


@check("J01")
def money_paid_out(case: Case) -> list[Finding]:
    money = case.facts.money
    return _below_target(
        case, "J01", "payment_rate", "中央资金支付率", money.central_paid_fen, money.central_issued_fen
    )


@check("J02")
def investment_done(case: Case) -> list[Finding]:
    money = case.facts.money
    return _below_target(case, "J02", "investment_rate", "投资完成率", money.invested_fen, money.investment_fen)


def _below_target(case: Case, rule_id: str, item: str, label: str, done_fen: int, of_fen: int) -> list[Finding]:
    if not of_fen:
        return [
            finding(rule_id, f"没有可以核算{label}的下达或投资数。", "请在“资金到位与支付”里核对，绩效自评表据此填写。")
        ]
    target = case.law.get("plan_target_ratio", item=item).exact
    share = Decimal(done_fen) / of_fen
    if share >= target:
        return []
    said = f"{label}{_percent(share)}，低于目标{_percent(target)}。"
    return [finding(rule_id, said, "请核对凭证是否漏登；确实未达到的，在自评表里写明原因。")]


@check("L07")
def people_satisfied(case: Case) -> list[Finding]:
    """The satisfaction of those who took part; too few answers make no result."""
    report = case.paper("performance_report")
    if report is None:
        return []
    satisfied, sample = report.whole("satisfaction"), report.whole("sample")
    least = case.law.get("satisfaction_sample_min").whole
    if satisfied is None or sample is None or sample < least:
        said = f"群众满意度没有有效结果：有效样本应不少于{least}份。"
        return [finding("L07", said, "请在绩效自评表里填写有效样本和满意度；样本不足的补充回访。")]
    target = case.law.get("plan_target_ratio", item="satisfaction").exact
    if Decimal(satisfied) / 100 < target:
        said = f"群众满意度{satisfied}%，低于目标{_percent(target)}。"
        return [finding("L07", said, "请分析不满意的原因，在自评表里写明改进措施。")]
    return []
