"""What is kept of a request that may be sent again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

__all__ = ["TOLD_ELSEWHERE", "Answered", "Done", "Request"]

TOLD_ELSEWHERE = 303  # in place of an answer that is not kept: what was done is told in its stead


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`key` is the caller's own name for it, unique among those of the token; `digest` is the
    SHA-256 of method, address and body."""

    token_id: str
    key: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One thing that a request did: the kind of the audit event, and whom or what it is about."""

    kind: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a request was answered with. `status` 0: it began to change something and its answer
    is not kept (yet); TOLD_ELSEWHERE: its answer is not kept at all. `done` is what it did so far,
    the first of `events` such things."""

    request: Request
    at: datetime
    status: int = 0
    kind: str = ""
    answer: bytes = field(default=b"", repr=False)
    done: tuple[Done, ...] = ()
    events: int = 0

    @property
    def told(self) -> bool:
        """Whether the answer itself is there."""
        return self.status not in (0, TOLD_ELSEWHERE)
