"""What saved filters leave behind."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["FILTER_DROPPED", "FILTER_SAVED"]

FILTER_SAVED = Kind(
    "organisations.filter.saved", Words("保存了筛选条件", "a filter was saved under a name")
)
FILTER_DROPPED = Kind(
    "organisations.filter.dropped", Words("删除了筛选条件", "a saved filter was dropped")
)
