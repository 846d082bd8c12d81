"""Why a canned answer is not made or not said.

GongkaiError
├── NotFound → UnknownCanned
├── InvalidInput → BadCanned
└── Conflict → Stale
"""

from __future__ import annotations

from hub.kernel.errors import Conflict, InvalidInput, NotFound, Words

__all__ = ["BadCanned", "Stale", "UnknownCanned"]


class UnknownCanned(NotFound):
    code = "unknown-canned-answer"

    def __init__(self, key: str) -> None:
        super().__init__(
            Words(f"没有常用答复“{key}”", f"no canned answer '{key}'"),
            field="canned",
            remedy=Words("用 gongkai desk canned list 查看", "see gongkai desk canned list"),
        )


class BadCanned(InvalidInput):
    code = "bad-canned-answer"


class Stale(Conflict):
    """An item that it rests on does not hold any more; the words name the successor."""

    code = "stale-canned-answer"

    def __init__(self, words: Words) -> None:
        super().__init__(
            words,
            field="canned",
            remedy=Words(
                "按现行文件改写后再用（gongkai desk canned set）",
                "write it anew from what holds now (gongkai desk canned set)",
            ),
        )
