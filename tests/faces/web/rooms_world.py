"""What the tests of the rooms' pages look at: two counties of two cities, with one thing of every kind."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests.build import CountyData, a_county, a_project, project_code
from tests.conftest import FEIXIAN, NINGJIN, make_actor
from workrelief.base.access.permissions import Role
from workrelief.kernel.kinds import Audience, FundType, Track, TrainingType
from workrelief.work.payroll.models import PayLine, PaySheet
from workrelief.work.projects import rules as project_rules
from workrelief.work.projects.models import Project
from workrelief.work.training import rules
from workrelief.work.training import services as training
from workrelief.work.training.models import TrainingSession
from workrelief.work.workers.models import Worker

COUNTS = Path(__file__).with_name("query_counts.json")
MOST_STATEMENTS = 30


@dataclass(frozen=True)
class RoomsWorld:
    """Ids of what stands in 费县 (with central money, a session and a paid month) and in 宁津县."""

    feixian: CountyData
    ningjin: CountyData
    funded: int
    sheet: int
    line: int
    worker: int
    session: int

    @property
    def pages(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        """Page → (address, words that must stand there)."""
        f = self.feixian
        return {
            "projects": ("/projects/", ("项目清单", f.code, "临沂市", "德州市", "共 <b>3</b> 个项目", "总投资")),
            "projects, narrowed": (
                "/projects/?division=371325&track=special_fund",
                ("片区示范工程", "共 <b>1</b> 个项目"),
            ),
            "projects, none": ("/projects/?text=没有这样的项目", ("没有符合条件的数据", "清除条件")),
            "project": (f"/projects/{f.project}/", (f.code, "务工组织", "12 人", "36,000.00", "县级资金")),
            "project, central money": (f"/projects/{self.funded}/", ("片区示范工程", "专项资金项目")),
            "workers": ("/workers/", ("务工花名册", "379900********", "前 6 位和后 4 位")),
            "workers of a project": (f"/workers/?project={f.project}", ("演示0100", "共 <b>12</b> 人")),
            "worker": (f"/workers/{self.worker}/", ("劳务报酬", "2022-07", "3,000.00", "查看证件号")),
            "paysheets": ("/pay-sheets/", ("2022-07", "36,000.00", "已入账", "24 人次")),
            "paysheet": (f"/pay-sheets/{self.sheet}/", ("发放明细", "36,000.00", "演示施工有限公司", "整表冲回")),
            "pay line": (f"/pay-lines/{self.line}/", ("20 天 × 150.00", "3,000.00", "一卡通", "第 2 行", "F13")),
            "training": ("/training/", ("费县岗前培训", "PX-1", "合计 30 人次")),
            "training session": (f"/training/{self.session}/", ("费县岗前培训", "务工群众", "30", "没有逐人签到记录")),
            "imports": ("/imports/", ("导入什么", "花名册1.xlsx", "台账2.xlsx", "下载模板")),
            "import, new": ("/imports/new/pay_sheet/", ("劳务报酬发放明细台账", "上传并校验", "出工天数")),
            "import, batch": (f"/imports/{f.pay_batch}/", ("台账1.xlsx", "已导入", "3.60", "整批撤销")),
            "search": ("/search/?q=费县", ("道路项目", f.code)),
            "search, none": ("/search/?q=无此内容", ("没有找到",)),
            "law": ("/law/", ("F13", "应发＝计酬数量×单价", "劳务报酬占中央（省级）资金比例下限", "30.0%")),
            "law, narrowed": ("/law/?q=F08a", ("账户户名与务工者姓名不一致", "符合 <b>1</b> 条")),
            "jobs": ("/jobs/", ("任务中心",)),
            "password": ("/password/", ("原密码", "新密码")),
        }


def a_rooms_world() -> RoomsWorld:
    linyi = make_actor(Role.CITY_OFFICER, "3713")
    feixian = a_county(linyi, FEIXIAN, number=1)
    ningjin = a_county(make_actor(Role.CITY_OFFICER, "3714"), NINGJIN, number=2, track=Track.AGRI_PROMOTION)
    funded = a_project(
        linyi,
        FEIXIAN,
        number=3,
        name="（演示）费县片区示范工程",
        code=project_code(FEIXIAN, 3),
        track=Track.SPECIAL_FUND,
        investment_fen=4_000_000_00,
        funds=(project_rules.Fund(FundType.CENTRAL_BUDGET, 4_000_000_00, 4_000_000_00),),
        planned_pay_fen=1_320_000_00,
    )
    training.register_session(
        linyi,
        training.NewSession(
            number="PX-1",
            division_code=FEIXIAN,
            training_type=TrainingType.SKILL,
            form="集中培训",
            topic="费县岗前培训",
            held_on=date(2022, 6, 1),
            organiser="费县发展和改革局（演示）",
            attendances=(rules.Attendance(Audience.WORKER, attended=30, expected=32),),
            project_id=feixian.project,
        ),
    )
    sheet = PaySheet.rows.get(project_id=feixian.project)
    line = PayLine.objects.filter(sheet=sheet).order_by("id").first()
    assert line is not None
    assert Project.rows.count() == 3
    return RoomsWorld(
        feixian,
        ningjin,
        funded,
        sheet.pk,
        line.pk,
        Worker.rows.get(pk=line.worker_id).pk,
        TrainingSession.rows.get().pk,
    )


def stored_counts() -> dict[str, int]:
    return dict(json.loads(COUNTS.read_text()))
