"""What happens to quoted facts."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["FACT_ADDED", "FACT_CHANGED", "FACT_REMOVED"]

FACT_ADDED = Kind("opinion.case.fact-added", Words("引用事实", "a fact quoted"))
FACT_CHANGED = Kind("opinion.case.fact-changed", Words("修改引用", "a quoted fact changed"))
FACT_REMOVED = Kind("opinion.case.fact-removed", Words("撤去引用", "a quoted fact taken away"))
