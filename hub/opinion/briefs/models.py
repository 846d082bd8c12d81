"""What a brief says: every figure with the question it answers and the messages behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from hub.kernel.states import StateTable

__all__ = [
    "CHARTS",
    "EVERYTHING",
    "SENDS",
    "WHOLE",
    "Brief",
    "BriefKind",
    "CaseLine",
    "Cell",
    "Clocks",
    "Figure",
    "HotLine",
    "Message",
    "RumourLine",
    "Satisfaction",
    "Scope",
    "Section",
    "Send",
    "SendEvent",
    "SendState",
    "Series",
    "Shape",
    "StoredBrief",
    "Subscriber",
    "WatchLine",
]


class BriefKind(StrEnum):
    DAILY = "daily"  # 舆情日报
    WEEKLY = "weekly"  # 舆情周报
    CUSTOM = "custom"  # 专题报告: somebody's own choice of what is counted and shown


class Section(StrEnum):
    """What a report may show beside its summary; the five in CHARTS are a chart and its table."""

    FIGURES = "figures"
    DAYS = "days"
    INTENTS = "intents"
    TOPICS = "topics"
    PLACES = "places"
    CHANNELS = "channels"
    HOT = "hot"
    CASES = "cases"
    WATCHES = "watches"
    RUMOURS = "rumours"
    QUERIES = "queries"


CHARTS: tuple[Section, ...] = (
    *(Section.DAYS, Section.INTENTS, Section.TOPICS, Section.PLACES, Section.CHANNELS),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which messages are counted. `bodies`: those that came to one of these bodies, with
    `unassigned` also those that came to none; None is everybody's. `topics` and `channels` narrow
    it where any are named; a channel stands for its sources, too (feed for feed:forum). Cases are
    counted by their bodies alone."""

    bodies: frozenset[str] | None = None
    unassigned: bool = True
    topics: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()

    @property
    def narrow(self) -> bool:
        return self.bodies is not None or bool(self.topics or self.channels)


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a brief is called and shows; `scope` says in words what was counted."""

    title: str = ""
    sections: tuple[Section, ...] = tuple(Section)
    scope: tuple[str, ...] = ()


WHOLE = Shape()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A signal as the brief counts it. `day` is None for an unknown time; `title` is masked."""

    id: str
    day: date | None
    said_at: datetime | None
    channel: str
    place: str
    topic: str
    department: str
    intent: str
    mood: str
    urgency: str
    author: str
    issue_id: str
    copy: bool
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`value` is None where too little is known; `query` says what was counted, in words;
    `signals` are the first messages behind it."""

    name: str
    label: str
    value: float | None
    unit: str
    query: str
    change: str = ""  # against the period before
    signals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One bar or row; `value` is None where fewer than five are not shown."""

    label: str
    value: int | None
    query: str
    signals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A chart and its table. `form` is bars or days."""

    name: str
    title: str
    form: str
    cells: tuple[Cell, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HotLine:
    """A line of the hot list; `parts` of the heat add up to `heat`."""

    issue_id: str
    title: str
    heat: float
    parts: tuple[tuple[str, float], ...]
    week: int
    people: int
    why: str
    signals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """An open case, or a clock of the period; `outcome` in words."""

    case_id: str
    title: str
    level: str
    body: str
    clock: str
    due: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchLine:
    """What a watch topic found in the period; None where fewer than five."""

    name: str
    signals: int | None
    negative: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RumourLine:
    """An issue with hearsay; `clarification` is the title of what answers it, else empty."""

    issue_id: str
    title: str
    verification: str
    clarification: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """Clocks that ended in the period, kept and missed, and those that run."""

    opened: int
    answered: int
    kept: int
    missed: int
    running: int

    @property
    def share(self) -> float | None:
        """Per cent kept; None where none ended."""
        ended = self.kept + self.missed
        return None if not ended else round(100 * self.kept / ended, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Satisfaction:
    """`average` is None where fewer than five people said something."""

    rated: int
    average: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """Everything a brief says, and nothing else is printed. Days are those of the installation's
    zone: from `first` to `last`, both included. `enough`: there are five messages at least."""

    kind: BriefKind
    number: str
    title: str
    issuer: str
    first: date
    last: date
    made_on: date
    enough: bool
    summary: tuple[str, ...]
    figures: tuple[Figure, ...]
    series: tuple[Series, ...]
    hot: tuple[HotLine, ...]
    clocks: Clocks
    cases: tuple[CaseLine, ...]
    satisfaction: Satisfaction
    watches: tuple[WatchLine, ...]
    rumours: tuple[RumourLine, ...]
    annex: tuple[str, ...]
    messages: int
    sections: tuple[Section, ...] = tuple(Section)
    scope: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBrief:
    """A brief as it is kept: `files` are name → SHA-256 of what was rendered. One that was made
    by a report's definition has its id, whose it is (a login), and in `choice` what it was made of:
    the same period of the same choice is made once."""

    id: str
    kind: BriefKind
    number: str
    first: date
    last: date
    made_at: datetime
    made_by: str
    files: Mapping[str, str]
    model: Mapping[str, object] = field(repr=False)
    report_id: str = ""
    choice: str = ""
    owner: str = ""

    @property
    def title(self) -> str:
        return str(self.model.get("title", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    address: str
    kinds: tuple[BriefKind, ...]
    since: datetime
    by: str


class SendState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"  # written before the call: found after a crash it may have been sent
    SENT = "sent"
    FAILED = "failed"  # refused for good, or given up
    UNKNOWN = "unknown"  # nobody knows; a person looks, it is not sent again by itself


class SendEvent(StrEnum):
    TAKEN = "taken"
    SENT = "sent"
    PUT_OFF = "put-off"
    FAILED = "failed"
    LOST = "lost"


_S, _E = SendState, SendEvent
SENDS: StateTable[SendState, SendEvent] = StateTable(
    {
        _E.TAKEN: ((_S.WAITING,), _S.SENDING),
        _E.SENT: ((_S.SENDING,), _S.SENT),
        _E.PUT_OFF: ((_S.SENDING,), _S.WAITING),
        _E.FAILED: ((_S.SENDING,), _S.FAILED),
        _E.LOST: ((_S.SENDING,), _S.UNKNOWN),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """One brief to one subscriber."""

    brief_id: str
    address: str
    state: SendState
    tries: int
    next_at: datetime | None
    error: str = ""
