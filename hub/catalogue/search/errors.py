"""What can go wrong with the search index.

GongkaiError
├── Conflict → RebuildRunning
└── Unavailable → NoIndex
"""

from __future__ import annotations

from hub.kernel.errors import Conflict, Unavailable, Words

__all__ = ["NoIndex", "RebuildRunning"]


class NoIndex(Unavailable):
    code = "no-index"

    def __init__(self) -> None:
        super().__init__(
            Words("检索库尚未建立", "there is no search index yet"),
            field="search_home",
            remedy=Words("运行 gongkai search rebuild", "run gongkai search rebuild"),
        )


class RebuildRunning(Conflict):
    code = "rebuild-running"

    def __init__(self) -> None:
        super().__init__(
            Words("已有进程在重建检索库", "another process is rebuilding the index"),
            field="search_home",
            remedy=Words("等它完成", "wait until it has finished"),
        )
