"""Reserving, moving and admitting: every function works inside the caller's transaction.

A post reserves its slots when it is planned, and needs them again when it is sent: a worker is let
through only with a slot of the period that is running then. So a post that was held back over
midnight, retried, released or settled by a person spends no slot twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from hub.kernel.database import Transaction
from hub.organisations.models import Account
from hub.publishing.models import Delivery, Priority, Purpose, Quota
from hub.publishing.ports import ChannelBook
from hub.publishing.quota import store
from hub.publishing.quota.models import Admission, Allotment, Period, Refused, Slot, Want
from hub.publishing.quota.rules import free_numbers
from hub.publishing.rules import quota_period

__all__ = ["Quotas", "goes_at"]

_NAMED = 5_000  # refused accounts of a period whose holders are looked up


class Quotas:
    """The quota ledger over what the channels declare."""

    def __init__(self, channels: ChannelBook) -> None:
        self._channels = channels

    def of(self, account: Account) -> tuple[Quota, ...]:
        return self._channels.quotas(account.channel, account.settings)

    def allot(self, tx: Transaction, wants: Iterable[Want]) -> Allotment:
        """Choose free slots for `wants`; nothing is taken before `keep`."""
        slots: dict[str, list[Slot]] = {}
        refused: dict[str, Refused] = {}
        for (quota, starts_at, until), members in _groups(wants).items():
            taken = _taken(tx, quota.kind, starts_at, members)
            for account_id, group in members.items():
                numbers = free_numbers(
                    quota, taken.get(account_id, ()), len(group), all(w.urgent for w in group)
                )
                if len(numbers) < len(group):
                    account = group[0].account
                    refused[account_id] = Refused(
                        account=account, quota=quota, since=starts_at, until=until
                    )
                    continue
                slots.setdefault(account_id, []).extend(
                    Slot(account_id, quota.kind, starts_at, no, want.delivery_id)
                    for no, want in zip(numbers, group, strict=True)
                )
        granted = [slot for one, held in slots.items() if one not in refused for slot in held]
        return Allotment(slots=tuple(granted), refused=_named(tx.connection, refused))

    def keep(self, tx: Transaction, allotment: Allotment) -> set[str]:
        """Reserve what was chosen; the accounts for which somebody else was faster, of which
        nothing is reserved then."""
        lost = {slot.account_id for slot in store.take(tx, allotment.slots)}
        if lost:
            store.give_back(tx, [s.delivery_id for s in allotment.slots if s.account_id in lost])
        return lost

    def give_back(self, tx: Transaction, deliveries: Iterable[Delivery]) -> None:
        """What these deliveries reserved is free: they go at another time."""
        listed = list(deliveries)
        again = [delivery.id for delivery in listed if delivery.remote_id]
        if again:
            store.commit_accepted(tx, again)
        store.give_back(tx, [delivery.id for delivery in listed])

    def admit(
        self,
        tx: Transaction,
        deliveries: Sequence[Delivery],
        accounts: Mapping[str, Account],
        now: datetime,
    ) -> Admission:
        """Which of these claimed deliveries may spend now, having or getting a slot of the period
        that is running. Costs nothing where no channel has a quota."""
        limited = [d for d in deliveries if self._spends(d, accounts[d.account_id])]
        if not limited:
            return Admission()
        again = [d.id for d in limited if d.remote_id]
        if again:
            store.commit_accepted(tx, again)
        reserved = store.reserved_by(tx.connection, [d.id for d in limited])
        good_until: dict[str, datetime] = {}
        wants = []
        for delivery in limited:
            account = accounts[delivery.account_id]
            at = goes_at(delivery, now)
            periods = [(quota, *quota_period(quota, at)) for quota in self.of(account)]
            good_until[delivery.id] = min(end for _, _, end in periods)
            missing = tuple(
                quota
                for quota, start, _ in periods
                if (delivery.id, quota.kind, start) not in reserved
            )
            if missing:
                wants.append(_want(delivery, account, missing, at))
        held = self._catch_up(tx, wants) if wants else {}
        return Admission(held=held, good_until=good_until)

    def _spends(self, delivery: Delivery, account: Account) -> bool:
        posts = delivery.purpose in (Purpose.PUBLISH, Purpose.NOTICE)
        return posts and bool(self.of(account))

    def _catch_up(self, tx: Transaction, wants: Sequence[Want]) -> dict[str, datetime]:
        """Slots of the running period for deliveries planned for another, or never counted;
        those that get none, and until when."""
        allotment = self.allot(tx, wants)
        lost = self.keep(tx, allotment)
        for slot in allotment.slots:
            if slot.account_id not in lost:
                store.drop_others(tx, slot.delivery_id, slot.kind, slot.starts_at)
        held = {}
        for want in wants:
            if want.account.id in allotment.refused:
                held[want.delivery_id] = allotment.refused[want.account.id].until
            elif want.account.id in lost:
                held[want.delivery_id] = want.at
        return held

    def standing(self, connection: Connection, account: Account, now: datetime) -> list[Period]:
        """The account's running periods, and the coming ones in which it has a slot taken."""
        quotas = self.of(account)
        if not quotas:
            return []
        since = min(quota_period(quota, now)[0] for quota in quotas)
        held = store.holders(connection, [account.id], since=since)
        found = []
        for quota in quotas:
            running = quota_period(quota, now)[0]
            starts = {running}
            starts |= {h.slot.starts_at for h in held if h.slot.kind == quota.kind}
            for start in sorted(start for start in starts if start >= running):
                mine = tuple(
                    h for h in held if (h.slot.kind, h.slot.starts_at) == (quota.kind, start)
                )
                end = quota_period(quota, start)[1]
                found.append(Period(quota=quota, starts_at=start, ends_at=end, holders=mine))
        return found


