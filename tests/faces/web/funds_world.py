"""What the tests of plans and money look at: a batch that went from 费县's application down to one project."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tests.build import a_project, project_code
from tests.conftest import FEIXIAN, LINYI, make_actor
from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import Role
from workrelief.base.divisions.services import load_divisions
from workrelief.base.law.parameters import parameters
from workrelief.kernel.kinds import FundType, Track
from workrelief.work.funds import queries, services
from workrelief.work.funds.models import PlanLine
from workrelief.work.funds.rules.targets import usual
from workrelief.work.funds.services import money
from workrelief.work.lifecycle import services as lifecycle
from workrelief.work.projects import rules as project_rules

DAY = date(2022, 9, 1)
MOST_STATEMENTS = 30
DUTIES = {
    "owner_unit": "演示镇人民政府",
    "owner_person": "演示辛",
    "owner_phone": "0539-5550001",
    "owner_confirmed_on": DAY,
    "supervisor_unit": "费县发展和改革局（演示）",
    "supervisor_person": "演示丁",
    "supervisor_phone": "0539-5550002",
    "supervisor_confirmed_on": DAY,
}


@dataclass
class FundsWorld:
    """Ids along one batch; `funded` has the money, `waiting` is approved and has none yet."""

    batch: int
    application: int
    root: int
    province: int
    city: int
    county: int
    funded: int
    waiting: int
    line: int
    move: int

    @property
    def pages(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        """Page → (address, words that must stand there), as the province sees them."""
        return {
            "plans": ("/plans/", ("计划批次", "已全部分解", "400.00")),
            "plan applications": ("/plans/applications/", ("临沂市费县", "省已审核")),
            "plan documents": ("/plans/documents/", ("鲁发改投资〔2022〕1号", "已下达", "县级文件")),
            "plan clocks": ("/plans/clocks/", ("按时办结", "工作日")),
            "plan changes": ("/plans/changes/", ("没有变更",)),
            "plan batch": (f"/plans/batches/{self.batch}/", ("分解情况", "费县", "平衡", "0.00")),
            "plan batch, county open": (
                f"/plans/batches/{self.batch}/?open={FEIXIAN}",
                ("已转发到项目", "费县第8号", "费发改〔2022〕2号"),
            ),
            "plan application": (f"/plans/applications/{self.application}/", ("十项绩效目标", "≥30.00%", "省级审核")),
            "plan document": (f"/plans/documents/{self.county}/", ("费发改〔2022〕2号", "上级", "400.00")),
            "plan document, line": (
                f"/plans/documents/{self.county}/?line={self.line}",
                ("参与工程建设群众满意度", "两个责任已落实", "演示辛"),
            ),
            "duties missing": ("/plans/responsibilities/", ("两个责任都已落实",)),
            "money": ("/money/", ("DW-1", "2,000,000.00", "已入账")),
            "money, voucher": (f"/money/{self.move}/", ("DW-1", "第 1 批", "冲回凭证")),
            "project money": (f"/projects/{self.funded}/money/", ("按来源", "第 1 批", "资金支付率", "ZF-1")),
            "money, new": (f"/projects/{self.funded}/money/payment/", ("凭证号", "累计支付不得超过下达额")),
            "idle money": ("/money/idle/", ("到位未支付", "100.00", "J04")),
            "fund rates": ("/money/rates/?year=2022", ("支付率与完成率", "25.0", "100.0")),
            "fund structure": ("/money/structure/?year=2022", ("撬动", "中央预算内投资", "400.00")),
            "labour share": ("/labour-share/", ("费县第8号", "30.0", "尚未达到")),
        }


def a_funds_world() -> FundsWorld:
    """Everything through the services, as the offices would do it."""
    load_divisions()
    province, linyi = make_actor(Role.PROVINCE_OFFICER, "37"), make_actor(Role.CITY_OFFICER, "3713")
    feixian = make_actor(Role.COUNTY_OFFICER, "371325")
    funded = a_special_project(feixian, FEIXIAN, 8)
    waiting = a_special_project(feixian, FEIXIAN, 9)
    batch = services.open_batch(
        province, services.NewBatch(year=2022, fund_type=FundType.CENTRAL_BUDGET, opened_on=date(2022, 1, 5))
    )
    application = services.save_application(feixian, batch.pk, FEIXIAN, [a_line(funded)], contact="演示丁 0539-5550002")
    services.submit_application(feixian, application.pk, document_no="费发改〔2022〕1号", on=DAY, is_truthful=True)
    services.review_application(linyi, application.pk, "city", on=DAY, document_no="临发改〔2022〕1号")
    services.review_application(province, application.pk, "province", on=DAY)
    services.set_responsibilities(feixian, [services.NewResponsibility(project_id=funded, **DUTIES)])
    root = services.register_plan(
        province, batch.pk, services.DocumentHead(document_no="发改投资〔2022〕100号"), total_fen=400_000_000,
        targets=targets(),
    )  # fmt: skip
    issue(province, root.pk, "发改投资〔2022〕100号")
    documents = [
        forwarded(actor, source, place, number)
        for actor, source, place, number in ((province, root.pk, "370000000000", "鲁发改投资〔2022〕1号"),)
    ]
    documents.append(forwarded(linyi, documents[0], LINYI, "临发改投资〔2022〕2号"))
    documents.append(forwarded(feixian, documents[1], FEIXIAN, "费发改〔2022〕2号"))
    done = money.record(
        feixian,
        [
            money.receipt(funded, FundType.CENTRAL_BUDGET, 200_000_000, DAY, voucher_no="DW-1", tranche=1),
            money.payment(
                funded, FundType.CENTRAL_BUDGET, 100_000_000, DAY, voucher_no="ZF-1", payee_kind="contractor",
                payee="演示施工有限公司", tranche=1,
            ),
            money.investment(funded, 202209, 120_000_000),
        ],
    )  # fmt: skip
    line = PlanLine.rows.get(document=documents[2], project=funded)
    return FundsWorld(
        batch.pk,
        application.pk,
        root.pk,
        documents[0],
        documents[1],
        documents[2],
        funded,
        waiting,
        line.pk,
        done.ids[0],
    )


def targets() -> dict[str, str]:
    return usual(parameters(on=DAY))


def a_line(project: int, fen: int = 400_000_000) -> services.NewApplicationLine:
    return services.NewApplicationLine(
        project_id=project,
        requested_fen=fen,
        targets=targets(),
        approval_no="费审批〔2022〕8号",
        approval_on=date(2022, 3, 1),
    )


def a_special_project(actor: Actor, county: str, number: int) -> int:
    """A special-fund project with its approval among its papers, ready to be applied for."""
    made = a_project(
        actor,
        county,
        number=number,
        code=project_code(county, number),
        track=Track.SPECIAL_FUND,
        investment_fen=500_000_000,
        funds=(
            project_rules.Fund(FundType.CENTRAL_BUDGET, 400_000_000),
            project_rules.Fund(FundType.COUNTY, 100_000_000),
        ),
        planned_pay_fen=120_000_000,
        content="新建农村道路 3.2 公里",
        labour_tasks="道路工程",
        demand=project_rules.LabourDemand("普工", 10, "2022年9月至11月", "不限"),
    )
    lifecycle.adopt(actor, [made])
    lifecycle.attach_paper(actor, made, "approval", number="费审批〔2022〕8号", dated_on=date(2022, 3, 1))
    return made


def issue(actor: Actor, document: int, number: str) -> None:
    services.check_document(actor, document)
    services.issue_document(actor, document, document_no=number, on=DAY)


def forwarded(actor: Actor, source: int, place: str, number: str) -> int:
    """Decompose a document as the platform proposes, and issue it; returns the new document's id."""
    lines = [
        services.NewLine(
            parent_id=p.parent_id, division_code=p.division_code, project_id=p.project_id, amount_fen=p.amount_fen,
            targets=p.targets,
        )
        for p in queries.proposed_lines(actor.scope, source, place)
    ]  # fmt: skip
    made = services.draft_decomposition(actor, source, services.DocumentHead(), lines, division=place)
    issue(actor, made.pk, number)
    return int(made.pk)
