"""What a channel's folder exports: one frozen `CHANNEL`, found and never imported by name.

A channel's folder holds

    __init__.py    CHANNEL = Channel(...)
    publisher.py   an Outlet (hub.publishing.ports) and the table of the platform's codes
    client.py      the platform's calls, where one file would be too long
    inbox.py       callback bytes → Report | Arrival | None, where the platform calls back
    replying.py    Answer → the platform's messages, where citizens can be answered
    polling.py     asks for mentions and messages, where the platform does not call
    simulator.py   class Platform (publishers.simulation): the platform as documented
    templates/     only what differs from templates/publish/<markup>/
    fixtures/      recorded exchanges
    README.md      how to obtain credentials, what differs from the platform's documents
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Protocol, runtime_checkable

from hub.conversation.models import Answer, Arrival, Outgoing
from hub.conversation.notices.models import Reach
from hub.conversation.ports import Poller
from hub.kernel.clock import Clock
from hub.kernel.errors import Words
from hub.publishing.models import Declaration, MediaRef, Part, Quota
from hub.publishing.ports import Access, Finding, MediaSource, Outlet
from publishers.wire import Wire

__all__ = [
    "Channel",
    "Field",
    "Inbox",
    "Keyed",
    "Replier",
    "Report",
    "Response",
    "Source",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One credential or setting of an account on this channel. `made` makes a value where it is
    we who choose it, and the platform that is told."""

    name: str
    words: Words
    secret: bool = False
    required: bool = True
    default: str = ""
    made: Callable[[], str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLink:
    """A file of an item: its name, its public address and its size in bytes."""

    name: str
    link: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An item as templates see it. `link` is its public address; `body` is plain text whose
    paragraphs are separated by blank lines and whose headings begin with `## `. `own_words`: the
    body was written for this very channel, which shows nothing above it."""

    item_id: str
    title: str
    body: str
    summary: str
    link: str
    organisation: str
    issuer: str
    doc_no: str = ""
    theme: str = ""
    formed_on: date | None = None
    published_at: datetime | None = None
    validity: str = ""
    images: tuple[MediaRef, ...] = ()
    cover: MediaRef | None = None
    card: MediaRef | None = None
    attachments: tuple[FileLink, ...] = ()
    own_words: bool = False

    @property
    def attachments_link(self) -> str:
        """Where on the item's page its attachments are."""
        return f"{self.link}#attachments"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a platform's callback says about a post we sent.

    `remote_id` is the id that `Accepted.remote_id` carried while pending.
    """

    remote_id: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Response:
    """The body of what we answer to a platform's call."""

    body: bytes
    content_type: str = "text/plain"


class Inbox(Protocol):
    """Callback bytes of one account, checked at the door and typed once.

    `patience` is for how many seconds the platform waits for the answer to a citizen in our
    answer to its own call; 0 where answers go by calls of ours only.
    """

    @property
    def patience(self) -> float: ...

    def handshake(self, query: Mapping[str, str]) -> bytes:
        """The answer to the platform's verification of the URL; raises Forbidden."""
        ...

    def parse(
        self,
        query: Mapping[str, str],
        body: bytes,
        now: datetime,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Report | Arrival | None:
        """The report or the citizen's message in a callback; None for what is known and neither.

        Raises Forbidden for a bad signature or a stale timestamp, InvalidInput for a payload
        that is no such callback at all.
        """
        ...

    def respond(self, arrival: Arrival | None, answer: Answer | None, now: datetime) -> Response:
        """Our answer to the call: `answer` to the citizen, or "received" where that is None."""
        ...


class Replier(Protocol):
    """Takes answers to the platform by calls of ours."""

    async def reply(self, access: Access, outgoing: Outgoing, media: MediaSource) -> None:
        """Send once; the errors are those of `hub.conversation.ports.Courier.send`."""
        ...

    async def close(self) -> None: ...


@runtime_checkable
class Keyed(Protocol):
    """A replier whose platform may know a message by `Outgoing.id`."""

    async def key_window(self, access: Access) -> timedelta | None:
        """For how long it does, so that a repeat is the same message; None where it surely does
        not, or nobody knows."""
        ...


def _nothing_differs(settings: Mapping[str, Any]) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One channel, complete.

    `schemes` are those an account's base_url may have, for a platform that is no web service.
    `open` makes the outlet; the wire and the clock belong to the caller. `variation` names what
    of an account's settings shows in its posts: accounts with equal variations share an edition,
    and the templates see it as `variation`. `adapt` gives the declaration as it holds for one
    variation, where limits or markup depend on it. `quotas` gives an account's own, where its
    settings decide over them. `finish` is the channel's last word on the rendered parts (splitting
    albums, adding `extra`); it must be pure. `inbox` opens the callback door of one account;
    `replier` and `poller` are made once, as the outlet is. `notices` is what the platform permits
    towards one person unasked; without it a replier may write at any time. `rehearsal` are
    settings with which a test post is seen by nobody but the account's own people; without them
    it is as public as any.
    """

    declaration: Declaration
    credentials: tuple[Field, ...]
    settings: tuple[Field, ...] = ()
    default_base_url: str = ""
    schemes: frozenset[str] = frozenset({"http", "https"})
    open: Callable[[Wire, Clock], Outlet]
    variation: Callable[[Mapping[str, Any]], Mapping[str, str]] = _nothing_differs
    adapt: Callable[[Mapping[str, str]], Declaration] | None = None
    quotas: Callable[[Mapping[str, Any]], tuple[Quota, ...]] | None = None
    finish: Callable[[tuple[Part, ...], Source], tuple[Part, ...]] | None = None
    inbox: Callable[[Mapping[str, str], Mapping[str, Any]], Inbox] | None = None
    replier: Callable[[Wire, Clock], Replier] | None = None
    poller: Callable[[Wire, Clock], Poller] | None = None
    notices: Reach | None = None
    rehearsal: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[Words, ...] = field(default=())

    @property
    def name(self) -> str:
        return self.declaration.name

    def rules(self, variation: Mapping[str, str]) -> Declaration:
        """What holds for accounts that share `variation`."""
        return self.adapt(variation) if self.adapt else self.declaration
