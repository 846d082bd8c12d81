"""The values of a conversation: what came in, typed once, and what is answered.

A channel's folder turns its platform's bytes into an `Inbound` and an `Answer` into its platform's
bytes; whoever answers knows neither platform nor limits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

__all__ = [
    "Answer",
    "Choice",
    "Citation",
    "EventType",
    "Inbound",
    "InboundKind",
    "Location",
    "Picture",
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


class EventType(StrEnum):
    """What a person did without writing; the same five on every channel."""

    SUBSCRIBE = "subscribe"  # follows the account, or starts the bot
    UNSUBSCRIBE = "unsubscribe"
    CHOICE = "choice"  # a button or a menu entry of ours: `event_key` is its payload
    SCAN = "scan"  # a QR code of ours: `event_key` is its scene
    VIEW = "view"  # opened an address from the menu


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """WGS 84 or what the platform gives (in China GCJ-02), in degrees; `label` as it names it."""

    latitude: float
    longitude: float
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """One message of one person to one account, as every answerer sees it.

    `sender` is a pseudonym that is the same for the same person and account, and from which nobody
    without our key gets back to the platform's name. `external_key` is what the platform repeats
    when it delivers again. `text` is what was written, or heard where the platform recognises
    speech; `event` and `event_key` say what was done, and a numbered choice that somebody types
    comes as text. `language` is a BCP 47 tag where the platform tells it, else empty.
    """

    id: str
    channel: str
    account: str
    external_key: str
    sender: str
    kind: InboundKind
    received_at: datetime
    text: str = ""
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
