"""The values of signals: what came in, what is kept of it, and what an analyst may ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.kernel.states import StateTable

__all__ = [
    "SIGNALS",
    "Collected",
    "Identity",
    "NewSignal",
    "Signal",
    "SignalEvent",
    "SignalFilter",
    "SignalKind",
    "SignalState",
    "Trust",
]


class SignalKind(StrEnum):
    """How a citizen spoke."""

    MESSAGE = "message"  # 私信、留言
    COMMENT = "comment"  # 评论
    MENTION = "mention"  # 提及、外部网页
    SURVEY = "survey"  # 问卷
    UNANSWERED = "unanswered"  # a bot had no answer to it
    HOTLINE = "hotline"  # 12345 热线记录


class Trust(StrEnum):
    """How far the source can be trusted, before anybody has looked at what it says."""

    KNOWN = "known"  # a real-name door: hotline, mailbox, service hall
    PLATFORM = "platform"  # an account on a platform
    OUTSIDE = "outside"  # read on some page; nobody stands for it


class SignalState(StrEnum):
    COLLECTED = "collected"  # waits to be judged
    JUDGED = "judged"  # classified; waits to be put under an issue
    PLACED = "placed"  # compared with others and put under an issue


class SignalEvent(StrEnum):
    JUDGED = "judged"
    PLACED = "placed"


_S, _E = SignalState, SignalEvent
SIGNALS: StateTable[SignalState, SignalEvent] = StateTable(
    {
        _E.JUDGED: ((_S.COLLECTED,), _S.JUDGED),
        _E.PLACED: ((_S.JUDGED,), _S.PLACED),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSignal:
    """Something a citizen said, as a channel hands it in.

    `channel` and `external_id` name it for ever: handing it in again adds nothing. `author` is the
    platform's own id of who wrote it; neither it nor `identity` (name, phone, address as given) is
    kept in clear. `event_at` is when it was said, None where the source does not tell: such a
    signal counts in no curve over time. `body_id` is the body it came to, `item_id` the published
    item it is about.
    """

    channel: str
    external_id: str
    kind: SignalKind
    text: str = field(repr=False)
    title: str = field(default="", repr=False)
    author: str = field(default="", repr=False)
    identity: Mapping[str, str] = field(default_factory=dict, repr=False)
    event_at: datetime | None = None
    body_id: str = ""
    item_id: str = ""
    place: str = ""
    url: str = ""
    likes: int = 0
    dislikes: int = 0
    trust: Trust = Trust.PLATFORM


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A signal as it is kept: `title` and `text` are masked, `author` is a pseudonym (32
    hexadecimal digits; empty for nobody). `masked`: the original said more."""

    id: str
    channel: str
    external_id: str
    kind: SignalKind
    title: str
    text: str = field(repr=False)
    author: str
    event_at: datetime | None
    received_at: datetime
    body_id: str
    item_id: str
    place: str
    url: str
    likes: int
    dislikes: int
    trust: Trust
    masked: bool
    state: SignalState

    @property
    def time_known(self) -> bool:
        return self.event_at is not None


@dataclass(frozen=True, slots=True)
class Collected:
    """What became of one signal handed in: its id, and whether it is new here."""

    signal_id: str
    added: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who wrote a signal and what it said before masking, as far as that is still kept."""

    signal_id: str
    author: Mapping[str, str] = field(repr=False)
    title: str = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalFilter:
    """Which signals; every field given narrows the choice. `before` is the id the page ends at."""

    channel: str = ""
    kind: SignalKind | None = None
    body_id: str = ""
    state: SignalState | None = None
    author: str = ""
    place: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: str = ""
    limit: int = 50
