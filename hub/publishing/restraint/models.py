"""The values of restraint, as processes tell them to each other and to people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hub.kernel.errors import Words
from hub.organisations.models import Account

__all__ = ["BREAKER_OPEN", "Key", "OpenBreaker", "Scope", "keys_of", "keys_over"]

BREAKER_OPEN = "breaker-open"  # the reason of a delivery that waits for a breaker


class Scope(StrEnum):
    ACCOUNT = "account"
    PLATFORM = "platform"  # a channel at one API address


Key = tuple[Scope, str, str]  # scope, channel, subject


def keys_of(channel: str, account_id: str, address: str) -> tuple[Key, Key]:
    """Of the breakers that can hold an account back: its own and its platform's."""
    return (Scope.ACCOUNT, channel, account_id), (Scope.PLATFORM, channel, address)


def keys_over(account: Account) -> tuple[Key, Key]:
    return keys_of(account.channel, account.id, account.base_url)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBreaker:
    """Who is left alone since when, for what `cause` (the platform's code, else ours) and in what
    `words` of the last failure, and when the next probe goes. `subject` is the account's id or the
    platform's API address; `address` is that address in both cases."""

    scope: Scope
    channel: str
    subject: str
    address: str
    cause: str
    words: Words
    opened_at: datetime
    rest: timedelta
    probe_at: datetime

    @property
    def key(self) -> Key:
        return self.scope, self.channel, self.subject
