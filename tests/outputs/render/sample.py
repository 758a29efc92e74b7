"""A realistic bulletin for looking at and for measuring: the published totals of 2022, with a synthetic split over cities."""

from __future__ import annotations

from datetime import date

from workrelief.kernel.chart import ChartSpec, Series
from workrelief.outputs.render.blocks import (
    Attachment,
    Chart,
    Column,
    Heading,
    OfficialDocument,
    Run,
    Table,
    paragraph,
)

CITIES = [
    "济南市",
    "青岛市",
    "淄博市",
    "枣庄市",
    "东营市",
    "烟台市",
    "潍坊市",
    "济宁市",
    "泰安市",
    "威海市",
    "日照市",
    "临沂市",
    "德州市",
    "聊城市",
    "滨州市",
    "菏泽市",
]
WEIGHTS = (7, 6, 5, 5, 3, 7, 8, 8, 6, 4, 4, 12, 10, 6, 5, 4)


def split(total: int) -> list[int]:
    """`total` over the cities in whole units; the shares add up exactly."""
    shares = [total * w // sum(WEIGHTS) for w in WEIGHTS]
    shares[0] += total - sum(shares)
    return shares


def wan(fen: int) -> str:
    return f"{fen / 1_000_000:,.2f}"


COUNTS = (split(218), split(74_700), split(160_300_000_000), split(664), split(101_900), split(120_200_000_000))
TOTALS = (218, 74_700, 160_300_000_000, 664, 101_900, 120_200_000_000)


def _cells(values: tuple[int, ...], place: str) -> tuple[Run, ...]:
    texts = [f"{v:,}" if i % 3 != 2 else wan(v) for i, v in enumerate(values)]
    return tuple(Run(text, f"{place}:{i}") for i, text in enumerate(texts))


CITY_TABLE = Table(
    caption="2022年各市以工代赈工作情况",
    unit="个、人、万元",
    columns=(
        Column("序号", "center", 0.55),
        Column("市", "left", 0.9),
        Column("项目数", "right", 0.8, "重点工程"),
        Column("务工人数", "right", 1.0, "重点工程"),
        Column("劳务报酬", "right", 1.3, "重点工程"),
        Column("项目数", "right", 0.8, "农业农村基础设施"),
        Column("务工人数", "right", 1.1, "农业农村基础设施"),
        Column("劳务报酬", "right", 1.3, "农业农村基础设施"),
    ),
    rows=tuple(
        (str(i + 1), city, *_cells(tuple(column[i] for column in COUNTS), city)) for i, city in enumerate(CITIES)
    ),
    total=("", "全省", *_cells(TOTALS, "全省")),
    notes=("务工人数按项目口径统计，不去重。", "因四舍五入，分项和可能与合计略有出入。"),
)

TRAINING_TABLE = Table(
    caption="2022年以工代赈业务培训情况",
    unit="人次",
    columns=(Column("对象", "left", 2), Column("培训人次", "right", 1)),
    rows=(("政府及部门", "7,620"), ("项目业主", "7,087"), ("施工单位", "9,689")),
    total=("合计", "24,396"),
)

PAY_CHART = ChartSpec(
    "bar",
    "2022年劳务报酬发放额居前的市",
    "万元",
    ("临沂市", "德州市", "潍坊市", "济宁市", "烟台市"),
    (
        Series(
            "重点工程",
            (19236, 16030, 12824, 12824, 11221),
            ("19,236.00", "16,030.00", "12,824.00", "12,824.00", "11,221.00"),
        ),
        Series(
            "农业农村", (14424, 12020, 9616, 9616, 8414), ("14,424.00", "12,020.00", "9,616.00", "9,616.00", "8,414.00")
        ),
    ),
)


def bulletin(**changes: object) -> OfficialDocument:
    """The bulletin of 2022; `changes` replace single fields."""
    fields: dict[str, object] = {
        "issuer_mark": "山东省发展和改革委员会文件",
        "number": "鲁发改赈演[2023]05号",
        "title": "关于2022年下半年全省以工代赈工作情况的通报",
        "addressee": "各市发展改革委",
        "blocks": (
            paragraph("现将2022年下半年全省以工代赈工作情况通报如下。"),
            Heading(1, "一、总体情况"),
            Heading(2, "（一）项目实施和劳务报酬发放"),
            paragraph(
                "2022年，全省实施以工代赈重点工程项目",
                Run("218个", "projects:key"),
                "，总投资",
                Run("1765.87亿元", "investment:key"),
                "，吸纳当地群众务工",
                Run("7.47万人", "headcount:key"),
                "，发放劳务报酬",
                Run("16.03亿元", "wages:key"),
                "。农业农村基础设施领域推广以工代赈项目",
                Run("664个", "projects:agri"),
                "，总投资",
                Run("335.69亿元", "investment:agri"),
                "，带动务工",
                Run("10.19万人", "headcount:agri"),
                "，发放劳务报酬",
                Run("12.02亿元", "wages:agri"),
                "。",
            ),
            Heading(2, "（二）业务培训"),
            paragraph(
                "全省开展业务培训648场、24396人次，其中政府及部门7620人次、项目业主7087人次、施工单位9689人次，"
                "实现省、市、县、乡镇四级全覆盖。国家刊发我省典型案例3篇。"
            ),
            TRAINING_TABLE,
            Heading(1, "二、各市进展"),
            paragraph("劳务报酬发放额居前的有：临沂市、德州市、潍坊市、济宁市、烟台市。各市具体情况见附件1。"),
            Chart(PAY_CHART),
            Heading(1, "三、下一步工作"),
            Heading(3, "1.压实市县责任。"),
            paragraph(
                "重点盯住以工代赈专项资金项目，落实组织群众务工、发放劳务报酬、开展就业技能培训等要求，健全从清单储备到落地见效的全链条管理。"
            ),
            Heading(4, "（1）按季调度。"),
            paragraph("各市于季后十个工作日内报送调度表，省级按季调度、半年通报、年度评价。"),
        ),
        "signer": "山东省发展和改革委员会",
        "signed_on": date(2023, 1, 20),
        "attachments": (
            Attachment("2022年各市以工代赈工作情况表", (CITY_TABLE,)),
            Attachment(
                "2022年各市以工代赈工作情况表（横排，供各市在汇总上报材料和编制本级通报时对照使用）",
                (CITY_TABLE,),
                landscape=True,
            ),
        ),
        "demo": True,
        "copies_to": "省委农办，省财政厅、省人力资源社会保障厅、省农业农村厅、省乡村振兴局，第三方机构",
        "print_organ": "山东省发展和改革委员会办公室",
        "print_date": date(2023, 1, 20),
        "copy_no": "1",
        "urgency": "平急",
    }
    return OfficialDocument(**{**fields, **changes})  # type: ignore[arg-type]
