"""What happens to reports, with the sentence people read."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = [
    "REPORT_CHANGED",
    "REPORT_DELETED",
    "REPORT_SAVED",
    "REPORT_SCHEDULED",
    "REPORT_STOPPED",
]

REPORT_SAVED = Kind("opinion.report.saved", Words("保存专题报告", "a report was defined"))
REPORT_CHANGED = Kind("opinion.report.changed", Words("修改专题报告", "a report was changed"))
REPORT_SCHEDULED = Kind(
    "opinion.report.scheduled", Words("设定专题报告的周期与收件人", "a report's rhythm was set")
)
REPORT_STOPPED = Kind(
    "opinion.report.stopped", Words("专题报告停止定期编制", "a report is made no more by itself")
)
REPORT_DELETED = Kind("opinion.report.deleted", Words("删除专题报告", "a report was deleted"))
