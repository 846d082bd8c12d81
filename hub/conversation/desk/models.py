"""A conversation that a person goes on with: its life, its answers, who is told when it waits.

One authority answers: while a conversation is open here, what the citizen writes goes to the desk
and the bot says nothing, until the citizen goes back to it or the desk closes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from hub.conversation.models import Citation, Message
from hub.kernel.errors import Words
from hub.kernel.states import StateTable
from hub.organisations.models import Role

__all__ = [
    "ANSWERING",
    "ASSIGNING",
    "DESK",
    "NOTICE_WORDS",
    "OWED",
    "REPLIES",
    "DeskEvent",
    "DeskFilter",
    "DeskPaces",
    "DeskPage",
    "DeskState",
    "DeskTalk",
    "DeskView",
    "Handed",
    "HandedKind",
    "Notice",
    "OfficeHours",
    "Reason",
    "Reply",
    "ReplyEvent",
    "ReplyKind",
    "ReplyState",
    "Scores",
]

# who answers citizens in the name of a body; who gives a conversation to somebody else
ANSWERING = frozenset(
    {
        Role.EDITOR,
        Role.CLERK,
        Role.SECTION_HEAD,
        Role.LEADER,
        Role.MEDIA,
        Role.DISCLOSURE_OFFICE,
    }
)
ASSIGNING = frozenset({Role.SECTION_HEAD, Role.LEADER, Role.DISCLOSURE_OFFICE})


class DeskState(StrEnum):
    WAITING = "waiting"  # for an officer to pick it up
    ASSIGNED = "assigned"  # for its officer to answer
    ANSWERED = "answered"  # for the citizen
    CLOSED = "closed"


class DeskEvent(StrEnum):
    TAKEN = "taken"  # by an officer, or given to one
    HANDED = "handed"  # to a colleague
    RELEASED = "released"  # back to whoever picks it up
    ANSWERED = "answered"
    WROTE = "wrote"  # the citizen, after an answer
    CLOSED = "closed"
    REOPENED = "reopened"  # the citizen wrote soon after it was closed


_S, _E = DeskState, DeskEvent
DESK: StateTable[DeskState, DeskEvent] = StateTable(
    {
        _E.TAKEN: ((_S.WAITING,), _S.ASSIGNED),
        _E.HANDED: ((_S.ASSIGNED, _S.ANSWERED), _S.ASSIGNED),
        _E.RELEASED: ((_S.ASSIGNED, _S.ANSWERED), _S.WAITING),
        _E.ANSWERED: ((_S.ASSIGNED, _S.ANSWERED), _S.ANSWERED),
        _E.WROTE: ((_S.ANSWERED,), _S.ASSIGNED),
        _E.CLOSED: ((_S.WAITING, _S.ASSIGNED, _S.ANSWERED), _S.CLOSED),
        _E.REOPENED: ((_S.CLOSED,), _S.WAITING),
    }
)
OWED = frozenset({_S.WAITING, _S.ASSIGNED})  # an answer is owed to the citizen


class Reason(StrEnum):
    """Why a person was called."""

    ASKED = "asked"
    FAILED = "failed"  # the bot had no answer several times in a row


class Notice(StrEnum):
    """Who has been told that a conversation waits, one after the other."""

    NONE = "none"
    OFFICER = "officer"  # half of the limit is over: its officer, or the desk
    HEAD = "section-head"  # the limit is over
    LEADER = "leader"  # twice the limit is over


class ReplyKind(StrEnum):
    ANSWER = "answer"
    QUESTION = "question"  # how satisfied the citizen is; once in a conversation


class ReplyState(StrEnum):
    SENDING = "sending"  # durable before the call: it may have left
    SENT = "sent"
    FAILED = "failed"  # the platform refused it, `reason` says why
    UNKNOWN = "unknown"  # no decisive word; never sent again
    MISSED = "missed"  # the platform's window for answers is over


class ReplyEvent(StrEnum):
    SENT = "sent"
    REFUSED = "refused"
    LOST = "lost"
    LAPSED = "lapsed"


_R, _P = ReplyState, ReplyEvent
REPLIES: StateTable[ReplyState, ReplyEvent] = StateTable(
    {
        _P.SENT: ((_R.SENDING,), _R.SENT),
        _P.REFUSED: ((_R.SENDING,), _R.FAILED),
        _P.LOST: ((_R.SENDING,), _R.UNKNOWN),
        _P.LAPSED: ((_R.SENDING,), _R.MISSED),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPaces:
    """What holds for every desk. `idle`: an answered conversation in which the citizen says
    nothing is closed; `reopen`: what they write so soon after it was closed opens it again;
    `tell_again`: after that who writes out of hours is told the hours once more."""

    idle: timedelta = timedelta(hours=24)
    reopen: timedelta = timedelta(hours=24)
    tell_again: timedelta = timedelta(hours=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeHours:
    """When the desk of a body answers, as offices write it (`工作日 09:00-12:00,13:00-17:00`), and
    its own service limit: the minutes of working time within which a citizen has an answer.
    `body_id` is empty for the hours that hold where a body has none of its own."""

    body_id: str
    hours: str
    limit_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskTalk:
    """One conversation at the desk.

    `officer` is a login, empty while nobody has it. `waits_since` is when the citizen began to
    wait for the answer that is owed now, `due_at` when the desk's limit for it is over;
    `first_due_at` is that of the first answer. `told_hours_at` is when the citizen was last told
    that nobody is there. `rating` is 1 to 5, 0 while the citizen has not said; `collected_at`
    is when it became a signal.
    """

    id: str
    account_id: str
    channel: str
    body_id: str
    sender: str
    state: DeskState
    reason: Reason
    opened_at: datetime
    officer: str = ""
    waits_since: datetime | None = None
    due_at: datetime | None = None
    look_at: datetime | None = None
    told: Notice = Notice.NONE
    told_hours_at: datetime | None = None
    first_due_at: datetime | None = None
    first_taken_at: datetime | None = None
    first_answered_at: datetime | None = None
    first_officer: str = ""
    changed_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str = ""
    reopen_until: datetime | None = None
    asked_at: datetime | None = None
    rating: int = 0
    rated_at: datetime | None = None
    collected_at: datetime | None = None
    revision: int = 1

    @property
    def open(self) -> bool:
        return self.state is not DeskState.CLOSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One message of the desk to the citizen, an answer to the message `inbound_id`. `key` is
    the caller's own name for it: the same key again is the same reply."""

    id: str
    conversation_id: str
    key: str
    kind: ReplyKind
    inbound_id: str
    officer: str
    state: ReplyState
    written_at: datetime
    text: str = field(default="", repr=False)
    cites: tuple[Citation, ...] = ()
    canned: str = ""
    reason: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskView:
    """A conversation as its officer sees it: what was said to the bot before and to the desk since,
    and what the desk answered; oldest first."""

    talk: DeskTalk
    messages: tuple[Message, ...]
    replies: tuple[Reply, ...]


