"""Kinds of works the demo's projects do, with tasks, links and trades as in the guidance catalogue (指导目录)."""

from __future__ import annotations

from dataclasses import dataclass

from workrelief.kernel.kinds import Sector, Track


@dataclass(frozen=True, slots=True)
class Trade:
    """A trade on site: pay per day as a percentage of the project's level, and the skill asked for."""

    name: str
    percent: int
    skill: str


GENERAL = Trade("普工", 94, "普工")
GARDENER = Trade("绿化工", 90, "普工")
CLEANER = Trade("保洁员", 80, "普工")
MASON = Trade("砌筑工", 124, "技工")
STONEMASON = Trade("砌石工", 124, "技工")
BRICKLAYER = Trade("瓦工", 124, "技工")
CONCRETE = Trade("混凝土工", 112, "半熟练")
STEEL = Trade("钢筋工", 132, "技工")
PAVER = Trade("铺装工", 116, "半熟练")
PIPE_HELPER = Trade("管道工助手", 106, "半熟练")
FITTER_HELPER = Trade("安装工助手", 106, "半熟练")
PLASTERER = Trade("抹灰工", 122, "技工")


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of works: how such a project is called and what local people do in it. `often` weighs the draw."""

    track: Track
    sector: Sector
    often: int
    title: str
    task: str
    links: str
    trades: tuple[Trade, ...]
    content: str
    department: str


_KEY, _AGRI, _SPECIAL = Track.KEY_PROJECT, Track.AGRI_PROMOTION, Track.SPECIAL_FUND
_FARM, _ROAD, _WATER, _ECO, _TOWN, _POWER = (
    Sector.AGRICULTURE, Sector.TRANSPORT, Sector.WATER, Sector.ECOLOGY, Sector.URBAN, Sector.ENERGY,
)  # fmt: skip

WORKS: tuple[Work, ...] = (
    Work(_AGRI, _FARM, 24, "高标准农田建设项目", "土地平整、灌排工程", "田面人工找平与捡石；农渠、毛渠开挖衬砌",
         (GENERAL, GENERAL, MASON, PIPE_HELPER), "建设高标准农田{n}亩，配套灌排沟渠、机井和生产道路", "农业农村局"),
    Work(_AGRI, _FARM, 22, "村道硬化项目", "村内道路与巷道", "巷道路面平整与硬化；路沿与人行道铺装",
         (GENERAL, GENERAL, CONCRETE, PAVER), "硬化村内道路{n}米，配套排水边沟", "农业农村局"),
    Work(_AGRI, _FARM, 14, "农村人居环境整治项目", "污水与厕改、绿化亮化与公共空间", "污水管沟开挖与铺管；检查井砌筑；挖坑、运苗、栽植、平整",
         (GENERAL, GENERAL, BRICKLAYER, GARDENER, CLEANER), "铺设污水管网{n}米，整治村庄公共空间", "农业农村局"),
    Work(_AGRI, _FARM, 10, "产业园配套道路项目", "园区配套设施", "产业道路与便道修筑；大棚骨架安装配合",
         (GENERAL, CONCRETE, FITTER_HELPER), "修筑产业道路{n}米，配套园区沟渠", "农业农村局"),
    Work(_AGRI, _WATER, 12, "灌排渠系整治项目", "渠系工程", "渠道人工开挖与削坡；渠道衬砌板安砌；渠道清淤",
         (GENERAL, GENERAL, MASON), "整治灌排渠道{n}米，改造渠系建筑物", "水利局"),
    Work(_AGRI, _WATER, 8, "农村供水管网提升项目", "供水管网与设施", "入户管沟开挖回填；水源地保护设施",
         (GENERAL, GENERAL, PIPE_HELPER, MASON), "更新供水管网{n}米，改善农村供水条件", "水利局"),
    Work(_AGRI, _ROAD, 12, "农村公路提升改造项目", "路基与路面", "路基平整；垫层摊铺与找平；水泥路面浇筑配合、切缝、养护",
         (GENERAL, GENERAL, CONCRETE, MASON), "改造农村公路{n}米，完善路肩和边沟", "交通运输局"),
    Work(_AGRI, _ECO, 6, "村庄绿化提升项目", "造林", "整地挖穴；苗木搬运与栽植；浇水、支撑、涂白",
         (GARDENER, GARDENER, GENERAL), "栽植乡土树种{n}株，整治村旁路旁绿地", "自然资源和规划局"),
    Work(_KEY, _ROAD, 14, "段国省道改建附属工程", "路基路面附属", "清表与树根清理；涵洞与边沟砌筑；路肩培土与整修",
         (GENERAL, GENERAL, MASON, CONCRETE, STEEL), "改建国省道{n}米的路基、边沟、涵洞与防护附属", "交通运输局"),
    Work(_KEY, _ROAD, 10, "段高速公路交安与绿化工程", "交安与绿化", "防护栏安装配合；中分带与边坡绿化",
         (GENERAL, GARDENER, FITTER_HELPER, STEEL), "实施高速公路沿线{n}米防护、绿化与排水附属", "交通运输局"),
    Work(_KEY, _ROAD, 5, "铁路专用线路基附属工程", "路基与边坡", "边坡人工修整；边坡骨架护坡砌筑；排水沟、侧沟清挖与砌筑",
         (GENERAL, MASON, GARDENER), "铁路专用线{n}米路基边坡防护与排水", "交通运输局"),
    Work(_KEY, _WATER, 14, "灌区续建配套与现代化改造工程", "渠系工程、管道工程", "渠道现浇混凝土；渠系建筑物砌筑；管沟开挖与回填",
         (GENERAL, GENERAL, MASON, CONCRETE), "改造渠道{n}米及渠系建筑物", "水利局"),
    Work(_KEY, _WATER, 9, "段河道综合治理工程", "堤防护岸", "堤坡整修与植草；护岸块石砌筑；河道清障清淤",
         (GENERAL, STONEMASON, PAVER), "治理河道{n}米，加固堤防和护岸", "水利局"),
    Work(_KEY, _TOWN, 11, "老旧小区改造配套工程", "小区改造", "外墙与楼道粉刷；管网沟槽开挖回填；道板砖铺设",
         (GENERAL, PLASTERER, PAVER, BRICKLAYER), "改造小区道路与管网{n}米，粉刷外墙楼道", "住房和城乡建设局"),
    Work(_KEY, _TOWN, 10, "雨污分流管网工程", "管网工程", "沟槽清底与管道垫层；雨水口与检查井砌筑；路面恢复",
         (GENERAL, GENERAL, BRICKLAYER, PAVER), "新建雨污管网{n}米，恢复路面", "住房和城乡建设局"),
    Work(_KEY, _POWER, 8, "光伏发电场区工程", "光伏与风电", "光伏支架与组件安装配合；箱变、围栏基础；场区植被恢复",
         (GENERAL, FITTER_HELPER, CONCRETE), "建设光伏场区道路与围栏{n}米，安装支架组件", "能源事业发展中心"),
    Work(_KEY, _POWER, 5, "供热管网工程", "管网与改造", "供热管沟开挖回填；换热站土建配合",
         (GENERAL, GENERAL, BRICKLAYER), "新建供热管网{n}米及换热站", "住房和城乡建设局"),
    Work(_KEY, _ECO, 8, "国土绿化工程", "造林", "整地挖穴；苗木搬运与栽植；幼林抚育与补植",
         (GARDENER, GARDENER, GENERAL), "造林及补植{n}亩", "自然资源和规划局"),
    Work(_KEY, _ECO, 5, "河湖湿地修复工程", "修复工程", "水生植物种植；岸坡植被恢复；生态步道与围栏",
         (GENERAL, GARDENER, PAVER), "修复岸线{n}米，建设生态步道", "生态环境局分局"),
    Work(_KEY, Sector.RECONSTRUCTION, 2, "水毁堤防修复工程", "堤防与灌排", "决口与堤坡修复配合；渠道清淤与恢复",
         (GENERAL, MASON), "修复水毁堤防{n}米", "应急管理局"),
    Work(_SPECIAL, _ROAD, 10, "片区农村道路以工代赈项目", "路基与路面", "路基平整；水泥路面浇筑配合、切缝、养护；边沟与排水沟现浇",
         (GENERAL, GENERAL, CONCRETE, MASON), "新建农村道路{n}米，配套涵管、边沟", "交通运输局"),
    Work(_SPECIAL, _FARM, 10, "片区产业配套以工代赈示范工程", "园区配套设施", "产业道路与便道修筑；园区沟渠清挖",
         (GENERAL, GENERAL, CONCRETE), "修筑产业道路{n}米，清挖园区沟渠", "农业农村局"),
    Work(_SPECIAL, _WATER, 6, "片区小型水利以工代赈项目", "山坪塘与小型水源", "塘坎整修护砌；提灌站土建；堰塘与灌溉渠维护",
         (GENERAL, GENERAL, MASON), "整修塘坝渠道{n}米，恢复灌溉能力", "水利局"),
)  # fmt: skip


def works_of(track: Track) -> tuple[Work, ...]:
    """The kinds of works a track has, each as often as it weighs."""
    return tuple(w for w in WORKS if w.track is track for _ in range(w.often))
