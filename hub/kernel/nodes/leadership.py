"""One process leads: what may be done once in an installation is done by whoever holds the lease.

The lease lies in the database and runs by its clock. A process that was stopped past its end
(SIGSTOP, a frozen machine) finds two things when it goes on: it begins no work, for its own
monotonic clock says that the lease is over; and what it had begun writes nothing any more, for
every write asks in its own transaction for the fence under which the work began (`FencedDatabase`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import TypeVar

import structlog
from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.events import Event
from hub.kernel.meter import Meter
from hub.kernel.nodes import events, store
from hub.kernel.nodes.errors import LostLead
from hub.kernel.nodes.models import Lease

__all__ = ["FencedDatabase", "Leadership"]

T = TypeVar("T")

_log = structlog.get_logger(__name__)
_RENEWALS = 3  # in the time of one lease
_FENCE: ContextVar[int] = ContextVar("fence", default=0)


class Leadership:
    """The part of one process in the lease `name`. `owner` names the process.

    `on_change` is told whether it leads, whenever that has changed. While it is `opening`, a
    process only makes what every process makes that finds it missing, such as a key of a new
    installation; that needs no lead.
    """

    def __init__(
        self, database: Database, clock: Clock, *, name: str, owner: str, lease: timedelta
    ) -> None:
        self._database = database
        self._clock = clock
        self.name = name
        self._owner = owner
        self._lease = lease
        self._fence = 0
        self._until = 0.0
        self._asked: float | None = None
        self._led = False
        self.opening = True  # until it first looks who leads
        self.on_change: list[Callable[[bool], None]] = []

    @property
    def fence(self) -> int:
        """The fence of the lease that this process holds now; 0 without one."""
        return self._fence if self._clock.monotonic() < self._until else 0

    def heard(self) -> timedelta | None:
        """How long ago the database said who leads; None before the first time."""
        if self._asked is None:
            return None
        return timedelta(seconds=self._clock.monotonic() - self._asked)

    async def look(self) -> None:
        """Prolong the lease, or take it when its holder let it run out; to be called every second.

        Who stands by only reads until then.
        """
        self.opening = False
        begun = self._clock.monotonic()
        left = self._until - begun
        if not self.fence and not await self._database.read(self._is_free):
            self._asked = begun
        elif not self.fence or left <= self._lease.total_seconds() * (1 - 1 / _RENEWALS):
            await self._take(begun)
        else:
            return
        self._tell()

    def _is_free(self, connection: Connection) -> bool:
        held = store.find_lease(connection, self.name)
        mine = held is not None and held.owner == self._owner
        return held is None or mine or held.until <= store.moment(connection, self._clock.now())

    async def _take(self, begun: float) -> None:
        now, former = self._clock.now(), self._fence

        def work(tx: Transaction) -> Lease:
            lease = store.take_lease(tx, self.name, self._owner, now, self._lease)
            if lease.owner == self._owner and lease.fence != former:
                data = {"fence": lease.fence}
                tx.record(
                    Event(
                        kind=events.LEAD_TAKEN,
                        subject=self.name,
                        actor=f"system:{self._owner}"[:64],
                        at=now,
                        data=data,
                    )
                )
            return lease

        lease = await self._database.write(work, audited=False)
        self._asked = self._clock.monotonic()
        if lease.owner == self._owner:
            if lease.fence != former and self._led:
                self._led = False  # it had run out meanwhile: what was known is old
                self._announce(leads=False)
            self._fence, self._until = lease.fence, begun + self._lease.total_seconds()
        else:
            self._fence, self._until = 0, 0.0

    def _tell(self) -> None:
        leads = bool(self.fence)
        if leads != self._led:
            self._led = leads
            self._announce(leads=leads)

    def _announce(self, *, leads: bool) -> None:
        _log.info("lead.begun" if leads else "lead.ended", lease=self.name, fence=self._fence)
        for told in self.on_change:
            told(leads)

    async def give_up(self) -> None:
        """Let another process lead at once. Nothing may be under way any more."""
        if not self._fence:
            return
        now = self._clock.now()

        def work(tx: Transaction) -> None:
            if store.end_lease(tx, self.name, self._owner, now):
                actor = f"system:{self._owner}"[:64]
                tx.record(Event(kind=events.LEAD_YIELDED, subject=self.name, actor=actor, at=now))

        self._fence, self._until = 0, 0.0
        await self._database.write(work, audited=False)
        self._tell()

    def only(self, job: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[object]]:
        """`job` where this process leads, under the fence with which it begins; nothing elsewhere,
        and no failure where the lead is lost on the way."""

        async def led() -> None:
            fence = self.fence
            if not fence:
                return
            try:
                with _under(fence):
                    await job()
            except LostLead:
                _log.warning("lead.lost-on-the-way", lease=self.name, fence=fence)

        return led


@contextmanager
def _under(fence: int) -> Iterator[None]:
    """What is begun within, tasks too, belongs to this fence, however long it takes."""
    token = _FENCE.set(fence)
    try:
        yield
    finally:
        _FENCE.reset(token)


class FencedDatabase:
    """`Database` for what only the leader does: a write is refused unless the fence under which
    its job began is still the lease's. Reads are not."""

    def __init__(self, database: Database, leadership: Leadership) -> None:
        self._database = database
        self._leadership = leadership

    @property
    def meter(self) -> Meter:
        return self._database.meter

    @meter.setter
    def meter(self, meter: Meter) -> None:
        self._database.meter = meter

    async def write(self, work: Callable[[Transaction], T], *, audited: bool = True) -> T:
        """Raises LostLead with nothing written."""
        if self._leadership.opening:
            return await self._database.write(work, audited=audited)
        name, fence = self._leadership.name, _FENCE.get() or self._leadership.fence
        if not fence:
            raise LostLead(name)

        def fenced(tx: Transaction) -> T:
            if not store.is_held(tx.connection, name, fence):
                raise LostLead(name)
            return work(tx)

        return await self._database.write(fenced, audited=audited)

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await self._database.read(work)

    async def close(self) -> None:
        """Whose database it is closes it."""
