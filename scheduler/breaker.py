"""The circuit breaker: who keeps failing is left alone, and asked again one delivery at a time.

There is one per account and one per platform, that is, per channel and API address: a dead
Mastodon server says nothing about the others. So many failures in a row within a window open it.
While it is open, deliveries wait and use up nothing; when its rest is over, exactly one goes as a
probe. A probe that is taken closes it, one that fails doubles the rest. Emergencies do not wait
for the end of the rest: they probe as well, one at a time and some seconds apart.

Only what says something about the platform counts: no connection, "not now", no answer. A post
that is refused, a quota, or a dead authorisation is the item's or the account's own affair.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from hub.kernel.clock import Clock
from hub.kernel.columns import storable
from hub.kernel.errors import Words
from hub.publishing.errors import Busy, DeliveryError, NotSent, Unknown
from hub.publishing.restraint.models import Key, OpenBreaker, Scope, keys_of
from scheduler.job import Prepared
from scheduler.lanes import is_urgent

__all__ = ["Breaker", "BreakerSettings"]

_FAILURES: tuple[type[DeliveryError], ...] = (NotSent, Busy, Unknown)
# A probe that has not ended after so long is given up: longer than any call and its waiting.
_PROBE_LIMIT = timedelta(minutes=5)
_URGENT_GAP = timedelta(seconds=5)
_WHILE_PROBING = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerSettings:
    """How many failures in a row within `window` open a breaker, and how long it rests.

    A platform's failures must come from at least `accounts` accounts: one broken account is not
    a broken platform.
    """

    account_failures: int = 5
    platform_failures: int = 20
    accounts: int = 3
    window: timedelta = timedelta(minutes=5)
    first_rest: timedelta = timedelta(seconds=15)
    longest_rest: timedelta = timedelta(minutes=5)


class _Cause(NamedTuple):
    """What was met last: its code and its words."""

    code: str
    words: Words


@dataclass(slots=True)
class _Entry:
    """What is known of one account or platform since it was last well."""

    failures: deque[tuple[datetime, str]]
    opened_at: datetime | None = None
    rest: timedelta = timedelta(0)
    probe_at: datetime | None = None
    waiting: int = 0  # since the last probe
    prober: str = ""
    probing_since: datetime | None = None


@dataclass(slots=True)
class _Changes:
    """What happened since it was last written down."""

    opened: dict[Key, OpenBreaker] = field(default_factory=dict)
    closed: set[Key] = field(default_factory=set)


class Breaker:
    """All breakers of this process. Asking is a look-up or two, and nothing while all is well."""

    def __init__(self, clock: Clock, random: Random, settings: BreakerSettings) -> None:
        self._clock = clock
        self._random = random
        self._settings = settings
        self._entries: dict[Key, _Entry] = {}
        self._open: set[Key] = set()
        self._changes = _Changes()

    @property
    def watching(self) -> bool:
        """Whether anything has failed lately."""
        return bool(self._entries)

    @property
    def resting(self) -> bool:
        """Whether any breaker is open."""
        return bool(self._open)

    def holds(self, prepared: Prepared) -> datetime | None:
        """Until when `prepared` has to wait; None when it may go, perhaps as the probe."""
        entries = [self._entries[key] for key in _keys(prepared) if key in self._open]
        now, urgent = self._clock.now(), is_urgent(prepared)
        refusals = [e for e in entries if not self._lets_through(e, prepared, now, urgent)]
        if refusals:
            return max(self._come_back(entry, now, urgent) for entry in refusals)
        for entry in entries:
            entry.prober, entry.probing_since = prepared.delivery.id, now
        return None

    def _lets_through(self, entry: _Entry, who: Prepared, now: datetime, urgent: bool) -> bool:
        if entry.prober == who.delivery.id:
            return True
        since = entry.probing_since
        if entry.prober and since is not None and now - since < _PROBE_LIMIT:
            return False
        if entry.probe_at is None or entry.probe_at <= now:
            return True
        return urgent and (since is None or now - since >= _URGENT_GAP)

    def _come_back(self, entry: _Entry, now: datetime, urgent: bool) -> datetime:
        """The first to wait comes back as the probe; the others spread over the rest after it,
        for a thousand that come back in vain in the same second are work for nothing."""
        first = max(entry.probe_at or now, now + _WHILE_PROBING)
        if urgent:
            first = min(first, now + _URGENT_GAP)
        entry.waiting += 1
        return first if entry.waiting == 1 else first + entry.rest * self._random.random()

    def taken(self, prepared: Prepared) -> None:
        """The platform took a post: it and the account are well."""
        _, platform = keys = _keys(prepared)
        for key in keys:
            if self._entries.pop(key, None) is not None and key in self._open:
                self._close(key)
                if key == platform:
                    self._forget_accounts(platform)

    def _close(self, key: Key) -> None:
        self._open.discard(key)
        self._changes.opened.pop(key, None)
        self._changes.closed.add(key)

    def _forget_accounts(self, platform: Key) -> None:
        """What accounts of a platform met while it was away says nothing about them."""
        _, channel, address = platform
        for key, entry in list(self._entries.items()):
            if key[:2] == (Scope.ACCOUNT, channel) and entry.failures[-1][1] == address:
                del self._entries[key]
                if key in self._open:
                    self._close(key)

    def failed(self, prepared: Prepared, error: Exception) -> timedelta | None:
        """An attempt ended in `error`. How long its delivery is to rest while a breaker is open;
        None when none is, or when the error is no platform's fault."""
        if not isinstance(error, _FAILURES):
            self.leave(prepared)
            return None
        account, platform = _keys(prepared)
        now, cause = self._clock.now(), _Cause(error.platform_code or error.code, error.words)
        self._count(platform, now, prepared.access.account_id, prepared, cause)
        if platform not in self._open:
            self._count(account, now, prepared.access.base_url, prepared, cause)
        rests = [
            self._entries[key].probe_at or now for key in (account, platform) if key in self._open
        ]
        if not rests:
            return None
        return max(max(rests) - now, error.retry_after or _WHILE_PROBING)

    def _count(self, key: Key, now: datetime, by: str, prepared: Prepared, cause: _Cause) -> None:
        limit = self._limit(key)
        entry = self._entries.get(key)
        if entry is None:
            entry = self._entries[key] = _Entry(deque(maxlen=limit))
        entry.failures.append((now, by))
        if key in self._open:
            if entry.prober == prepared.delivery.id:
                self._rest(key, entry, now, entry.rest * 2, cause)
            return
        first = entry.failures[0][0]
        several = key[0] is Scope.ACCOUNT or self._of_several(entry)
        if len(entry.failures) == limit and now - first <= self._settings.window and several:
            entry.opened_at = now
            self._open.add(key)
            self._rest(key, entry, now, self._settings.first_rest, cause)

    def _limit(self, key: Key) -> int:
        of_account = key[0] is Scope.ACCOUNT
        return self._settings.account_failures if of_account else self._settings.platform_failures

    def _of_several(self, entry: _Entry) -> bool:
        return len({account for _, account in entry.failures}) >= self._settings.accounts

    def _rest(self, key: Key, entry: _Entry, now: datetime, rest: timedelta, cause: _Cause) -> None:
        entry.rest = min(rest, self._settings.longest_rest)
        entry.probe_at = now + entry.rest
        entry.waiting, entry.prober = 0, ""
        self._changes.closed.discard(key)
        self._changes.opened[key] = OpenBreaker(
            scope=key[0],
            channel=key[1],
            subject=key[2],
            address=entry.failures[-1][1] if key[0] is Scope.ACCOUNT else key[2],
            cause=storable(cause.code)[:64],
            words=Words(storable(cause.words.zh), storable(cause.words.en)),
            opened_at=entry.opened_at or now,
            rest=entry.rest,
            probe_at=entry.probe_at,
        )

    def leave(self, prepared: Prepared) -> None:
        """`prepared` goes nowhere now, or what it met says nothing: another one may probe."""
        for key in _keys(prepared):
            if key in self._open and self._entries[key].prober == prepared.delivery.id:
                self._entries[key].prober = ""

    # --- what processes tell each other

    def changes(self) -> tuple[list[OpenBreaker], list[Key]]:
        """What opened, rested anew or closed since the last time; told once."""
        changes, self._changes = self._changes, _Changes()
        return list(changes.opened.values()), sorted(changes.closed)

    def take_back(self, opened: Iterable[OpenBreaker], closed: Iterable[Key]) -> None:
        """These changes could not be written down; what is newer stands."""
        for one in opened:
            if one.key in self._open:
                self._changes.opened.setdefault(one.key, one)
        self._changes.closed.update(key for key in closed if key not in self._open)

    def learn(self, known: Iterable[OpenBreaker]) -> list[Key]:
        """What is written down, by whichever process: open what is open there, and close what
        another process, or a person, closed; those."""
        now = self._clock.now()
        there = {one.key: one for one in known}
        gone = [k for k in self._open if k not in there and k not in self._changes.opened]
        for key in gone:
            self._entries.pop(key, None)
            self._open.discard(key)
        for key, one in there.items():
            if key in self._changes.closed or key in self._changes.opened:
                continue
            entry = self._entries.setdefault(key, _Entry(deque(maxlen=self._limit(key))))
            entry.failures.append((now, one.address))
            entry.opened_at, entry.rest, entry.probe_at = one.opened_at, one.rest, one.probe_at
            self._open.add(key)
        return gone

    def forget_old(self) -> None:
        """Drop failures older than the window; nothing is kept for what is well by now."""
        oldest = self._clock.now() - self._settings.window
        for key, entry in list(self._entries.items()):
            if key not in self._open and entry.failures[-1][0] < oldest:
                del self._entries[key]

    def count_open(self) -> Mapping[tuple[str, str], int]:
        """Open breakers by (channel, scope)."""
        counts: dict[tuple[str, str], int] = {}
        for scope, channel, _ in self._open:
            counts[channel, scope] = counts.get((channel, scope), 0) + 1
        return counts


def _keys(prepared: Prepared) -> tuple[Key, Key]:
    """The account's and the platform's."""
    access = prepared.access
    return keys_of(prepared.delivery.channel, access.account_id, access.base_url)
