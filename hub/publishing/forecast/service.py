"""Simulation mode: when each wave would be finished, told before anybody approves it.

Everything that is to go out until a moment is played together, because waves of different plans
wait for each other; a plan that nobody has made yet may be among them. Nothing is written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hub.catalogue import store as catalogue
from hub.kernel.clock import Clock
from hub.kernel.database import Database
from hub.organisations import store as organisations
from hub.organisations.models import Selection
from hub.organisations.rules import why_not_publishable
from hub.publishing import store as publishing
from hub.publishing.forecast import store
from hub.publishing.forecast.loading import Loading
from hub.publishing.forecast.models import Load, Machine, Wave
from hub.publishing.forecast.playing import play
from hub.publishing.forecast.rules import waves
from hub.publishing.models import DeliveryState, Priority, Purpose
from hub.publishing.naming import name_for
from hub.publishing.ports import ChannelBook
from hub.publishing.preflight.ports import Keyring
from hub.publishing.when import When, due

__all__ = ["PROPOSED", "Forecast", "Proposal", "Simulation"]

PROPOSED = "proposed"  # stands for the id of the plan that nobody has made yet
_LONGEST_QUOTA = timedelta(days=32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A plan as it could be made: of an item, approved or not, for the selected accounts."""

    item_id: str
    selection: Selection
    when: When
    priority: Priority = Priority.ROUTINE


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What would happen. `titles` are the items', by plan; `call_seconds` by channel is what was
    reckoned with, and `measured` are the channels for which it was measured here."""

    at: datetime
    until: datetime
    waves: tuple[Wave, ...]
    titles: Mapping[str, str]
    machine: Machine
    call_seconds: Mapping[str, float]
    measured: frozenset[str]


class Simulation:
    """`machine` is what this installation does at a time, unless a question says otherwise."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        channels: ChannelBook,
        keyring: Keyring,
        default_not_after: timedelta,
        machine: Machine,
    ) -> None:
        self._database = database
        self._clock = clock
        self._channels = channels
        self._keyring = keyring
        self._default_not_after = default_not_after
        self.machine = machine

    async def play(
        self,
        until: datetime,
        proposal: Proposal | None = None,
        machine: Machine | None = None,
    ) -> Forecast:
        """Play everything that is due before `until` and has not left, and `proposal` with it.

        Raises NotFound, and InvalidInput for a proposal's impossible time.
        """
        machine, now = machine or self.machine, self._clock.now()
        facts = await self._database.read(lambda c: self._gather(c, until, proposal, now))
        load, titles, loading = facts
        played = await asyncio.to_thread(play, load, machine)
        return Forecast(
            at=now,
            until=until,
            waves=tuple(waves(played)),
            titles=titles,
            machine=machine,
            call_seconds=loading.used_seconds,
            measured=frozenset(loading.measured),
        )

    def _gather(
        self, connection: Connection, until: datetime, proposal: Proposal | None, now: datetime
    ) -> tuple[Load, Mapping[str, str], Loading]:
        rows = store.waiting(connection, until)
        titles = store.titles(connection, {row.plan_id for row in rows})
        if proposal is not None:
            rows += self._proposed(connection, proposal, now)
            titles |= {PROPOSED: catalogue.get_item(connection, proposal.item_id).title}
        channels = sorted({row.channel for row in rows})
        begun = self._begun(connection, channels, now)
        ids = {row.account_id for row in rows} | {account for _, account, _ in begun}
        loading = Loading(
            channels=self._channels,
            keyring=self._keyring,
            accounts=organisations.get_accounts(connection, ids),
            measured=store.call_seconds(connection, channels),
            rings=store.rings_of(connection, {row.plan_id for row in rows}),
            now=now,
        )
        ours = {row.id for row in rows}
        limited = [row.account_id for row in rows if loading.quotas(row.account_id)]
        spent = store.others_slots(connection, limited, now - _LONGEST_QUOTA, ours)
        return loading.load(rows, begun, spent), titles, loading

    def _begun(
        self, connection: Connection, channels: Sequence[str], now: datetime
    ) -> list[tuple[str, str, datetime]]:
        """What still lies in a window of one of these channels."""
        limits = [rate.per for name in channels for rate in self._channels.declaration(name).rates]
        return store.begun_since(connection, channels, now - max(limits)) if limits else []

    def _proposed(
        self, connection: Connection, proposal: Proposal, now: datetime
    ) -> list[store.Row]:
        """The deliveries the plan would have: one per account and part that is known by now."""
        item = catalogue.get_item(connection, proposal.item_id)
        due_at, _ = due(proposal.when, now, self._default_not_after)
        latest = proposal.when.not_after or due_at + self._default_not_after
        editions = publishing.editions_of(connection, item.id, item.version)
        parts = {edition.name: edition.parts for edition in editions}
        accounts = organisations.select_accounts(connection, proposal.selection)
        return [
            store.Row(
                id=f"{PROPOSED}:{account.id}:{part:02}",
                plan_id=PROPOSED,
                edition_id=PROPOSED,
                account_id=account.id,
                channel=account.channel,
                part=part,
                purpose=Purpose.PUBLISH,
                state=DeliveryState.BLOCKED if part else DeliveryState.PLANNED,
                reason="previous-part" if part else "",
                priority=int(proposal.priority),
                due_at=due_at,
                next_at=None,
                not_after=latest,
            )
            for account in accounts
            if why_not_publishable(account, now) is None
            for part in range(parts.get(name_for(self._channels, item, account), 1))
        ]
