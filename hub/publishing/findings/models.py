"""A finding, of whichever check, and what was said to it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.kernel.errors import Words

__all__ = ["Acknowledgement", "Finding", "Topic", "fingerprint"]


class Topic(StrEnum):
    PREFLIGHT = "preflight"  # of a plan before it goes out
    LIVENESS = "liveness"  # of an account that is not updated
    READING = "reading"  # of a post that is not as it was signed


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    topic: Topic
    subject: str
    fingerprint: str
    remark: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check found about `subject`; `grave` where it stops something or is over a limit.

    `at` is when it was found or falls due. `said` is what a person wrote to exactly this; None
    where nobody has, or it has changed since.
    """

    topic: Topic
    subject: str
    fingerprint: str
    grave: bool
    title: str
    label: str
    words: Words
    at: datetime | None
    remedy: Words | None = None
    plan_id: str = ""
    account_id: str = ""
    delivery_id: str = ""
    said: Acknowledgement | None = None


def fingerprint(*parts: object) -> str:
    """The same for the same finding, another once anything of it changes."""
    text = "\x1f".join(str(part) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()
