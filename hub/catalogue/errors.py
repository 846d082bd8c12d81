"""What can go wrong with items and pictures.

GongkaiError
├── NotFound → UnknownItem, UnknownPicture
├── InvalidInput → BadPicture, UnreadableFile
└── Conflict → StaleVersion, KeyTaken, IndexTaken, ValidityRefused
"""

from __future__ import annotations

from hub.kernel.errors import Conflict, InvalidInput, NotFound, Words

__all__ = [
    "BadPicture",
    "IndexTaken",
    "KeyTaken",
    "StaleVersion",
    "UnknownItem",
    "UnknownPicture",
    "UnreadableFile",
    "ValidityRefused",
]


class UnknownItem(NotFound):
    code = "unknown-item"

    def __init__(self, name: str) -> None:
        super().__init__(
            Words(f"没有信息“{name}”", f"no item '{name}'"),
            field="item",
            remedy=Words("用 gongkai item list 查看", "see gongkai item list"),
        )


class UnknownPicture(NotFound):
    code = "unknown-picture"

    def __init__(self, sha256: str) -> None:
        super().__init__(
            Words(f"没有图片 {sha256}", f"no picture {sha256}"),
            field="pictures",
            remedy=Words("先存入图片", "store the picture first"),
        )


class BadPicture(InvalidInput):
    """The bytes are not a whole picture of an allowed format and size."""

    code = "bad-picture"


class UnreadableFile(InvalidInput):
    """The file as a whole cannot be imported."""

    code = "unreadable-file"


class StaleVersion(Conflict):
    """Somebody else edited the item in between."""

    code = "stale-version"


class KeyTaken(Conflict):
    """The body already has an item with this external key."""

    code = "key-taken"


class IndexTaken(Conflict):
    """Another item of the body has this index number, or had it: none is ever used again."""

    code = "index-taken"


class ValidityRefused(Conflict):
    """The item's validity cannot change so."""

    code = "validity-refused"
