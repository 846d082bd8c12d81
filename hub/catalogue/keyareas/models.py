"""Lists of the key areas, their versions, entries and changes.

A list belongs to a body and a kind, and to a year where the kind goes by year. A version is written
once and never changed; whether it is public is no fact of its own: the item that carries its hash
says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

__all__ = [
    "Adjustment",
    "Carrier",
    "Change",
    "ChangeKind",
    "Entry",
    "FieldChange",
    "Found",
    "KeyList",
    "ListKey",
    "ListVersion",
    "ListView",
    "Near",
    "Position",
    "Reading",
    "Standing",
    "Value",
    "Values",
    "VersionView",
    "Wanted",
]

Value = str | int | bool | Decimal | date | tuple[str, ...]
Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListKey:
    """Which list. `year` is 0 for a kind that does not go by year."""

    kind: str
    body_id: str
    year: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyList:
    id: str
    key: ListKey
    body_name: str
    body_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of a list; `code` is made of the form's key fields and unique in its list.

    A field that was left empty is absent from `values`.
    """

    code: str
    values: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class ListVersion:
    """`hash` covers the list, the number, the date, the note and every entry. `note` is why the
    list was adjusted; `size` counts the entries."""

    id: str
    list_id: str
    number: int
    hash: str
    effective_on: date
    note: str
    size: int
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """The item that publishes a version: `public` while the public sees it with this very hash."""

    item_id: str
    title: str
    doc_no: str
    public: bool


class Standing(StrEnum):
    """Where a version stands on a day; computed, never stored."""

    PREPARED = "prepared"  # no item carries it
    CARRIED = "carried"  # an item carries it and is not public yet
    UPCOMING = "upcoming"  # public, and takes effect later
    IN_FORCE = "in-force"
    SUPERSEDED = "superseded"  # public, and a later one has taken its place


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    version: ListVersion
    carrier: Carrier | None
    standing: Standing


class ChangeKind(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """None: the field was, or is now, empty."""

    field: str
    old: Value | None
    new: Value | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happened to one entry, with every field it concerns: enough to make the new version
    out of the old one, or the old one again."""

    kind: ChangeKind
    code: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """动态调整: a public version and what it changed in the one before; None for the first."""

    view: VersionView
    changes: tuple[Change, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListView:
    """A list with the number of the version in force (None: none is) and of the last one made."""

    list: KeyList
    in_force: int | None
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One version with its entries, in the form's order."""

    list: KeyList
    version: ListVersion
    carrier: Carrier | None
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Degrees north and east, in GCJ-02: what every map in China draws."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which public entries: every field given narrows the choice.

    `body_id` with the bodies below it; `words` must all occur; `progress` in percent.
    """

    kind: str
    body_id: str = ""
    year: int = 0
    category: str = ""
    words: str = ""
    least_progress: Decimal | None = None
    most_progress: Decimal | None = None
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A public entry and the list it stands in."""

    entry: Entry
    title: str
    kind: str
    body_name: str
    body_code: str
    year: int
    number: int
    position: Position | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """`metres` as the crow flies."""

    found: Found
    metres: int
