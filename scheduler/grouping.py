"""Grouped commits: what became ready or finished since the last commit shares the next one.

No call starts before its attempt is durable, yet a commit per call would cost three quarters of
the speed. So starts and endings wait for the running commit and then go together. An ending is
never dropped: while the database is away it is kept and tried again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass

import structlog

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Unavailable
from hub.kernel.events import Event, Kind
from hub.kernel.meter import Meter
from hub.organisations import store as organisations
from hub.organisations.events import ACCOUNT_MIGRATED
from hub.publishing import events, ledger, store
from hub.publishing.ledger import Ending
from hub.publishing.models import Delivery, DeliveryState, Purpose
from hub.publishing.own_site import ON_SITE, show
from hub.publishing.recall import store as recalls

__all__ = ["GroupedLedger"]

_log = structlog.get_logger(__name__)
_RETRY_S = 1.0
_ACTOR = "system:dispatcher"


@dataclass(slots=True)
class _Start:
    delivery: Delivery
    payload_hash: str
    key: str
    durable: asyncio.Future[bool]


@dataclass(slots=True)
class _End:
    delivery: Delivery
    ending: Ending
    parts: int


class GroupedLedger:
    """Begins and finishes attempts in groups. `on_settled` is called after every commit that
    finished something: accounts may be idle again. `own_sites` are the channels by which the
    catalogue knows what is public."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        owner: str,
        meter: Meter,
        on_settled: Callable[[], None],
        own_sites: Set[str] = frozenset(),
    ) -> None:
        self._database = database
        self._clock = clock
        self._owner = owner
        self._meter = meter
        self._on_settled = on_settled
        self._own_sites = own_sites
        self._starts: list[_Start] = []
        self._ends: list[_End] = []
        self._flushing: asyncio.Task[None] | None = None

    async def begin(self, delivery: Delivery, payload_hash: str, key: str) -> bool:
        """True once the attempt is durable; False when the delivery is no longer ours."""
        durable: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._starts.append(_Start(delivery, payload_hash, key, durable))
        self._kick()
        return await durable

    def finish(self, delivery: Delivery, ending: Ending, parts: int = 1) -> None:
        """Record an ending with the next commit. `parts` is the edition's number of parts."""
        self._ends.append(_End(delivery, ending, parts))
        self._kick()

    async def drain(self) -> None:
        """Return when everything given so far is durable."""
        while self._flushing is not None:
            await self._flushing

    def _kick(self) -> None:
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush(), name="ledger-flush")

    async def _flush(self) -> None:
        try:
            while self._starts or self._ends:
                starts, self._starts = self._starts, []
                ends, self._ends = self._ends, []
                await self._commit(starts, ends)
        finally:
            self._flushing = None
            if self._starts or self._ends:
                self._kick()

    async def _commit(self, starts: list[_Start], ends: list[_End]) -> None:
        try:
            ours = await self._database.write(lambda tx: self._record(tx, starts, ends))
        except Exception as error:
            for start in starts:
                _resolve(start.durable, error=error)
            await self._save_ends(ends, error)
            return
        for start in starts:
            _resolve(start.durable, value=_lease(start.delivery) in ours)
        if ends:
            self._measure(ends)
            self._on_settled()

    async def _save_ends(self, ends: list[_End], error: Exception) -> None:
        """After a failed commit: wait for a database that is away, isolate what it refuses."""
        if isinstance(error, Unavailable):
            self._ends = ends + self._ends
            if ends:
                await self._clock.sleep(_RETRY_S)
        elif len(ends) > 1:
            for end in ends:
                await self._commit([], [end])
        elif ends:
            # The row stays in `sending`; its lease runs out and the platform is asked.
            name = type(error).__name__
            _log.error("ledger.ending-refused", delivery=ends[0].delivery.id, error=name)

    def _record(self, tx: Transaction, starts: list[_Start], ends: list[_End]) -> set[ledger.Lease]:
        now = self._clock.now()
        ours: set[ledger.Lease] = set()
        if starts:
            rows = [(s.delivery, s.payload_hash, s.key) for s in starts]
            ours = ledger.begin(tx, owner=self._owner, starts=rows, now=now)
            taken = sorted(s.delivery.id for s in starts if _lease(s.delivery) not in ours)
            data = {"deliveries": sorted(delivery_id for delivery_id, _ in ours)} | (
                {"not_ours": taken} if taken else {}
            )
            tx.record(self._event(events.ATTEMPTS_STARTED, data))
        if ends:
            self._record_ends(tx, ends)
        return ours

    def _record_ends(self, tx: Transaction, ends: list[_End]) -> None:
        settled = ledger.finish(tx, [end.ending for end in ends])
        now = self._clock.now()
        taken: list[Delivery] = []
        for end in ends:
            if _lease(end.delivery) not in settled:
                continue  # another worker's by now; only the attempt says how it ended
            state = end.ending.state
            if state in ON_SITE and end.delivery.channel in self._own_sites:
                taken.append(end.delivery)
            if state is DeliveryState.ACCEPTED and end.delivery.part + 1 < end.parts:
                store.promote_next_part(tx, end.delivery, now)
            if end.delivery.purpose is Purpose.RECALL and state is DeliveryState.VERIFIED:
                recalls.withdrawn(tx, end.delivery, now)
            if end.ending.reason == "reconnect":
                why = end.ending.error_zh
                organisations.set_needs_reconnecting(tx, end.delivery.account_id, why)
            if end.ending.moved_to:
                self._move_account(tx, end)
        if taken:
            show(tx, taken, now)
        rows = [
            [e.delivery_id, e.no, e.state, e.outcome, e.platform_code, e.remote_id]
            for e in (end.ending for end in ends)
        ]
        tx.record(self._event(events.ATTEMPTS_ENDED, {"endings": rows}))

    def _move_account(self, tx: Transaction, end: _End) -> None:
        """The platform gave the account another address: the next post goes there at once."""
        account_id, handle = end.delivery.account_id, end.ending.moved_to
        organisations.set_handle(tx, account_id, handle)
        tx.record(
            Event(
                kind=ACCOUNT_MIGRATED,
                subject=account_id,
                actor=_ACTOR,
                at=self._clock.now(),
                data={"handle": handle},
            )
        )

    def _event(self, kind: Kind, data: Mapping[str, object]) -> Event:
        return Event(kind=kind, subject=self._owner, actor=_ACTOR, at=self._clock.now(), data=data)

    def _measure(self, ends: list[_End]) -> None:
        for end in ends:
            outcome, code = end.ending.outcome, end.ending.error_code
            self._meter.count_attempt(end.delivery.channel, outcome, code)


def _lease(delivery: Delivery) -> ledger.Lease:
    return delivery.id, delivery.fence


def _resolve(
    durable: asyncio.Future[bool], value: bool = False, error: Exception | None = None
) -> None:
    if durable.done():
        return
    if error is None:
        durable.set_result(value)
    else:
        durable.set_exception(error)
