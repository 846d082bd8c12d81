"""What was found when a public post was read again, and how it is received."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hub.publishing.ports import Finding, Measured, Verdict

__all__ = [
    "MEASURE_AFTER",
    "Discovery",
    "Found",
    "Sample",
    "Watch",
    "discovered",
    "next_measure",
    "next_reading",
]

# When a post's figures are taken, after it was first read back.
MEASURE_AFTER = (
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=7),
    timedelta(days=30),
)
_FIRST_READING = timedelta(hours=1)


class Discovery(StrEnum):
    """What a reading says; as a delivery's `reason` it is what people and incidents see."""

    SAME = "same"
    DIFFERS = "differs"  # other words or pictures than were signed
    TRUNCATED = "truncated"  # only the beginning of what was signed
    GONE = "gone"  # deleted, blocked, or refused by the platform's review
    UNSURE = "unsure"  # the platform cannot be asked by a program


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Readings in a row that said the same, from `first_at` to `last_at`."""

    delivery_id: str
    no: int
    discovery: Discovery
    detail: str
    first_at: datetime
    last_at: datetime
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A post's totals at one moment."""

    delivery_id: str
    at: datetime
    measured: Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A public post that is read again and measured; `since` is when it was first read back."""

    delivery_id: str
    account_id: str
    channel: str
    since: datetime
    readings: int
    samples: int


def discovered(finding: Finding) -> Discovery | None:
    """What a finding is called; None where it decides nothing yet."""
    match finding.verdict:
        case Verdict.PENDING:
            return None
        case Verdict.PERSON:
            return Discovery.UNSURE
        case Verdict.ABSENT | Verdict.GONE:
            return Discovery.GONE
        case Verdict.FOUND if finding.same is False:
            return Discovery.TRUNCATED if finding.truncated else Discovery.DIFFERS
    return Discovery.SAME


def next_reading(since: datetime, done: int, days: int) -> datetime | None:
    """When a post is read again: after an hour, after a day, then daily for `days` days."""
    if done == 0:
        return since + _FIRST_READING if days else None
    return since + timedelta(days=done) if done <= days else None


def next_measure(since: datetime, done: int) -> datetime | None:
    """When a post's figures are taken next."""
    return since + MEASURE_AFTER[done] if done < len(MEASURE_AFTER) else None
