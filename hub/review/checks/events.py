"""What happens with checks."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["ACKNOWLEDGED", "CHECKED", "LIST_IMPORTED", "MASKED", "SEVERITY_SET"]

CHECKED = Kind(
    "review.checks.passed", Words("送审检查通过，有提示", "passed the checks with remarks")
)
ACKNOWLEDGED = Kind("review.finding.acknowledged", Words("书面确认检出项", "finding acknowledged"))
MASKED = Kind("review.item.masked", Words("遮盖检出项", "findings masked"))
LIST_IMPORTED = Kind("review.list.imported", Words("导入检查名单", "word list imported"))
SEVERITY_SET = Kind("review.severity.set", Words("调整检查级别", "severity of a rule set"))
