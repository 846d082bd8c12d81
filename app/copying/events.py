"""What is recorded about a copy, on its target."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["COPIED"]

COPIED = Kind(
    "kernel.database.copied", Words("数据库由另一处复制而来", "database copied from another")
)
