"""A source: where it is, how it is read, and how the last reading went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from hub.kernel.states import StateTable
from hub.opinion.signals.models import SignalKind, Trust

__all__ = [
    "JSON_FIELDS",
    "SOURCES",
    "FeedItem",
    "NewSource",
    "Reading",
    "Source",
    "SourceEvent",
    "SourceKind",
    "SourceState",
]


class SourceKind(StrEnum):
    FEED = "feed"  # RSS 0.9 to 2.0 or Atom
    JSON = "json"  # a list in JSON, by paths


class SourceState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"


class SourceEvent(StrEnum):
    PAUSED = "paused"
    RESUMED = "resumed"


SOURCES: StateTable[SourceState, SourceEvent] = StateTable(
    {
        SourceEvent.PAUSED: ((SourceState.ACTIVE,), SourceState.PAUSED),
        SourceEvent.RESUMED: ((SourceState.PAUSED,), SourceState.ACTIVE),
    }
)

# what of an item a path may be given for; `items` is the list itself
JSON_FIELDS = ("items", "id", "title", "text", "time", "author", "url", "likes")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSource:
    """A source as it is entered. `paths` of a JSON source: field → dotted path, such as
    {"items": "data.list", "id": "id", "title": "title", "time": "created_at"}. `zone` is that of
    times without an offset."""

    name: str
    kind: SourceKind
    url: str
    every: timedelta = timedelta(minutes=30)
    paths: Mapping[str, str] = field(default_factory=dict)
    signal_kind: SignalKind = SignalKind.MENTION
    trust: Trust = Trust.OUTSIDE
    body_id: str = ""
    zone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """`etag` and `last_modified` are what the server said of what was read last. `items_seen`
    counts items of all readings, `items_new` those that became signals, `undated` those whose
    time is unknown. `failures` counts readings that failed one after the other."""

    id: str
    name: str
    kind: SourceKind
    url: str
    every: timedelta
    paths: Mapping[str, str]
    signal_kind: SignalKind
    trust: Trust
    body_id: str
    zone: str
    state: SourceState
    added_at: datetime
    added_by: str
    next_at: datetime
    etag: str = ""
    last_modified: str = ""
    read_at: datetime | None = None
    last_error: str = ""
    failures: int = 0
    items_seen: int = 0
    items_new: int = 0
    undated: int = 0

    @property
    def channel(self) -> str:
        """The channel of its signals."""
        return f"feed:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """An entry of a feed; `at` is None where it does not say when it was written, or says it so
    that nobody can read it."""

    key: str
    title: str
    text: str = field(repr=False)
    at: datetime | None
    author: str = ""
    url: str = ""
    likes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How one reading went. `unchanged`: the server said that nothing is new. `refused` items
    could not be kept. `error` is empty where it went well."""

    source: str
    unchanged: bool = False
    seen: int = 0
    added: int = 0
    undated: int = 0
    refused: int = 0
    error: str = ""
