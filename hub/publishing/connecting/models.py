"""The values of connecting: a channel's form, and what was tried with an account."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from hub.kernel.errors import Words
from hub.kernel.states import StateTable

__all__ = [
    "TRIALS",
    "Form",
    "FormField",
    "Trial",
    "TrialEvent",
    "TrialKind",
    "TrialState",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One credential or setting; `made` makes a value that the platform is told, not we by it."""

    name: str
    words: Words
    secret: bool = False
    required: bool = False
    default: str = ""
    made: Callable[[], str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a channel asks for. `base_url` is where its platform is, empty where there are many;
    `calls_back`: the platform may be given an address of ours. `rehearsal` are settings under
    which a test post disturbs nobody, `public`: it is seen all the same; `recalls`: it can be
    taken back."""

    channel: str
    title: Words
    credentials: tuple[FormField, ...]
    settings: tuple[FormField, ...]
    base_url: str
    calls_back: bool
    recalls: bool
    public: bool = True
    rehearsal: Mapping[str, Any] = field(default_factory=dict)


class TrialKind(StrEnum):
    CHECK = "check"
    POST = "post"


class TrialState(StrEnum):
    GOOD = "good"  # the platform knows the account
    UNASKABLE = "unaskable"  # the platform answers no such question: only a post shows it
    SENDING = "sending"  # durable before the call
    OUT = "out"
    FAILED = "failed"
    UNKNOWN = "unknown"
    WITHDRAWN = "withdrawn"


class TrialEvent(StrEnum):
    ACCEPTED = "accepted"
    REFUSED = "refused"
    LOST = "lost"
    FOUND = "found"
    ABSENT = "absent"
    WITHDRAWN = "withdrawn"


_S, _E = TrialState, TrialEvent
_NOTHING = Words("", "")
_OPEN = (_S.SENDING, _S.UNKNOWN)
TRIALS: StateTable[TrialState, TrialEvent] = StateTable(
    {
        _E.ACCEPTED: ((_S.SENDING,), _S.OUT),
        _E.REFUSED: ((_S.SENDING,), _S.FAILED),
        _E.LOST: ((_S.SENDING,), _S.UNKNOWN),
        _E.FOUND: (_OPEN, _S.OUT),
        _E.ABSENT: (_OPEN, _S.FAILED),
        _E.WITHDRAWN: ((_S.OUT,), _S.WITHDRAWN),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One check or test post of an account. `told` is whose account it is by the platform's own
    word, `until` when its authorisation ends; `words` and `remedy` say what was wrong."""

    id: str
    account_id: str
    kind: TrialKind
    state: TrialState
    by: str
    at: datetime
    ended_at: datetime | None = None
    told: str = ""
    until: datetime | None = None
    remote_id: str = ""
    url: str = ""
    code: str = ""
    words: Words = _NOTHING
    remedy: Words = _NOTHING
    progress: Mapping[str, Any] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Whether nobody knows yet if it is there."""
        return self.state in _OPEN
