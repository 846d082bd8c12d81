"""What is kept of a request that may be sent again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

__all__ = ["Answered", "Request"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`key` is the caller's own name for it, unique among those of the token; `digest` is the
    SHA-256 of method, address and body."""

    token_id: str
    key: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a request was answered with; `status` 0: carried out, its answer is not kept (yet)."""

    request: Request
    at: datetime
    status: int = 0
    kind: str = ""
    answer: bytes = field(default=b"", repr=False)
