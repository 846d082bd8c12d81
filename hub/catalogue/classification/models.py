"""Genres of official documents, the law's list of what must be public, and lists of themes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = [
    "GENRES",
    "SEPARATOR",
    "STATUTORY_CLASSES",
    "Genre",
    "StatutoryClass",
    "Theme",
    "ThemeList",
]

SEPARATOR = "\\"  # between a theme and its sub-class, as in national data


class Genre(StrEnum):
    """体裁. The first fifteen are the kinds of article 8 of 党政机关公文处理工作条例
    (中办发〔2012〕14号); the others are what real catalogues hold beside them."""

    RESOLUTION = "resolution"
    DECISION = "decision"
    ORDER = "order"
    COMMUNIQUE = "communique"
    ANNOUNCEMENT = "announcement"
    PUBLIC_NOTICE = "public-notice"
    OPINION = "opinion"
    NOTICE = "notice"
    CIRCULAR = "circular"
    REPORT = "report"
    REQUEST = "request"
    REPLY = "reply"
    MOTION = "motion"
    LETTER = "letter"
    MINUTES = "minutes"
    REGULATION = "regulation"
    PLAN = "plan"
    BULLETIN = "bulletin"
    INTERPRETATION = "interpretation"
    OTHER = "other"


# genre → its name in catalogues, and after it the other names under which it comes
GENRES: Mapping[Genre, tuple[str, ...]] = {
    Genre.RESOLUTION: ("决议",),
    Genre.DECISION: ("决定",),
    Genre.ORDER: ("命令（令）", "命令", "令", "命令(令)", "政府令"),
    Genre.COMMUNIQUE: ("公报",),
    Genre.ANNOUNCEMENT: ("公告", "公示"),
    Genre.PUBLIC_NOTICE: ("通告",),
    Genre.OPINION: ("意见",),
    Genre.NOTICE: ("通知",),
    Genre.CIRCULAR: ("通报",),
    Genre.REPORT: ("报告",),
    Genre.REQUEST: ("请示",),
    Genre.REPLY: ("批复",),
    Genre.MOTION: ("议案",),
    Genre.LETTER: ("函", "复函"),
    Genre.MINUTES: ("纪要", "会议纪要"),
    Genre.REGULATION: ("法规规章", "条例", "规定", "办法", "细则", "规章", "行政法规"),
    Genre.PLAN: ("规划计划", "规划", "计划", "方案", "要点"),
    Genre.BULLETIN: ("动态信息", "动态", "要闻", "统计", "简报"),
    Genre.INTERPRETATION: ("政策解读", "解读"),
    Genre.OTHER: ("其他",),
}


class StatutoryClass(StrEnum):
    """法定主动公开内容: the fifteen items of article 20 of the Regulation on Government Information
    Disclosure (State Council order 711)."""

    RULES = "20-1"
    FUNCTIONS = "20-2"
    PLANNING = "20-3"
    STATISTICS = "20-4"
    PERMITS = "20-5"
    PENALTIES = "20-6"
    BUDGETS = "20-7"
    FEES = "20-8"
    PROCUREMENT = "20-9"
    PROJECTS = "20-10"
    WELFARE = "20-11"
    EMERGENCIES = "20-12"
    INSPECTION = "20-13"
    RECRUITMENT = "20-14"
    OTHER = "20-15"


STATUTORY_CLASSES: Mapping[StatutoryClass, str] = {
    StatutoryClass.RULES: "行政法规、规章和规范性文件",
    StatutoryClass.FUNCTIONS: "机关职能、机构设置、办公地址、办公时间、联系方式、负责人姓名",
    StatutoryClass.PLANNING: "国民经济和社会发展规划、专项规划、区域规划及相关政策",
    StatutoryClass.STATISTICS: "国民经济和社会发展统计信息",
    StatutoryClass.PERMITS: "办理行政许可和其他对外管理服务事项的依据、条件、程序以及办理结果",
    StatutoryClass.PENALTIES: (
        "实施行政处罚、行政强制的依据、条件、程序以及有一定社会影响的行政处罚决定"
    ),
    StatutoryClass.BUDGETS: "财政预算、决算信息",
    StatutoryClass.FEES: "行政事业性收费项目及其依据、标准",
    StatutoryClass.PROCUREMENT: "政府集中采购项目的目录、标准及实施情况",
    StatutoryClass.PROJECTS: "重大建设项目的批准和实施情况",
    StatutoryClass.WELFARE: "扶贫、教育、医疗、社会保障、促进就业等方面的政策、措施及其实施情况",
    StatutoryClass.EMERGENCIES: "突发公共事件的应急预案、预警信息及应对情况",
    StatutoryClass.INSPECTION: "环境保护、公共卫生、安全生产、食品药品、产品质量的监督检查情况",
    StatutoryClass.RECRUITMENT: "公务员招考的职位、名额、报考条件等事项以及录用结果",
    StatutoryClass.OTHER: "法律、法规、规章和国家有关规定规定应当主动公开的其他政府信息",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """A theme with its sub-classes; `code` is the publisher's own, where it has one."""

    name: str
    code: str = ""
    below: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeList:
    """One version of the list of themes. Version 0 is the national one that comes with the hub."""

    source: str
    themes: tuple[Theme, ...]
    version: int = 0
    imported_by: str = ""
    imported_at: datetime | None = None

    @property
    def paths(self) -> tuple[str, ...]:
        """Every theme and every sub-class as items name it: `综合政务`, `综合政务\\政务公开`."""
        return tuple(
            path
            for theme in self.themes
            for path in (theme.name, *(f"{theme.name}{SEPARATOR}{sub}" for sub in theme.below))
        )