def goes_at(delivery: Delivery, now: datetime) -> datetime:
    """When a delivery that is claimed now goes out: some are claimed a moment before their time."""
    return max(now, delivery.due_at)


def _want(delivery: Delivery, account: Account, quotas: tuple[Quota, ...], at: datetime) -> Want:
    urgent = delivery.priority >= Priority.EMERGENCY
    return Want(account=account, delivery_id=delivery.id, at=at, quotas=quotas, urgent=urgent)


def _groups(
    wants: Iterable[Want],
) -> Mapping[tuple[Quota, datetime, datetime], dict[str, list[Want]]]:
    """Wants by the quota and period that they fall into, then by account."""
    groups: dict[tuple[Quota, datetime, datetime], dict[str, list[Want]]] = {}
    for want in wants:
        for quota in want.quotas:
            key = (quota, *quota_period(quota, want.at))
            groups.setdefault(key, {}).setdefault(want.account.id, []).append(want)
    return groups


def _taken(
    tx: Transaction, kind: str, starts_at: datetime, members: Iterable[str]
) -> dict[str, set[int]]:
    """The numbers that are taken, by account; what its holder will never use is freed first."""
    found = store.taken(tx.connection, kind, starts_at, list(members))
    freed = store.release_over(tx, [slot.delivery_id for slot in found if slot.over])
    taken: dict[str, set[int]] = {}
    for slot in found:
        if not (slot.over and slot.delivery_id in freed):
            taken.setdefault(slot.account_id, set()).add(slot.no)
    return taken


def _named(connection: Connection, refused: Mapping[str, Refused]) -> dict[str, Refused]:
    """The refusals with those who have the slots, read once for all accounts of a period."""
    named = dict(refused)
    periods: dict[tuple[datetime, datetime], list[str]] = {}
    for one in refused.values():
        periods.setdefault((one.since, one.until), []).append(one.account.id)
    for (since, until), ids in periods.items():
        for holder in store.holders(connection, ids[:_NAMED], since=since, until=until):
            one = named[holder.slot.account_id]
            if one.quota.kind == holder.slot.kind:
                named[holder.slot.account_id] = replace(one, holders=(*one.holders, holder))
    return named
