"""The values of publishing: what is sent, where it stands, and what a channel can do.

A delivery is one edition × one account × one part. Its state says where it is, its outcome how it
ended; both are closed sets, and LIFECYCLE is the only way from one state to the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any

from hub.kernel.errors import Words
from hub.kernel.states import StateTable

__all__ = [
    "COMING",
    "HALTED",
    "HELD",
    "LIFECYCLE",
    "OPEN",
    "SETTLED",
    "Attempt",
    "Capability",
    "Declaration",
    "Delivery",
    "DeliveryEvent",
    "DeliveryState",
    "Edition",
    "LengthUnit",
    "MediaRef",
    "MediaRole",
    "MediaRule",
    "Outcome",
    "Overflow",
    "Part",
    "Plan",
    "Priority",
    "Purpose",
    "Quota",
    "Rate",
    "Reconciling",
    "Repeat",
]


class DeliveryState(StrEnum):
    PLANNED = "planned"  # waits for its due time
    READY = "ready"  # due, checked, waits for a worker
    CLAIMED = "claimed"  # a worker holds the lease, nothing has left
    SENDING = "sending"  # an attempt is durable; bytes may leave at any moment
    ACCEPTED = "accepted"  # the platform took it; waits to be read back where that is possible
    VERIFIED = "verified"  # read back from the platform, equal to what was signed
    BLOCKED = "blocked"  # waits for a reason that is written down, until next_at
    UNKNOWN = "unknown"  # bytes may have left and no decisive answer came
    FAILED = "failed"
    EXPIRED = "expired"  # too late is not sent
    CANCELLED = "cancelled"
    RECALLED = "recalled"


class DeliveryEvent(StrEnum):
    PROMOTED = "promoted"
    CLAIMED = "claimed"
    RELEASED = "released"  # a lease was given back or ran out before anything left
    STARTED = "started"
    ACCEPTED = "accepted"
    VERIFIED = "verified"
    BLOCKED = "blocked"
    LOST = "lost"  # the answer is missing
    PROVED_ABSENT = "proved-absent"
    REFUSED = "refused"
    RETRIED = "retried"  # a person starts a failed or expired delivery again
    RESCHEDULED = "rescheduled"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    RECALLED = "recalled"
    DONE = "done"  # a person did by hand what no program may


_S, _E = DeliveryState, DeliveryEvent
_WAITING = (_S.PLANNED, _S.READY, _S.BLOCKED)

LIFECYCLE: StateTable[DeliveryState, DeliveryEvent] = StateTable(
    {
        _E.PROMOTED: ((_S.PLANNED, _S.BLOCKED), _S.READY),
        _E.CLAIMED: ((_S.READY,), _S.CLAIMED),
        _E.RELEASED: ((_S.CLAIMED,), _S.READY),
        _E.STARTED: ((_S.CLAIMED,), _S.SENDING),
        _E.ACCEPTED: ((_S.SENDING, _S.UNKNOWN), _S.ACCEPTED),
        _E.VERIFIED: ((_S.SENDING, _S.ACCEPTED, _S.UNKNOWN), _S.VERIFIED),
        # from unknown: a decisive "not now" that arrived after its lease had run out
        _E.BLOCKED: ((*_WAITING, _S.CLAIMED, _S.SENDING, _S.UNKNOWN), _S.BLOCKED),
        _E.LOST: ((_S.SENDING,), _S.UNKNOWN),
        _E.PROVED_ABSENT: ((_S.UNKNOWN,), _S.READY),
        _E.REFUSED: ((_S.CLAIMED, _S.SENDING, _S.ACCEPTED, _S.UNKNOWN), _S.FAILED),
        _E.RETRIED: ((_S.FAILED, _S.EXPIRED, _S.BLOCKED), _S.READY),
        _E.RESCHEDULED: ((*_WAITING, _S.CLAIMED), _S.PLANNED),
        _E.EXPIRED: ((*_WAITING, _S.CLAIMED), _S.EXPIRED),
        _E.CANCELLED: ((*_WAITING, _S.CLAIMED), _S.CANCELLED),
        _E.RECALLED: ((_S.ACCEPTED, _S.VERIFIED), _S.RECALLED),
        _E.DONE: ((_S.BLOCKED, _S.FAILED), _S.ACCEPTED),
    }
)

COMING = (_S.PLANNED, _S.READY)
HELD = (_S.CLAIMED, _S.SENDING)  # a worker's lease is running
# what people look for, and what is rare beside all that was sent
HALTED = (_S.BLOCKED, _S.UNKNOWN, _S.FAILED, _S.EXPIRED, _S.CANCELLED, _S.RECALLED)
SETTLED = frozenset({_S.VERIFIED, _S.FAILED, _S.EXPIRED, _S.CANCELLED, _S.RECALLED})
OPEN = frozenset(_S) - SETTLED


class Outcome(StrEnum):
    """How one attempt ended."""

    ACCEPTED = "accepted"
    ADOPTED = "adopted"  # the platform says it already has this very post
    NOT_SENT = "not-sent"  # surely no byte of it reached the platform
    THROTTLED = "throttled"
    BUSY = "busy"  # refused for now, decisively
    REFUSED = "refused"  # refused for good
    UNAUTHORISED = "unauthorised"
    UNKNOWN = "unknown"
    ABANDONED = "abandoned"  # found after a crash


class Purpose(StrEnum):
    PUBLISH = "publish"
    CORRECT = "correct"  # changes a post in place
    RECALL = "recall"  # withdraws a post
    NOTICE = "notice"  # a post that says of another that it is withdrawn or corrected


class Priority(IntEnum):
    """Higher is sent first; EMERGENCY overtakes everything."""

    ROUTINE = 0
    IMPORTANT = 10
    EMERGENCY = 100


class LengthUnit(StrEnum):
    """How a platform counts text."""

    CHARACTERS = "characters"  # Unicode code points
    UTF16 = "utf16"  # UTF-16 code units (Telegram)
    UTF8_BYTES = "utf8-bytes"  # (WeChat replies, WeCom)
    WEIBO = "weibo"  # CJK = 1, ASCII = 1/2, a URL = 10
    MASTODON = "mastodon"  # Unicode code points, a URL = 23


class Overflow(StrEnum):
    """What is done with a text that is too long; never a silent cut."""

    DIGEST = "digest"  # a digest that ends in the link to the whole
    THREAD = "thread"  # several parts, in order
    REFUSE = "refuse"  # a clear refusal at approval


class Repeat(StrEnum):
    """What the platform does when the same post is sent twice."""

    HARMLESS = "harmless"  # a key or an overwrite makes the second one nothing
    REFUSED = "refused"  # the second one is refused as a duplicate
    POSTS_AGAIN = "posts-again"


class Reconciling(StrEnum):
    """How an unknown outcome is settled."""

    REPEAT = "repeat"  # sending again with the same key is harmless and gives the answer
    READ_BACK = "read-back"  # the platform can be asked what it holds
    PERSON = "person"  # nobody can ask; a person looks and decides


class Capability(StrEnum):
    EDIT = "edit"
    DELETE = "delete"
    REPLY = "reply"
    MEASURE = "measure"
    VERIFY = "verify"  # what is public can be read back
    PREPARE = "prepare"  # media can be uploaded hours before


class MediaRole(StrEnum):
    COVER = "cover"
    CARD = "card"
    IMAGE = "image"


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaRef:
    """A picture by its content: `sha256` in hex, size in bytes, width and height in pixels."""

    sha256: str
    media_type: str
    size: int
    width: int
    height: int
    role: MediaRole = MediaRole.IMAGE
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One message in the exact form a channel will be given.

    `text` is in the channel's markup; `link` is the item's public address; `extra` holds what
    only this channel knows (JSON values). The canonical JSON of all parts is what is signed.
    """

    text: str
    title: str = ""
    digest: str = ""
    link: str = ""
    media: tuple[MediaRef, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaRule:
    """What the platform accepts as a picture. Sizes in bytes, sides in pixels."""

    types: frozenset[str]
    max_bytes: int
    max_count: int
    max_side_sum: int = 0  # width + height, 0 = no such rule
    max_ratio: float = 0.0  # longer side / shorter side, 0 = no such rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """At most `count` calls in `per`, for one `scope`: account, app or chat."""

    count: int
    per: timedelta
    scope: str = "account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """At most `count` posts per account in a calendar `period` (day or month) of `zone`.

    `per` is `account`, or `user` where the platform counts what each follower gets: a post to all
    followers then counts once for everybody. `kept` of the count are for emergencies only.
    """

    count: int
    period: str
    zone: str = "Asia/Shanghai"
    per: str = "account"
    kept: int = 0

    @property
    def kind(self) -> str:
        """What tells an account's quotas apart."""
        return self.period if self.per == "account" else f"{self.period}/{self.per}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What a channel's platform allows and how it behaves; the contract suite proves each line.

    `text_limit` is counted in `unit` for a part without pictures, `caption_limit` for one with
    (0: pictures change nothing). `pictures_alone`: a message is a text or pictures, never both.
    `source` names where the numbers were read and when.
    """

    name: str  # the folder's name
    title: Words
    markup: str  # html, article, text, page
    unit: LengthUnit
    text_limit: int
    media: MediaRule
    repeat: Repeat
    reconciling: tuple[Reconciling, ...]
    capabilities: frozenset[Capability]
    source: str
    caption_limit: int = 0
    title_limit: int = 0
    digest_limit: int = 0
    overflow: tuple[Overflow, ...] = (Overflow.REFUSE,)
    max_parts: int = 1
    needs_link: bool = False
    needs_cover: bool = False
    pictures_alone: bool = False
    rates: tuple[Rate, ...] = ()
    quotas: tuple[Quota, ...] = ()
    app: tuple[str, ...] = ()  # credentials or settings that name an account's app; (): all secrets
    key_window: timedelta | None = None  # how long the platform remembers a key
    call_timeout: timedelta = timedelta(seconds=20)
    verify_after: timedelta = timedelta(seconds=5)
    # Of an account's calls a day, how many may go into reading and measuring again; 0: any number.
    spare_calls: int = 0
    calls: int = 1  # how many calls a post takes, as a guess for simulations until it is measured
    delete_within: timedelta | None = None  # after that the platform deletes no post any more
    own_site: bool = False  # the body's own site: what it has taken is public in the catalogue

    def can(self, capability: Capability) -> bool:
        return capability in self.capabilities

    def limit_for(self, part: Part) -> int:
        """The text limit that applies to `part`, which may depend on its pictures."""
        return self.caption_limit if part.media and self.caption_limit else self.text_limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What one channel is given for one item version: `payload` is the exact signed JSON text."""

    id: str
    item_id: str
    item_version: int
    channel: str
    name: str  # the entry in the approval's manifest
    variation: Mapping[str, str]
    payload: str
    payload_hash: str
    parts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """When an item goes out: the wall-clock time and zone people chose; `due_at` is derived."""

    id: str
    item_id: str
    item_version: int
    approval_id: str
    wall_time: str
    zone: str
    due_at: datetime
    not_after: datetime
    priority: int
    created_by: str
    embargo_until: datetime | None = None


@dataclass(slots=True, kw_only=True)  # a value like the others; frozen would cost twice here
class Delivery:
    """One edition × one account × one part as the ledger holds it.

    `next_at` says until when a waiting state waits, `reason` for what; without `next_at` it
    waits for a person. `fence` grows with every claim. `attempts` counts calls begun, `tries`
    those that used up the retry budget. `occurrence` tells a recurring post's deliveries apart.
    """

    id: str
    plan_id: str
    edition_id: str
    account_id: str
    channel: str
    part: int
    purpose: Purpose
    state: DeliveryState
    priority: int
    due_at: datetime
    not_after: datetime
    next_at: datetime | None
    reason: str
    lease_owner: str
    fence: int
    attempts: int
    tries: int
    first_started_at: datetime | None
    handed_over_at: datetime | None
    remote_id: str
    remote_url: str
    error_code: str
    error_zh: str
    error_en: str
    progress: Mapping[str, Any]
    receipt: Mapping[str, Any]
    occurrence: str = ""

    @property
    def lateness(self) -> timedelta | None:
        """How long after its due time the platform was called; None before."""
        return self.handed_over_at - self.due_at if self.handed_over_at else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    delivery_id: str
    no: int
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    platform_code: str
    platform_message: str