class HandedKind(StrEnum):
    OPEN = "open"  # somebody is there
    SHUT = "shut"  # somebody will be from `opens_at`
    UNKNOWN = "unknown"  # within `hours`; which days people work is not announced yet
    ALREADY = "already"  # a person has it already
    NOT_KEPT = "not-kept"  # the citizen lets nothing be kept: nobody could read it
    NOBODY = "nobody"  # the account is nobody's who has a desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What became of a wish for a person."""

    kind: HandedKind
    hours: str = ""
    opens_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskFilter:
    """Every field given narrows the list; `bodies` are ids, None for all. `after` is a page's
    `next`."""

    bodies: frozenset[str] | None = None
    states: frozenset[DeskState] = frozenset()
    officer: str = ""
    since: datetime | None = None
    until: datetime | None = None
    after: str = ""
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPage:
    """`next` is where the page after this one begins, empty on the last."""

    talks: tuple[DeskTalk, ...]
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """How a desk or one officer does, over conversations opened in a period.

    Times are medians in minutes of the desk's own working time, None where there is none:
    `waiting_minutes` until somebody took it, `answer_minutes` until the first answer. `within` is
    the share of first answers that came within the desk's limit, of those that were given or are
    overdue. `ratings` is how many said 1 to 5.
    """

    conversations: int
    answered: int
    waiting_minutes: float | None
    answer_minutes: float | None
    within: float | None
    ratings: Mapping[int, int]

    @property
    def satisfaction(self) -> float | None:
        """The mean of the ratings."""
        count = sum(self.ratings.values())
        return sum(r * n for r, n in self.ratings.items()) / count if count else None


NOTICE_WORDS: Mapping[Notice, Words] = {
    Notice.OFFICER: Words("公众等候答复", "a citizen waits for an answer"),
    Notice.HEAD: Words("答复已超时", "an answer is overdue"),
    Notice.LEADER: Words("答复久拖未回", "an answer is long overdue"),
}
