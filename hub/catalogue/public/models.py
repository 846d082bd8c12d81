"""Public items as the portal, the feeds, the API and the bots ask for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from hub.catalogue.classification.models import Genre
from hub.catalogue.models import Item
from hub.catalogue.relations.models import RelationKind

__all__ = [
    "DayCount",
    "Medium",
    "Place",
    "PublicFilter",
    "PublicVersion",
    "Related",
    "ShelfCounts",
    "Totals",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicFilter:
    """Every field given narrows the list. `body_id` and `theme` include what is below them, `year`
    is that of publication in China, `interpretations` leaves only items that interpret another."""

    body_id: str = ""
    theme: str = ""
    genre: Genre | None = None
    year: int | None = None
    interpretations: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in the list of what is public, newest first: a page begins after it."""

    published_at: datetime
    item_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicVersion:
    """A version of an item that was or is public; `public_at` is since when."""

    number: int
    public_at: datetime
    content_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Another public item; `inverse` says that it does `kind` to the one that was asked about."""

    kind: RelationKind
    inverse: bool
    item: Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    items: int
    bodies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfCounts:
    """Public items by their top-level theme, the biggest first, by the id of their body (without
    those of the bodies below), and by genre."""

    themes: Mapping[str, int]
    bodies: Mapping[str, int]
    genres: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """How many items became public on a day in China."""

    day: date
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """A picture or a file of an item; `name` is a file's own, "" for a picture."""

    media_type: str
    name: str = ""
