"""How alive an account is, and what could be published on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.organisations.models import Account

__all__ = ["Board", "Duty", "Life", "Standing", "Suggestion", "Trace"]


class Standing(StrEnum):
    LIVE = "live"
    NEAR = "near"  # a quarter of the days or less is left
    OVER = "over"  # the limit is reached, or nothing was ever published


@dataclass(frozen=True, slots=True)
class Trace:
    """What the ledger says of an account: when it last published and is next planned."""

    account_id: str
    published_at: datetime | None = None
    planned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """An account that is to be updated. `settings` are its own as they are stored, where they may
    name a limit, else empty; `published_at` is what was remembered, in microseconds: what is
    compared for ten thousand accounts is not made a date."""

    account_id: str
    channel: str
    settings: str
    published_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """An approved item, signed for the account's channel, that the account does not have yet.

    `own` says that it is of the account's own body and not of one above it.
    """

    item_id: str
    title: str
    edition_id: str
    entered_at: datetime
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One account on the board. `days` since the last update, None where there never was one."""

    account: Account
    limit: int
    standing: Standing
    days: int | None
    published_at: datetime | None
    planned_at: datetime | None
    suggestions: tuple[Suggestion, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """`as_of` is when the ledger was read; `lives` are near or over their limit, worst first;
    `counts` are of all accounts by (channel, standing)."""

    as_of: datetime
    lives: tuple[Life, ...]
    counts: dict[tuple[str, str], int]
