"""What is recorded about archives. What the chain itself has lost is in `hub.kernel.events`."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["MADE", "PRUNED", "PRUNING"]

MADE = Kind("kernel.archive.made", Words("已归档一个月", "a month was archived"))
PRUNING = Kind("kernel.archive.pruning", Words("开始清除已归档数据", "removing archived rows"))
PRUNED = Kind("kernel.archive.pruned", Words("已清除已归档数据", "archived rows were removed"))
