"""Why the public does not see an item.

GongkaiError
└── NotFound → NotPublished, Withdrawn
"""

from __future__ import annotations

from hub.kernel.errors import NotFound, Words

__all__ = ["NotPublished", "Withdrawn"]


class NotPublished(NotFound):
    """No such item, or none that the public may see: whoever asks learns no difference."""

    code = "not-published"

    def __init__(self) -> None:
        super().__init__(
            Words("没有公开的这条信息", "no such item is public"),
            field="item",
            remedy=Words("核对地址，或用搜索查找", "check the address, or search for it"),
        )


class Withdrawn(NotFound):
    """It was public and was withdrawn."""

    code = "withdrawn"

    def __init__(self) -> None:
        super().__init__(
            Words("该信息已由发布机构撤回", "the publisher has withdrawn this item"), field="item"
        )
