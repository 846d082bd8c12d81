"""A notice, the message it goes in, and what a platform permits towards one person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from hub.conversation.models import Answer
from hub.conversation.subscriptions.models import Pace, Reader
from hub.kernel.states import StateTable
from hub.publishing.models import Rate

__all__ = [
    "NOTICES",
    "Carrier",
    "Found",
    "MessageState",
    "Notice",
    "NoticeEvent",
    "NoticeKind",
    "NoticeMessage",
    "NoticeState",
    "Reach",
    "Reason",
    "Window",
]


class NoticeKind(StrEnum):
    ITEM = "item"  # something they subscribed to became public
    RESULT = "result"  # what they spoke of has been answered


class NoticeState(StrEnum):
    WAITING = "waiting"  # until `due_at`; `reason` says what for, if for more than its time
    SENDING = "sending"  # in a message that may have left
    SENT = "sent"
    UNKNOWN = "unknown"  # no decisive word; not sent again unless a person says so
    FAILED = "failed"  # the platform will never take it, `reason` says why
    EXPIRED = "expired"  # could not be sent in its time, `reason` says why
    DROPPED = "dropped"  # nobody is to be told any more, `reason` says why


class NoticeEvent(StrEnum):
    BEGUN = "begun"  # written before the call
    SENT = "sent"
    LOST = "lost"
    REFUSED = "refused"
    RETURNED = "returned"  # surely nothing was sent
    EXPIRED = "expired"
    DROPPED = "dropped"
    RETRIED = "retried"  # by a person


_S, _E = NoticeState, NoticeEvent
NOTICES: StateTable[NoticeState, NoticeEvent] = StateTable(
    {
        _E.BEGUN: ((_S.WAITING,), _S.SENDING),
        _E.SENT: ((_S.SENDING,), _S.SENT),
        _E.LOST: ((_S.SENDING,), _S.UNKNOWN),
        _E.REFUSED: ((_S.SENDING,), _S.FAILED),
        _E.RETURNED: ((_S.SENDING,), _S.WAITING),
        _E.EXPIRED: ((_S.WAITING,), _S.EXPIRED),
        _E.DROPPED: ((_S.WAITING,), _S.DROPPED),
        _E.RETRIED: ((_S.UNKNOWN, _S.FAILED, _S.EXPIRED), _S.WAITING),
    }
)


class Reason(StrEnum):
    """Why a notice waits, or why it was dropped."""

    WINDOW = "window"  # the platform lets us write only after the person did
    DAILY_MOST = "daily-most"
    ACCOUNT = "account"  # paused, inactive or to be authorised again
    NOT_SENT = "not-sent"
    RECALLED = "recalled"
    SUPERSEDED = "superseded"  # a newer version is told of
    OPTED_OUT = "opted-out"
    UNSUBSCRIBED = "unsubscribed"
    NO_ADDRESS = "no-address"  # erased, or never known


class MessageState(StrEnum):
    """Of a message with notices in it; follows `NoticeState` where that has the same name."""

    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"
    RETURNED = "returned"  # nothing was sent; its notices wait for another message


class Carrier(StrEnum):
    CALL = "call"  # a call of ours
    ANSWER = "answer"  # with the answer to something the person wrote; its id is that message's


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One person is to be told of one version of an item, and never twice.

    `about` is the case that a result belongs to. `subscription_id` is the wish that it meets,
    `asked_at` when that was made. `correction`: an earlier version had been public. `tries` counts
    the messages that were begun with it.
    """

    id: str
    kind: NoticeKind
    reader: Reader
    item_id: str
    version: int
    due_at: datetime
    expires_at: datetime
    made_at: datetime
    asked_at: datetime
    pace: Pace = Pace.IMMEDIATE
    about: str = ""
    subscription_id: str = ""
    correction: bool = False
    state: NoticeState = NoticeState.WAITING
    reason: str = ""
    message_id: str = ""
    tries: int = 0
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeMessage:
    """What is said to one person at one time. `id` is what the platform may know it by; `answer`
    is frozen when it is begun. `question_id` is what it asks, where it asks anything."""

    id: str
    reader: Reader
    carrier: Carrier
    answer: Answer
    begun_at: datetime
    tried_at: datetime
    state: MessageState = MessageState.SENDING
    reason: str = ""
    question_id: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """So many messages within so long after one thing a person did."""

    count: int
    within: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a channel permits towards one person; without windows they may be written to any time.

    `windows` go by what opened them: a message's context names its `trigger` or `via`, else it is
    `message`, or the event. `rates` hold for notices alone; with `shares` they also take from the
    rates of the account's posts. An answer of up to `answer_bytes` may carry what had to wait; 0:
    it goes by a call of its own as soon as the window is open.
    """

    windows: Mapping[str, Window] = field(default_factory=lambda: MappingProxyType({}))
    rates: tuple[Rate, ...] = ()
    shares: bool = True
    answer_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How many people a release reaches, on one channel at one pace."""

    channel: str
    pace: Pace
    people: int
