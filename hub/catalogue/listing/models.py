"""A line of a list, and which lines are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from hub.catalogue.models import Attribute, ItemState

__all__ = ["Line", "Wanted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An item as its row has it, without its text."""

    id: str
    body_id: str
    version: int
    title: str
    doc_no: str
    index_no: str
    attribute: Attribute
    state: ItemState
    entered_by: str
    entered_at: datetime
    formed_on: date | None
    public_version: int | None
    published_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`bodies` by id; `state` and `attribute` narrow the list; `before` is an item's id, and only
    older ones follow it."""

    bodies: frozenset[str]
    state: ItemState | None = None
    attribute: Attribute | None = None
    before: str = ""
    limit: int = 50
