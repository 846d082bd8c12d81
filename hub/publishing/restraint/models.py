"""The values of restraint, as processes tell them to each other and to people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

__all__ = ["BREAKER_OPEN", "Key", "OpenBreaker", "Scope"]

BREAKER_OPEN = "breaker-open"  # the reason of a delivery that waits for a breaker


class Scope(StrEnum):
    ACCOUNT = "account"
    PLATFORM = "platform"  # a channel at one API address


Key = tuple[Scope, str, str]  # scope, channel, subject


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBreaker:
    """Who is left alone since when, for what `cause` (the platform's code, else ours), and when
    the next probe goes. `subject` is the account's id or the platform's API address; `address`
    is that address in both cases."""

    scope: Scope
    channel: str
    subject: str
    address: str
    cause: str
    opened_at: datetime
    rest: timedelta
    probe_at: datetime

    @property
    def key(self) -> Key:
        return self.scope, self.channel, self.subject
