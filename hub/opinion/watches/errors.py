"""What can go wrong with watches.

GongkaiError
├── NotFound → UnknownWatch
└── InvalidInput → BadWatch
"""

from __future__ import annotations

from hub.kernel.errors import InvalidInput, NotFound, Words

__all__ = ["BadWatch", "UnknownWatch"]


class UnknownWatch(NotFound):
    code = "unknown-watch"

    def __init__(self, name: str) -> None:
        super().__init__(
            Words(f"没有监测方案 {name}", f"no watch {name}"),
            field="watch",
            remedy=Words("用 gongkai watch list 查看", "see gongkai watch list"),
        )


class BadWatch(InvalidInput):
    code = "bad-watch"

    def __init__(self, field: str, zh: str, en: str) -> None:
        remedy = Words("改正后重新提交", "mend it and hand it in again")
        super().__init__(Words(zh, en), field=field, remedy=remedy)
