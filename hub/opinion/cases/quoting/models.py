"""A quoted fact: what a published item says, word for word, and how its source stands now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = ["Fact", "FactStanding", "Quoted"]


class FactStanding(StrEnum):
    HOLDS = "holds"  # the public sees the source, and it says so
    CHANGED = "changed"  # the public sees the source, and it says so no more
    GONE = "gone"  # withdrawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """`quote` stands in public version `version` of the item `item_id`, whose title and document
    number were `title` and `doc_no` then. It belongs to the answer of round `round` of its case."""

    id: str
    case_id: str
    round: int
    item_id: str
    version: int
    title: str
    doc_no: str
    quote: str
    added_by: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Quoted:
    fact: Fact
    standing: FactStanding
