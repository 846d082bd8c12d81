"""What can go wrong with quoted facts.

GongkaiError
├── NotFound → UnknownFact
└── InvalidInput → NoSource
"""

from __future__ import annotations

from hub.kernel.errors import InvalidInput, NotFound, Words

__all__ = ["NoSource", "UnknownFact"]


class UnknownFact(NotFound):
    code = "unknown-fact"

    def __init__(self, fact_id: str) -> None:
        super().__init__(
            Words(f"没有引用的事实 {fact_id}", f"no quoted fact {fact_id}"),
            field="fact",
            remedy=Words("用 gongkai case fact list 查看", "see gongkai case fact list"),
        )


class NoSource(InvalidInput):
    code = "no-source"

    def __init__(self, item_id: str) -> None:
        super().__init__(
            Words(f"{item_id} 没有公开或已撤回", f"{item_id} is not public, or not any more"),
            field="item",
            remedy=Words("引用公众现在看得到的信息", "quote what the public can read now"),
        )
