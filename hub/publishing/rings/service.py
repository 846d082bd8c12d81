"""What happens to rings: held back when planned, let go one by one, stopped, resumed by a person.

Where a ring stands is in the database and follows from it alone, so a process may die at any
moment: the next look goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Conflict, NotFound, Words
from hub.kernel.events import Event, Kind
from hub.publishing import events
from hub.publishing import store as publishing
from hub.publishing.models import Plan
from hub.publishing.rings import store
from hub.publishing.rings.models import (
    STOPPED_RING,
    WAITING_RING,
    Ring,
    RingEvent,
    RingOrder,
    RingState,
    RingView,
)
from hub.publishing.rings.rules import check_order, divide, verdict

__all__ = ["Rings", "hold_again", "hold_back", "views_of"]

_ACTOR = "system:rings"


def hold_back(tx: Transaction, plan: Plan, order: RingOrder, now: datetime) -> int:
    """Divide a plan that was just made, and hold back all but its first ring; how many rings.

    Raises InvalidInput. Works in the plan's own transaction.
    """
    check_order(order, plan.priority)
    groups = divide(store.members_of(tx.connection, plan.id), order)
    new = [
        Ring(
            plan_id=plan.id,
            number=number,
            state=RingState.RUNNING if number == 1 else RingState.WAITING,
            error_share=order.error_share,
            errors=order.errors,
            released_at=now if number == 1 else None,
        )
        for number, _ in enumerate(groups, 1)
    ]
    store.add_rings(tx, new, groups)
    store.hold_members(tx, plan.id, [ring.number for ring in new[1:]], WAITING_RING)
    data = {"rings": [len(group) for group in groups]}
    actor = plan.created_by
    tx.record(Event(kind=events.RING_RELEASED, subject=plan.id, actor=actor, at=now, data=data))
    return len(new)


def hold_again(tx: Transaction, plan_id: str) -> None:
    """After deliveries of a plan were moved: those whose ring has not come go on waiting for it."""
    found = store.rings_of(tx.connection, plan_id)
    numbers = [ring.number for ring in found if ring.state is RingState.WAITING]
    if numbers:
        stopped = any(ring.state is RingState.STOPPED for ring in found)
        store.hold_members(tx, plan_id, numbers, STOPPED_RING if stopped else WAITING_RING)


def views_of(connection: Connection, plan_id: str) -> list[RingView]:
    """A plan's rings with their tallies; none for a plan without rings."""
    found = store.rings_of(connection, plan_id)
    return [
        RingView(ring=ring, tally=store.tally(connection, plan_id, ring.number), of=len(found))
        for ring in found
    ]


