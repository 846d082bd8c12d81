"""The values of a conversation: what came in, typed once, and what is answered.

A channel's folder turns its platform's bytes into an `Arrival` and an `Answer` into its platform's
bytes; whoever answers sees an `Inbound` and knows neither platform nor limits nor names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from hub.kernel.states import StateTable

__all__ = [
    "MESSAGES",
    "OPEN_STATES",
    "Answer",
    "Arrival",
    "Choice",
    "Citation",
    "EventType",
    "Inbound",
    "InboundKind",
    "Location",
    "Manner",
    "Message",
    "MessageEvent",
    "MessageState",
    "Outgoing",
    "Picture",
    "Polled",
]


class InboundKind(StrEnum):
    TEXT = "text"
    LOCATION = "location"
    EVENT = "event"
    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    LINK = "link"
    OTHER = "other"  # known to the platform, and nothing anybody could answer


class Manner(StrEnum):
    """How far what was written is heard."""

    DIRECT = "direct"  # by us alone
    COMMENT = "comment"  # under a post of ours
    MENTION = "mention"  # in a post of theirs that names us


class EventType(StrEnum):
    """What a person did without writing; the same five on every channel."""

    SUBSCRIBE = "subscribe"  # follows the account, or starts the bot
    UNSUBSCRIBE = "unsubscribe"
    CHOICE = "choice"  # a button, menu entry or number of ours: `event_key` is its payload
    SCAN = "scan"  # a QR code of ours: `event_key` is its scene
    VIEW = "view"  # opened an address from the menu


class MessageState(StrEnum):
    RECEIVED = "received"  # kept; the platform waits for us and would call again
    PROMISED = "promised"  # the platform was told "received": an answer is owed
    SENDING = "sending"  # the answer may have left
    ANSWERED = "answered"
    SILENT = "silent"  # nothing was to be said
    FAILED = "failed"  # the platform refused the answer, `reason` says why
    UNKNOWN = "unknown"  # no decisive word about the answer; never sent again
    MISSED = "missed"  # too late for the platform's window


class MessageEvent(StrEnum):
    PROMISED = "promised"  # before the platform is told
    REPLIED = "replied"  # in the answer to the platform's own call
    CLAIMED = "claimed"  # by who is about to call the platform
    SENT = "sent"
    REFUSED = "refused"
    LOST = "lost"
    LEFT = "left"
    LAPSED = "lapsed"


_S, _E = MessageState, MessageEvent
MESSAGES: StateTable[MessageState, MessageEvent] = StateTable(
    {
        _E.PROMISED: ((_S.RECEIVED,), _S.PROMISED),
        _E.REPLIED: ((_S.RECEIVED,), _S.ANSWERED),
        _E.CLAIMED: ((_S.RECEIVED, _S.PROMISED), _S.SENDING),
        _E.SENT: ((_S.SENDING,), _S.ANSWERED),
        _E.REFUSED: ((_S.SENDING,), _S.FAILED),
        _E.LOST: ((_S.SENDING,), _S.UNKNOWN),
        _E.LEFT: ((_S.RECEIVED, _S.PROMISED), _S.SILENT),
        _E.LAPSED: ((_S.RECEIVED, _S.PROMISED, _S.SENDING), _S.MISSED),
    }
)
OPEN_STATES = frozenset({_S.RECEIVED, _S.PROMISED, _S.SENDING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """WGS 84 or what the platform gives (in China GCJ-02), in degrees; `label` as it names it."""

    latitude: float
    longitude: float
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One message as a channel's folder typed it, with the platform's own name of the person.

    `external_key` is what the platform repeats when it delivers again, at most 96 characters.
    `address` is where an answer goes, `context` what else an answer needs: texts that the
    channel alone understands. Neither shows in a repr. `pictures_by_call`: the answer to the
    platform's own call holds no picture, and an answer with one goes by calls of ours.
    """

    external_key: str
    address: str = field(repr=False)
    kind: InboundKind
    text: str = field(default="", repr=False)
    location: Location | None = None
    event: EventType | None = None
    event_key: str = ""
    language: str = ""
    manner: Manner = Manner.DIRECT
    context: Mapping[str, str] = field(default_factory=dict, repr=False)
    pictures_by_call: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """One message of one person to one account, as every answerer sees it.

    `sender` is a pseudonym that is the same for the same person and account, and from which nobody
    without our key gets back to the platform's name. `external_key` is what the platform repeats
    when it delivers again. `text` is what was written, or heard where the platform recognises
    speech. `event` and `event_key` say what was done; the number of a choice that was offered
    comes as that CHOICE, wherever it was typed. `language` is a BCP 47 tag where the platform
    tells it, else empty.
    """

    id: str
    channel: str
    account: str
    external_key: str
    sender: str
    kind: InboundKind
    received_at: datetime
    text: str = field(default="", repr=False)
    location: Location | None = None
    event: EventType | None = None
    event_key: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """Where an answer comes from. `passage` is quoted from the published text as it stands."""

    title: str
    index_no: str
    published_on: date | None
    url: str
    passage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A published picture by its content: `sha256` in hex; `alt` is read out instead."""

    sha256: str
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One thing a person may choose next. `payload` comes back as `event_key`, 1 to 64 bytes."""

    label: str
    payload: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is said back, most important first; a channel renders it within its limits.

    `paragraphs` are plain text. `handover` asks for a person; `unanswered` says that nothing
    published answers the question. An answer without anything to say is silence: see `silent`.
    """

    paragraphs: tuple[str, ...] = ()
    cites: tuple[Citation, ...] = ()
    media: tuple[Picture, ...] = ()
    choices: tuple[Choice, ...] = ()
    handover: bool = False
    unanswered: bool = False

    @property
    def silent(self) -> bool:
        return not (self.paragraphs or self.cites or self.media or self.choices)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """An answer on its way by a call of ours: to whom, to what, and until when it may arrive."""

    id: str
    address: str = field(repr=False)
    answer: Answer
    kind: InboundKind
    received_at: datetime
    event: EventType | None = None
    context: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A stored message. `address` is sealed, and empty once nothing can be sent any more."""

    inbound: Inbound
    state: MessageState
    reason: str = ""
    address: str = field(default="", repr=False)
    context: Mapping[str, str] = field(default_factory=dict, repr=False)
    manner: Manner = Manner.DIRECT
    answer: Answer | None = None
    answered_at: datetime | None = None
    masked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What one look brought, oldest first; with `cursor` the next one begins behind it."""

    arrivals: tuple[Arrival, ...]
    cursor: str
