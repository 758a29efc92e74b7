"""Gates up to the plan and the list: survey, reserve, approval, application, issue, decomposition, listing."""

from __future__ import annotations

from workrelief.kernel.findings import Finding, Severity
from workrelief.kernel.money import wan_text
from workrelief.kernel.period import month_index
from workrelief.work.lifecycle.rules.case import BLOCKER, Case, check, finding, late
from workrelief.work.projects import rules as project_rules

FORBIDDEN_USES = ("楼堂馆所", "办公楼", "办公用房", "宾馆", "招待所", "培训中心", "接待中心")
"""Words in the works that ask for a person's look (rule C07)."""


@check("B01")
def site_named(case: Case) -> list[Finding]:
    findings = []
    if not case.project.content.strip():
        findings.append(
            finding("B01", "没有写明主要建设内容。", "请在项目页补填主要建设内容。", severity=Severity.SERIOUS)
        )
    if not case.is_located:
        findings.append(
            finding("B01", "没有在地图上定点。", "请在项目进程页登记建设地点的坐标。", severity=Severity.HINT)
        )
    return findings


@check("C10", gate="record")
def not_doubled(case: Case) -> list[Finding]:
    number = case.facts.doubles.waiting
    if not number:
        return []
    return [finding("C10", f"有{number}个相似项目尚未判定是否重复。", "请在“三级清单—查重”里逐对判定并写明理由。")]


@check("B06")
def labour_surveyed(case: Case) -> list[Finding]:
    survey = case.paper("labour_survey")
    willing = survey.whole("willing_people") if survey else None
    if willing is None:
        return [finding("B06", "没有登记摸底的有意愿人数。", "请上传摸底登记表并填写有务工意愿人数。")]
    if willing < case.project.planned_workers:
        said = f"拟吸纳{case.project.planned_workers}人，多于摸底有意愿的{willing}人。"
        return [finding("B06", said, "请扩大摸底范围，或按摸底人数调整拟吸纳人数。")]
    return []


@check("D08", "N01", "N02", gate="record")
def project_code(case: Case) -> list[Finding]:
    if not case.project.code:
        return [finding("D08", "项目还没有项目代码。", "请在投资项目在线审批监管平台赋码后，在项目页填写。")]
    return list(project_rules.check_project_code(case.project.code).findings)


@check("C11a")
def approval_numbered(case: Case) -> list[Finding]:
    approval = case.paper("approval")
    if approval is not None and approval.number.strip():
        return []
    return [finding("C11a", "没有批复文号。", "请上传项目批复并填写批复文号，再办理这一步。")]


@check("D01")
def relief_chapter(case: Case) -> list[Finding]:
    plan = case.paper("implementation_plan")
    if plan is None or plan.says("has_work_relief_chapter"):
        return []
    return [
        finding("D01", "实施方案或可研报告没有以工代赈专章。", "请补写专章：群众务工的工种、工时、报酬标准与总额。")
    ]


@check("D02")
def pay_estimated(case: Case) -> list[Finding]:
    table = case.paper("labour_estimate")
    estimated = table.whole("pay_total_fen") if table else None
    if estimated is None:
        return [
            finding("D02", "没有用工与报酬测算表。", "请在“指导目录—比对”生成测算表，或上传测算表并填写测算报酬总额。")
        ]
    promised = case.promised_pay_fen
    if promised is not None and estimated < promised:
        said = f"测算报酬{wan_text(estimated)}万元，少于承诺的{wan_text(promised)}万元。"
        return [finding("D02", said, "请重新测算，或更正承诺额。")]
    return []


@check("H06")
def plan_publicity_days(case: Case) -> list[Finding]:
    notice = case.paper("plan_publicity")
    least = case.law.get("plan_publicity_days").whole
    first, last = (notice.day("starts_on"), notice.day("ends_on")) if notice else (None, None)
    if first is None or last is None or (last - first).days < least:
        return [finding("H06", f"方案公示不足{least}天。", "请公示期满后再登记；各地规定不同的，以当地为准。")]
    return []


@check("C06", gate="record")
def funds_add_up(case: Case) -> list[Finding]:
    if not case.project.funds:
        return [finding("C06", "没有填写资金来源。", "请在项目页按来源拆清资金，各来源之和等于总投资。")]
    return project_rules.funding(case.project.investment_fen, case.project.funds, case.law)