class Rings:
    """One transaction per step; `on_change` is called after what may make something due."""

    def __init__(
        self, *, database: Database, clock: Clock, on_change: Callable[[], None] = lambda: None
    ) -> None:
        self._database = database
        self._clock = clock
        self.on_change = on_change

    async def views(self, plan_id: str) -> list[RingView]:
        return await self._database.read(lambda c: views_of(c, plan_id))

    async def advance(self) -> int:
        """Look at every ring that runs: pass or stop it, and let the next one go; how many plans
        have such a ring."""
        plans = await self._database.read(store.running_plans)
        changed = [await self._look_at(plan_id) for plan_id in plans]
        if any(changed):
            self.on_change()
        return len(plans)

    async def _look_at(self, plan_id: str) -> bool:
        """Whether anything changed; nothing is written as long as nothing is decided."""
        if await self._database.read(lambda c: _news(c, plan_id)) is None:
            return False
        return await self._database.write(lambda tx: self._judge(tx, plan_id))

    def _judge(self, tx: Transaction, plan_id: str) -> bool:
        """Pass or stop what runs, until nothing more follows from what is known."""
        changed = False
        while found := _news(tx.connection, plan_id):
            ring, event = found
            now = self._clock.now()
            if not store.apply(tx, ring, event, ended_at=now):
                return changed
            changed = True
            view = store.tally(tx.connection, plan_id, ring.number)
            data: dict[str, object] = {
                "ring": ring.number,
                "accounts": view.accounts,
                "proven": view.proven,
                "failed": view.failed,
            }
            if event is RingEvent.STOPPED:
                held = store.hold_members(tx, plan_id, (ring.number,), STOPPED_RING)
                data["held"] = held + store.mark_stopped(tx, plan_id)
                self._record(tx, events.RING_STOPPED, plan_id, _ACTOR, data)
            else:
                self._record(tx, events.RING_PASSED, plan_id, _ACTOR, data)
                self._release_next(tx, plan_id, _ACTOR)
        return changed

    def _release_next(self, tx: Transaction, plan_id: str, actor: str) -> int:
        """Let the first ring that waits go; its number, 0 when none waits."""
        now = self._clock.now()
        waiting = _waiting(store.rings_of(tx.connection, plan_id))
        if not waiting or not store.apply(tx, waiting[0], RingEvent.RELEASED, released_at=now):
            return 0
        number = waiting[0].number
        released = store.let_go(tx, plan_id, number, now)
        data = {"ring": number, "deliveries": released}
        self._record(tx, events.RING_RELEASED, plan_id, actor, data)
        return number

    async def resume(self, plan_id: str, actor: str, *, everything: bool = False) -> int:
        """A person takes on what failed so far: the stopped ring and those behind it go on.

        With `everything` no ring waits for another any more. How many rings now run. Raises
        NotFound, and Conflict where nothing was stopped and nothing is to be skipped.
        """
        count = await self._database.write(lambda tx: self._resume(tx, plan_id, actor, everything))
        self.on_change()
        return count

    def _resume(self, tx: Transaction, plan_id: str, actor: str, everything: bool) -> int:
        found = self._known(tx.connection, plan_id)
        now = self._clock.now()
        stopped = [ring for ring in found if ring.state is RingState.STOPPED]
        skipped = _waiting(found) if everything else []
        if not stopped and not skipped:
            raise Conflict(
                Words("该计划没有停止的批次", "no ring of this plan is stopped"),
                field="plan",
                remedy=Words("用 plan show 查看各批进度", "see gongkai plan show"),
            )
        for ring in stopped:
            failed = store.tally(tx.connection, plan_id, ring.number).failed
            store.apply(tx, ring, RingEvent.RESUMED, excused=failed, waived=True, ended_at=None)
            store.let_go(tx, plan_id, ring.number, now)
        store.wait_again(tx, plan_id)
        data = {"rings": [r.number for r in stopped], "everything": everything}
        self._record(tx, events.RING_RESUMED, plan_id, actor, data)
        for _ in skipped:
            self._release_next(tx, plan_id, actor)
        self._judge(tx, plan_id)
        after = store.rings_of(tx.connection, plan_id)
        return sum(ring.state is RingState.RUNNING for ring in after)

    def _known(self, connection: Connection, plan_id: str) -> Sequence[Ring]:
        if publishing.get_plan(connection, plan_id) is None:
            raise NotFound(Words(f"没有计划 {plan_id}", f"no plan {plan_id}"), field="plan")
        return store.rings_of(connection, plan_id)

    def _record(
        self, tx: Transaction, kind: Kind, plan_id: str, actor: str, data: Mapping[str, object]
    ) -> None:
        at = self._clock.now()
        tx.record(Event(kind=kind, subject=plan_id, actor=actor, at=at, data=data))


def _waiting(found: Sequence[Ring]) -> list[Ring]:
    return [ring for ring in found if ring.state is RingState.WAITING]


def _news(connection: Connection, plan_id: str) -> tuple[Ring, RingEvent] | None:
    """The first running ring about which something is decided."""
    found = store.rings_of(connection, plan_id)
    for ring in found:
        if ring.state is RingState.RUNNING:
            tally = store.tally(connection, plan_id, ring.number)
            nothing = tally.accounts == tally.cancelled
            more = nothing and _more_waits(connection, found)
            event = verdict(ring, tally, more_waits=more)
            if event is not None:
                return ring, event
    return None


def _more_waits(connection: Connection, found: Sequence[Ring]) -> bool:
    """Whether anything is left behind the rings that have not come."""
    tallies = (store.tally(connection, ring.plan_id, ring.number) for ring in _waiting(found))
    return any(tally.accounts > tally.cancelled for tally in tallies)
