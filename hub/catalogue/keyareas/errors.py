"""What can go wrong with lists of the key areas.

GongkaiError
├── NotFound → UnknownKind, UnknownList, UnknownVersion
├── InvalidInput → BadEntry
└── Conflict → ChangeDoesNotFit, ListMoved, NotToBeCarried
"""

from __future__ import annotations

from collections.abc import Mapping

from hub.kernel.errors import Conflict, InvalidInput, NotFound, Words

__all__ = [
    "BadEntry",
    "ChangeDoesNotFit",
    "ListMoved",
    "NotToBeCarried",
    "UnknownKind",
    "UnknownList",
    "UnknownVersion",
]


class UnknownKind(NotFound):
    code = "unknown-kind"

    def __init__(self, kind: str, known: Mapping[str, str]) -> None:
        listed = "、".join(f"{name}（{zh}）" for name, zh in known.items())
        super().__init__(
            Words(f"没有清单种类“{kind}”", f"no kind of list '{kind}'"),
            field="kind",
            remedy=Words(f"可选：{listed}", f"choose: {listed}"),
        )


class UnknownList(NotFound):
    code = "unknown-list"

    def __init__(self, what: str | Words) -> None:
        words = what if isinstance(what, Words) else Words(f"没有清单 {what}", f"no list {what}")
        super().__init__(
            words,
            field="list",
            remedy=Words("用 gongkai keyarea lists 查看", "see gongkai keyarea lists"),
        )


class UnknownVersion(NotFound):
    code = "unknown-version"

    def __init__(self, what: str | Words) -> None:
        words = what if isinstance(what, Words) else Words(f"没有版本 {what}", f"no version {what}")
        super().__init__(
            words,
            field="version",
            remedy=Words("用 gongkai keyarea versions 查看", "see gongkai keyarea versions"),
        )


class BadEntry(InvalidInput):
    """A value, an entry or the list as a whole is not what its form asks for."""

    code = "bad-entry"


class ChangeDoesNotFit(Conflict):
    """The change list belongs to another version."""

    code = "change-does-not-fit"


class ListMoved(Conflict):
    """Somebody prepared another version at the same moment."""

    code = "list-moved"


class NotToBeCarried(Conflict):
    """This item cannot publish this version."""

    code = "not-to-be-carried"
