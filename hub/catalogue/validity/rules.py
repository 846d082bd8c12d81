"""Whether an item is in force on a day, and which decisions may follow which."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Protocol

from hub.catalogue.errors import ValidityRefused
from hub.catalogue.models import Item, Standing, Validity
from hub.catalogue.relations.models import RelationKind
from hub.kernel.errors import Words

__all__ = ["ENDING", "STANDING_WORDS", "Bounded", "check_change", "in_effect", "standing"]

# What the deciding document does to the item it decides about.
ENDING: Mapping[Validity, RelationKind] = {
    Validity.REPEALED: RelationKind.REPEALS,
    Validity.SUPERSEDED: RelationKind.SUPERSEDES,
    Validity.AMENDED: RelationKind.AMENDS,
}
_APPLIES = frozenset({Standing.IN_FORCE, Standing.AMENDED})

STANDING_WORDS: Mapping[Standing, Words] = {
    Standing.NOT_YET: Words("尚未生效", "not yet in force"),
    Standing.IN_FORCE: Words("有效", "in force"),
    Standing.AMENDED: Words("已修改", "amended"),
    Standing.REPEALED: Words("废止", "repealed"),
    Standing.EXPIRED: Words("失效", "expired"),
    Standing.SUPERSEDED: Words("被代替", "superseded"),
}


class Bounded(Protocol):
    """What decides how an item stands on a day."""

    @property
    def validity(self) -> Validity: ...

    @property
    def validity_since(self) -> date | None: ...

    @property
    def valid_from(self) -> date | None: ...

    @property
    def valid_until(self) -> date | None: ...


def standing(item: Bounded, day: date) -> Standing:
    """How the item stands on `day`. A decision counts from its own day on; where none ends it,
    the item's dates decide, both days included."""
    decided = item.validity
    if item.validity_since is not None and day < item.validity_since:
        decided = Validity.IN_FORCE
    if decided not in (Validity.IN_FORCE, Validity.AMENDED):
        return Standing(decided.value)
    if item.valid_until is not None and day > item.valid_until:
        return Standing.EXPIRED
    if item.valid_from is not None and day < item.valid_from:
        return Standing.NOT_YET
    return Standing(decided.value)


def in_effect(item: Bounded, day: date) -> bool:
    """Whether people are bound by it that day."""
    return standing(item, day) in _APPLIES


def check_change(item: Item, validity: Validity, since: date, by: Item | None, basis: str) -> None:
    """Raises ValidityRefused for a decision that says nothing new, names itself, or names no
    ground: a deciding item, or what it rests on."""
    if item.validity is validity and (item.validity_since or since) == since:
        raise _refused(
            f"已是“{STANDING_WORDS[Standing(validity.value)].zh}”", f"it is {validity} already",
            "查看 gongkai item show", "see gongkai item show",
        )  # fmt: skip
    if by is not None and by.id == item.id:
        raise _refused(
            "信息不能变更自身", "an item cannot decide about itself", "另选文件", "choose another"
        )
    if by is None and not basis.strip():
        raise _refused(
            "未写依据", "no ground is given",
            "指明依据文件，或用文字写明", "name the document, or say on what it rests",
        )  # fmt: skip


def _refused(zh: str, en: str, remedy_zh: str, remedy_en: str) -> ValidityRefused:
    return ValidityRefused(Words(zh, en), field="validity", remedy=Words(remedy_zh, remedy_en))
