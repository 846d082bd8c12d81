"""What happens when a list is taken away."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["LIST_EXPORTED"]

LIST_EXPORTED = Kind("organisations.list.exported", Words("导出列表", "a list was taken away"))
