"""What can go wrong with reports.

GongkaiError
├── NotFound → UnknownReport
├── InvalidInput → BadReport
├── Conflict → ReportNamed
└── Forbidden → NothingInSight
"""

from __future__ import annotations

from hub.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound, Words

__all__ = ["BadReport", "NothingInSight", "ReportNamed", "UnknownReport"]


class UnknownReport(NotFound):
    code = "unknown-report"

    def __init__(self, report_id: str) -> None:
        super().__init__(
            Words(f"没有专题报告 {report_id}", f"no report {report_id}"),
            field="report",
            remedy=Words("用 gongkai report list 查看", "see gongkai report list"),
        )


class BadReport(InvalidInput):
    code = "bad-report"

    def __init__(self, field: str, zh: str, en: str, remedy: Words) -> None:
        super().__init__(Words(zh, en), field=field, remedy=remedy)


class ReportNamed(Conflict):
    code = "report-named"

    def __init__(self, name: str) -> None:
        super().__init__(
            Words(f"您已有名为“{name}”的报告", f"you have a report called '{name}'"),
            field="name",
            remedy=Words("换一个名称，或修改原有的报告", "choose another name, or change that one"),
        )


class NothingInSight(Forbidden):
    code = "nothing-in-sight"

    def __init__(self, login: str) -> None:
        super().__init__(
            Words(f"{login} 没有可统计的单位", f"{login} operates no body"),
            field="bodies",
            remedy=Words(
                "由新媒体、公开办或管理员角色编制",
                "made by media, disclosure office, administrators",
            ),
        )
