"""From rows of the ledger and what channels declare to what is played. Pure but for the keyring."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from hub.kernel.errors import GongkaiError
from hub.organisations.models import Account
from hub.publishing.forecast.models import Job, Load, Window
from hub.publishing.forecast.store import Row
from hub.publishing.models import DeliveryState, Priority, Purpose, Quota, Rate
from hub.publishing.ports import Access, ChannelBook
from hub.publishing.preflight.ports import Keyring
from hub.publishing.rings.models import STOPPED_RING, WAITING_RING
from hub.publishing.scopes import kept_for_emergencies, keys_by_scope

__all__ = ["Loading"]

_CALL_S = 0.3  # a call to a platform over the Internet, until it has been measured here
_RING_WATCH_S = 2.0  # the reconciler looks every two seconds, the rings are looked at after it
_SPENDING = (Purpose.PUBLISH, Purpose.NOTICE)


@dataclass(kw_only=True)
class Loading:
    """Everything that is known about the accounts, channels and rings of a simulation."""

    channels: ChannelBook
    keyring: Keyring
    accounts: Mapping[str, Account]
    measured: Mapping[str, float]
    rings: Mapping[str, int]
    now: datetime
    _windows: dict[str, tuple[Window, ...]] = field(default_factory=dict)
    _same: dict[Window, Window] = field(default_factory=dict)
    _quotas: dict[str, tuple[Quota, ...]] = field(default_factory=dict)

    def load(
        self,
        rows: Sequence[Row],
        begun: Iterable[tuple[str, str, datetime]],
        spent: Mapping[tuple[str, str, float], int],
    ) -> Load:
        """`begun` as `begun_since` gives it, `spent` as `others_slots`."""
        windows: dict[str, list[float]] = {}
        for _, account_id, at in begun:
            for key in {window.key for window in self.windows(account_id)}:
                windows.setdefault(key, []).append(at.timestamp())
        return Load(
            now=self.now.timestamp(),
            jobs=tuple(self._job(row) for row in rows),
            begun={key: tuple(moments) for key, moments in windows.items()},
            spent=spent,
        )

    def quotas(self, account_id: str) -> tuple[Quota, ...]:
        known = self._quotas.get(account_id)
        if known is None:
            account = self.accounts[account_id]
            known = self.channels.quotas(account.channel, account.settings)
            self._quotas[account_id] = known
        return known

    def windows(self, account_id: str) -> tuple[Window, ...]:
        """The windows that a post of the account needs a permit of."""
        known = self._windows.get(account_id)
        if known is None:
            account = self.accounts[account_id]
            known = self._windows[account_id] = self._windows_of(account)
        return known

    @cached_property
    def used_seconds(self) -> dict[str, float]:
        """How long a post of each channel takes: measured, else guessed by its calls."""
        names = {account.channel for account in self.accounts.values()}
        return {name: self.measured.get(name, self._guess(name)) for name in sorted(names)}

    def _guess(self, channel: str) -> float:
        return _CALL_S * self.channels.declaration(channel).calls

    def _windows_of(self, account: Account) -> tuple[Window, ...]:
        declaration = self.channels.declaration(account.channel)
        if not declaration.rates:
            return ()
        keys = keys_by_scope(declaration, self._access(account, declaration.rates))
        found = (
            Window(
                key=keys[rate.scope],
                count=rate.count,
                kept=kept_for_emergencies(rate.count),
                per_s=rate.per.total_seconds(),
            )
            for rate in declaration.rates
        )
        return tuple(self._same.setdefault(window, window) for window in found)

    def _access(self, account: Account, rates: Iterable[Rate]) -> Access:
        """With the credentials only where they tell who shares a limit."""
        shared = any(rate.scope != "account" for rate in rates)
        try:
            credentials = self.keyring.credentials(account) if shared else {}
        except GongkaiError:  # it would not be sent either; whose limit it shares nobody knows
            credentials = {}
        return Access(
            account_id=account.id,
            handle=account.handle,
            base_url=account.base_url,
            credentials=credentials,
            settings=account.settings,
        )

    def _job(self, row: Row) -> Job:
        account, ring = self.accounts[row.account_id], self.rings.get(row.id, 0)
        after, settle = self._waits_for(row, ring)
        spends = row.purpose in _SPENDING
        return Job(
            id=row.id,
            wave=f"{row.plan_id}/{row.channel}",
            account=row.account_id,
            ready_at=self._ready_at(row),
            not_after=row.not_after.timestamp(),
            call_s=self.used_seconds[row.channel],
            priority=row.priority,
            urgent=row.priority >= Priority.EMERGENCY,
            windows=self.windows(account.id),
            quotas=self.quotas(account.id) if spends else (),
            groups=(_part(row, row.part), *((_ring(row, ring),) if ring else ())),
            after=after,
            settle_s=settle,
            held=self._needs_person(row, account),
        )

    def _ready_at(self, row: Row) -> float:
        """A blocked one is not sent before its reason is over."""
        later = row.state == DeliveryState.BLOCKED and row.next_at is not None
        return max(row.due_at, row.next_at if later and row.next_at else row.due_at).timestamp()

    def _waits_for(self, row: Row, ring: int) -> tuple[str, float]:
        if row.state != DeliveryState.BLOCKED:
            return "", 0.0
        if row.reason == "previous-part":
            return _part(row, row.part - 1), 0.0
        if row.reason == WAITING_RING:
            verified = self.channels.declaration(row.channel).verify_after.total_seconds()
            return _ring(row, ring - 1), verified + _RING_WATCH_S
        return "", 0.0

    def _needs_person(self, row: Row, account: Account) -> bool:
        if account.needs_reconnecting or row.reason == STOPPED_RING:
            return True
        waits = row.state == DeliveryState.BLOCKED and row.next_at is None
        return waits and row.reason not in ("previous-part", WAITING_RING)


def _part(row: Row, part: int) -> str:
    return f"{row.plan_id}/{row.account_id}/{row.edition_id}/{part}"


def _ring(row: Row, number: int) -> str:
    return f"{row.plan_id}/ring {number}"
