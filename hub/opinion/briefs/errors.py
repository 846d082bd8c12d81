"""What can go wrong with briefs.

GongkaiError
├── NotFound → UnknownBrief
└── InvalidInput → BadBrief
"""

from __future__ import annotations

from hub.kernel.errors import InvalidInput, NotFound, Words

__all__ = ["BadBrief", "UnknownBrief"]


class UnknownBrief(NotFound):
    code = "unknown-brief"

    def __init__(self, brief_id: str) -> None:
        super().__init__(
            Words(f"没有简报 {brief_id}", f"no brief {brief_id}"),
            field="brief",
            remedy=Words("用 gongkai brief list 查看", "see gongkai brief list"),
        )


class BadBrief(InvalidInput):
    code = "bad-brief"

    def __init__(self, field: str, zh: str, en: str, remedy: Words) -> None:
        super().__init__(Words(zh, en), field=field, remedy=remedy)
