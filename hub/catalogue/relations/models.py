"""Relations between two items, read from either side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = ["Relation", "RelationKind"]


class RelationKind(StrEnum):
    """What the first item does to the other."""

    SUPERSEDES = "supersedes"  # 代替
    REPEALS = "repeals"  # 废止
    AMENDS = "amends"  # 修改
    INTERPRETS = "interprets"  # 解读


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """`item_id` does `kind` to `other_id`."""

    item_id: str
    kind: RelationKind
    other_id: str
    made_by: str
    made_at: datetime

    def opposite(self, item_id: str) -> str:
        """The item on the other side of `item_id`."""
        return self.other_id if self.item_id == item_id else self.item_id
