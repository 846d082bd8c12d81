"""Whatever workers, people and crashes do in whatever order: no post is doubled, lost or sent
after its cancellation, and every row says what it waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Connection, func, select

from hub.kernel.clock import ManualClock
from hub.kernel.database import Transaction
from hub.kernel.errors import Conflict, InvalidInput
from hub.kernel.ids import IdSource
from hub.kernel.meter import Meter, NoMeter
from hub.publishing import ledger, store, sweeping
from hub.publishing.ledger import Ending
from hub.publishing.models import LIFECYCLE, OPEN, Delivery, DeliveryState, Outcome, Purpose
from hub.publishing.recall import store as recalls
from hub.publishing.service import When
from hub.publishing.tables import attempts, deliveries
from tests.in_memory import engine_in_memory
from tests.scheduler.stage import Stage, open_stage
from tests.thoroughness import examples

pytestmark = pytest.mark.slow

S, O = DeliveryState, Outcome  # noqa: E741
T = TypeVar("T")
LEASE = timedelta(seconds=60)
WORKERS = ("w1", "w2")


class Inline:
    """A database in memory that does every work at once."""

    def __init__(self) -> None:
        self.meter: Meter = NoMeter()
        self.engine = engine_in_memory()

    async def write(self, work: Callable[[Transaction], T], *, audited: bool = True) -> T:
        with self.engine.begin() as connection:
            tx = Transaction(connection)
            done = work(tx)
            assert not audited or not tx.changed or tx.events, "changed rows and told nobody"
            return done

    async def read(self, work: Callable[[Connection], T]) -> T:
        with self.engine.connect() as connection:
            return work(connection)

    async def close(self) -> None:
        self.engine.dispose()


class Traffic(RuleBasedStateMachine):
    """Three accounts, a thread of two parts, two workers, a platform that refuses no repeat."""

    @initialize()
    def open(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.clock = ManualClock(datetime(2026, 3, 2, 1, tzinfo=UTC))
        self.database = Inline()
        self.stage: Stage = self.run(open_stage(self.database, self.clock, IdSource()))
        self.public: dict[str, str] = {}  # delivery → remote id
        self.shown = 0
        self.item = self.run(self.stage.approved("一\n\n二", accounts=3))
        self.claimed: dict[str, list[Delivery]] = {worker: [] for worker in WORKERS}
        self.begun: dict[str, list[Delivery]] = {worker: [] for worker in WORKERS}
        self.expected = 0
        self.cancelled: set[str] = set()
        self.expected += self.run(self.stage.plan(self.item)).deliveries

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def do(self, work: Callable[[Transaction], T]) -> T:
        return self.run(self.database.write(work, audited=False))

    def rows(self) -> list[Delivery]:
        return self.run(self.stage.deliveries())

    def some(self, state: DeliveryState, number: int) -> str:
        """The id of one delivery in `state`, or one that does not exist."""
        found = [d.id for d in self.rows() if d.state is state]
        return found[number % len(found)] if found else "nothing"

    @rule(later=st.integers(0, 90))
    def plan(self, later: int) -> None:
        at = self.clock.now() + timedelta(seconds=later)
        with suppress(Conflict):  # every account has it already
            self.expected += self.run(self.stage.plan(self.item, at)).deliveries

    @rule(worker=st.sampled_from(WORKERS), limit=st.integers(1, 6))
    def claim(self, worker: str, limit: int) -> None:
        now = self.clock.now()
        self.do(lambda tx: sweeping.promote(tx, now, 100))
        self.claimed[worker] += self.do(
            lambda tx: ledger.claim(tx, owner=worker, now=now, lease_until=now + LEASE, limit=limit)
        )

    @rule(worker=st.sampled_from(WORKERS))
    def begin(self, worker: str) -> None:
        taken, self.claimed[worker] = self.claimed[worker], []
        starts = [(delivery, "h", "k") for delivery in taken]
        now = self.clock.now()
        ours = self.do(lambda tx: ledger.begin(tx, owner=worker, starts=starts, now=now))
        assert {one for one, _ in ours}.isdisjoint(self.cancelled), "begun after cancellation"
        self.begun[worker] += [d for d in taken if (d.id, d.fence) in ours]

    @rule(worker=st.sampled_from(WORKERS))
    def claim_and_begin(self, worker: str) -> None:
        self.claim(worker=worker, limit=3)
        self.begin(worker=worker)

    @rule(
        worker=st.sampled_from(WORKERS),
        outcome=st.sampled_from(["taken", "lost-after", "lost-before", "busy", "refused"]),
        answers=st.booleans(),
    )
    def call(self, worker: str, outcome: str, answers: bool) -> None:
        """One call to the platform; without an answer the worker dies before it can write."""
        if not self.begun[worker]:
            return
        delivery = self.begun[worker].pop(0)
        if outcome in ("taken", "lost-after") and delivery.purpose is Purpose.PUBLISH:
            self.post(delivery)
        if answers:
            ended = self.ending(delivery, outcome)
            self.do(lambda tx: self.finish(tx, delivery, ended))

    def post(self, delivery: Delivery) -> None:
        """Every call makes a post: this platform posts again whatever is sent again."""
        self.shown += 1
        assert delivery.id not in self.cancelled, "sent after its cancellation"
        self.public[delivery.id] = f"r-{self.shown}"

    def ending(self, delivery: Delivery, outcome: str) -> Ending:
        now = self.clock.now()
        then: dict[str, Any] = {
            "taken": {
                "state": S.VERIFIED if delivery.purpose is Purpose.RECALL else S.ACCEPTED,
                "outcome": O.ACCEPTED,
                "remote_id": self.public.get(delivery.id, "r"),
            },
            "busy": {
                "state": S.BLOCKED,
                "outcome": O.BUSY,
                "reason": "busy",
                "next_at": now + timedelta(seconds=5),
                "burnt": 1,
            },
            "refused": {"state": S.FAILED, "outcome": O.REFUSED, "error_code": "rejected"},
        }.get(
            outcome,
            {"state": S.UNKNOWN, "outcome": O.UNKNOWN, "reason": "no-answer", "next_at": now},
        )
        lease = {"delivery_id": delivery.id, "fence": delivery.fence, "no": delivery.attempts + 1}
        return Ending(**lease, **then, finished_at=now)

    def finish(self, tx: Transaction, delivery: Delivery, ended: Ending) -> None:
        if not ledger.finish(tx, [ended]):
            return
        if ended.state is S.ACCEPTED:
            store.promote_next_part(tx, delivery, self.clock.now())
        if ended.state is S.VERIFIED:
            recalls.withdrawn(tx, delivery, self.clock.now())

    @rule(seconds=st.sampled_from([1, 10, 61, 3600]))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds)
        self.do(lambda tx: sweeping.reap(tx, self.clock.now()))
        self.do(lambda tx: sweeping.expire_late(tx, self.clock.now()))

    @rule()
    def crash(self) -> None:
        """Both workers die; the embedded hub starts again alone."""
        for worker in WORKERS:
            self.claimed[worker], self.begun[worker] = [], []
        self.do(lambda tx: sweeping.reap(tx, self.clock.now(), all_leases=True))

    @rule(number=st.integers(0, 20))
    def reconcile(self, number: int) -> None:
        """The platform shows what it has; what it never got is proved absent.

        A call that may still be on its way proves nothing: the honest answer is to wait.
        """
        one = self.some(S.UNKNOWN, number)
        if any(delivery.id == one for held in self.begun.values() for delivery in held):
            return
        remote_id = self.public.get(one, "")
        with suppress(Conflict, LookupError):
            self.run(
                self.stage.operations.resolve(
                    one, "media", published=bool(remote_id), remote_id=remote_id
                )
            )

    @rule(number=st.integers(0, 20), state=st.sampled_from(sorted(S)))
    def cancel(self, number: int, state: DeliveryState) -> None:
        one = self.some(state, number)
        self.cancelled |= set(self.run(self.stage.publishing.cancel("media", delivery_id=one)))

    @rule(number=st.integers(0, 20), state=st.sampled_from(sorted(S)))
    def retry(self, number: int, state: DeliveryState) -> None:
        with suppress(Conflict, LookupError):
            self.run(self.stage.operations.retry(self.some(state, number), "media"))

    @rule(later=st.integers(0, 90))
    def reschedule(self, later: int) -> None:
        wall = (self.clock.now() + timedelta(seconds=later)).replace(tzinfo=None)
        for plan in self.run(self.stage.publishing.plans()):
            with suppress(Conflict, InvalidInput):
                when = When(zone="UTC", wall=wall)
                self.run(self.stage.publishing.reschedule(plan.id, when, "media"))

    @precondition(lambda self: self.public)
    @rule()
    def recall(self) -> None:
        before = {d.id for d in self.rows() if d.state is S.CANCELLED}
        with suppress(Conflict):
            self.expected += self.run(
                self.stage.recalling.recall(self.item.id, "leader")
            ).deliveries
        self.cancelled |= {d.id for d in self.rows() if d.state is S.CANCELLED} - before

    @invariant()
    def nothing_is_lost(self) -> None:
        if hasattr(self, "loop"):
            assert len(self.rows()) == self.expected

    @invariant()
    def nothing_is_public_twice_or_unknown_to_us(self) -> None:
        if not hasattr(self, "loop"):
            return
        assert self.shown == len(self.public)
        ours = {d.id: d for d in self.rows()}
        for one in self.public:
            settled = ours[one].state
            assert settled not in {S.CANCELLED, S.EXPIRED, S.PLANNED}, settled

    @invariant()
    def every_change_is_in_the_table(self) -> None:
        if hasattr(self, "loop"):
            with self.database.engine.connect() as connection:
                steps = set(connection.exec_driver_sql("SELECT was, became FROM steps").all())
            assert {tuple(step) for step in steps} <= {(str(a), str(b)) for a, b in EDGES}

    @invariant()
    def every_row_says_what_it_waits_for(self) -> None:
        for row in self.rows() if hasattr(self, "loop") else ():
            if row.state in {S.BLOCKED, S.UNKNOWN}:
                assert row.next_at or row.reason
            if row.state in {S.CLAIMED, S.SENDING}:
                assert row.next_at
                assert row.lease_owner
            elif row.state in OPEN:
                assert row.lease_owner == ""

    @invariant()
    def an_account_has_one_running_attempt(self) -> None:
        if not hasattr(self, "loop"):
            return
        running = (
            select(deliveries.c.account_id, func.count())
            .join(attempts, attempts.c.delivery_id == deliveries.c.id)
            .where(deliveries.c.state == "sending", attempts.c.outcome == "")
            .group_by(deliveries.c.account_id)
        )
        with self.database.engine.connect() as connection:
            assert all(count == 1 for _, count in connection.execute(running))

    def teardown(self) -> None:
        if hasattr(self, "loop"):
            self.run(self.database.close())
            self.loop.close()


EDGES = LIFECYCLE.edges()
TestTraffic = Traffic.TestCase
TestTraffic.settings = settings(max_examples=examples(40), stateful_step_count=40, deadline=None)