@check("B02")
def labour_links(case: Case) -> list[Finding]:
    if case.project.labour_tasks.strip() or case.project.labour_links.strip():
        return []
    return [
        finding(
            "B02", "没有写明可用人工的建设任务和用工环节。", "请在项目页选填指导目录里的用工环节，至少一项。",
            severity=_listing_level(case),
        )
    ]  # fmt: skip


@check("B03")
def labour_demand(case: Case) -> list[Finding]:
    demand, level = case.project.demand, _listing_level(case)
    findings = []
    if demand.missing:
        said = f"用工需求四项缺少：{'、'.join(demand.missing)}。"
        findings.append(finding("B03", said, "请在项目页补齐岗位、数量、时段和技能要求。", severity=level))
    if demand.number is not None and demand.number < 1:
        findings.append(finding("B03", "用工岗位数量应为正整数。", "请在项目页更正岗位数量。"))
    elif demand.number is not None and case.project.planned_workers < demand.number:
        said = f"拟吸纳{case.project.planned_workers}人，少于用工岗位数量之和{demand.number}人。"
        findings.append(finding("B03", said, "拟吸纳人数应不小于岗位数量之和，请在项目页更正。", severity=level))
    return findings


def _listing_level(case: Case) -> Severity:
    """Neither a list nor an application for special funds can do without.

    Applications of the time before the process gates (reading 10) may, when the gap is explained: registers of special-fund
    projects had no columns for it.
    """
    is_early = month_index(case.on) < case.law.get("process_gates_from").whole
    return Severity.SERIOUS if case.is_special and is_early else BLOCKER


@check("C07")
def fund_use(case: Case) -> list[Finding]:
    hit = [word for word in FORBIDDEN_USES if word in case.project.content or word in case.project.name]
    if not hit:
        return []
    return [finding("C07", f"名称或建设内容里有“{'”“'.join(hit)}”。", "请人工复核是否属于禁止投向；不属于的写明理由。")]


def _plan(case: Case, stage: str, rule_id: str, doing: str) -> list[Finding]:
    if case.facts.plan.has_reached(stage):
        return []
    said = f"投资计划里还没有这个项目{doing}的记录。"
    return [finding(rule_id, said, "请在“投资计划”里办理，办结后项目进程自动前进。", severity=BLOCKER)]


@check("C11")
def plan_applied(case: Case) -> list[Finding]:
    return _plan(case, "applied", "C11", "申报")


@check("C11")
def plan_city_reviewed(case: Case) -> list[Finding]:
    return _plan(case, "city_reviewed", "C11", "市级审核")


@check("C11")
def plan_prov_reviewed(case: Case) -> list[Finding]:
    return _plan(case, "prov_reviewed", "C11", "省级审核")


@check("C04")
def plan_issued(case: Case) -> list[Finding]:
    return _plan(case, "issued", "C04", "下达")


@check("C03")
def plan_decomposed(case: Case) -> list[Finding]:
    return _plan(case, "decomposed", "C03", "分解到项目")


@check("C04")
def targets_set(case: Case) -> list[Finding]:
    if case.facts.plan.targets:
        return []
    return [finding("C04", "没有随计划下达的绩效目标。", "请在“投资计划”里逐项目填写绩效目标。")]


@check("C05")
def two_responsibilities_named(case: Case) -> list[Finding]:
    """At decomposition a gap is said; at the start of works it blocks (`two_responsibilities`)."""
    missing = case.facts.plan.two_responsibilities_missing
    if case.facts.plan.has_responsibilities and not missing:
        return []
    said = f"两个责任缺少：{'、'.join(missing)}。" if missing else "没有两个责任记录。"
    return [finding("C05", said, "请在开工前逐项填写并确认，否则不能开工。", severity=Severity.WARNING)]


@check("H01")
def plan_notice_complete(case: Case) -> list[Finding]:
    notice = case.paper("plan_notice")
    if notice is None:
        return []
    missing = [
        label for name, label in (("says_pay", "报酬额与比例"), ("says_telephone", "监督电话")) if not notice.says(name)
    ]
    if not missing:
        return []
    return [finding("H01", f"公告没有写明{'、'.join(missing)}。", "请补正公告后重新上传。")]


@check("H01")
def plan_notice_in_time(case: Case) -> list[Finding]:
    return late(case, "H01", "计划公告应在{day}前", "请写明迟公告的原因。")


@check("B01")
def list_published(case: Case) -> list[Finding]:
    if case.facts.listing.is_published:
        return []
    return [
        finding("B01", "这个项目还没有列入印发的清单。", "请在“三级清单”里上报、确认并印发，印发后项目进程自动前进。")
    ]
