"""What happens to groups, with the sentence people read."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["ISSUE_SPLIT", "SUGGESTION_REFUSED"]

ISSUE_SPLIT = Kind("opinion.issue.split", Words("拆分事项", "an issue was split"))
SUGGESTION_REFUSED = Kind(
    "opinion.suggestion.refused",
    Words("不采纳归并建议", "a suggestion about issues was refused"),
)
