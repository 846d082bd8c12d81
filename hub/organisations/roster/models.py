"""How an account stands, and what a look at all of them says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from hub.organisations.authority.sight import Sight
from hub.organisations.models import Account

__all__ = ["FORECAST", "Health", "Page", "Roster", "Wanted"]

# until when authorisations end, as people plan for it
FORECAST = (timedelta(), timedelta(days=7), timedelta(days=30), timedelta(days=90))


class Health(StrEnum):
    """What keeps an account from publishing, or soon will. An account may be in several."""

    RECONNECT = "reconnect"  # the platform refused its credentials, or their time is over
    EXPIRING = "expiring"  # its authorisation ends within thirty days
    UNCONNECTED = "unconnected"  # nobody has given its credentials
    UNFILED = "unfiled"  # not on the register of new-media accounts, suspended or closed there
    PAUSED = "paused"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which accounts, every field given narrowing; `text` is part of a name or handle, `after` a
    page's `next`."""

    sight: Sight
    channel: str = ""
    health: Health | None = None
    text: str = ""
    after: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """In the order of their names; `next` is where the page after this one begins."""

    accounts: tuple[Account, ...]
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """All accounts in sight, by health, and how many authorisations end by each of FORECAST."""

    total: int
    health: Mapping[Health, int]
    ending: tuple[int, ...]
