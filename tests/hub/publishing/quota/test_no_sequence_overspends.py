"""Whatever is planned, moved, sent, lost, retried and cancelled in whatever order: no account ever
posts more in a period than its quota allows, and every number that is held is one there is."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from hub.kernel.clock import ManualClock
from hub.kernel.database import Transaction
from hub.kernel.errors import Conflict, InvalidInput
from hub.kernel.ids import IdSource
from hub.organisations import store as organisations
from hub.organisations.models import Selection
from hub.publishing import ledger, store, sweeping
from hub.publishing.admission import Gatekeeper
from hub.publishing.ledger import Ending
from hub.publishing.models import Delivery, DeliveryState, Outcome, Priority, Quota
from hub.publishing.quota import store as slots
from hub.publishing.quota.service import Quotas
from hub.publishing.quota.tables import quota_slots
from hub.publishing.when import When
from tests.hub.publishing.test_no_sequence_doubles_a_post import Inline
from tests.scheduler.stage import Stage, open_stage
from tests.thoroughness import examples

pytestmark = pytest.mark.slow

S, O = DeliveryState, Outcome  # noqa: E741
QUOTAS = (Quota(count=1, period="day"), Quota(count=4, period="month", per="user", kept=1))
MOST = {"day": 1, "month": 4}
ZONE = ZoneInfo("Asia/Shanghai")
LEASE = timedelta(minutes=2)
WAITS = timedelta(days=5)
Step = tuple[str, int]


class Traffic:
    """Two accounts with one post a day and four a month, the last of them for emergencies."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.sent: Counter[tuple[str, str, str]] = Counter()
        self.taken: set[str] = set()  # deliveries that the platform has
        stage.book.held["toy"] = replace(stage.book.declaration("toy"), quotas=QUOTAS)

    async def go(self, steps: Iterable[Step]) -> None:
        await self.stage.accounts(2)
        for name, number in steps:
            action: Callable[[int], Awaitable[None]] = getattr(self, name)
            await action(number)
            await self.check()

    async def check(self) -> None:
        for (_, period, _), count in self.sent.items():
            assert count <= MOST[period], self.sent
        rows = await self.stage.database.read(lambda c: c.execute(select(quota_slots)).all())
        most = {quota.kind: quota.count for quota in QUOTAS}
        assert all(1 <= row.no <= most[row.kind] for row in rows)

    async def some(self, number: int, *states: DeliveryState) -> str:
        found = [d for d in await self.stage.deliveries() if d.state in states]
        return found[number % len(found)].id if found else "nothing"

    def when(self, hours: int) -> When:
        now = self.stage.clock.now()
        wall = (now + timedelta(hours=hours)).replace(tzinfo=None)
        return When(zone="UTC", wall=wall, not_after=now + timedelta(hours=hours) + WAITS)

    async def plan(self, number: int) -> None:
        """For some hour of these three days; one in four is urgent, every other of those takes
        the slots of others."""
        item = await self.stage.approved("一", 0)
        urgent, take = number % 4 == 0, number % 8 == 0
        priority = Priority.EMERGENCY if urgent else Priority.ROUTINE
        planning = self.stage.publishing.plan(
            item.id, Selection(), self.when(number), "media", priority, take_slots=take
        )
        with suppress(Conflict):
            await planning

    async def reschedule(self, number: int) -> None:
        plans = await self.stage.publishing.plans()
        if plans:
            plan = plans[number % len(plans)]
            with suppress(Conflict, InvalidInput):
                await self.stage.publishing.reschedule(plan.id, self.when(number), "media")

    async def send(self, number: int) -> None:
        """Claim what is due; the platform counts every call that reaches it."""
        now = self.stage.clock.now()
        outcomes = ("taken", "lost-after", "taken", "lost-before", "refused", "busy", "died")
        for delivery in await self.stage.do(self.claim):
            outcome = outcomes[number % len(outcomes)]
            if outcome in ("taken", "lost-after"):
                self.count(delivery, now)
            if outcome != "died":
                ended = self.ending(delivery, outcome, now)
                await self.stage.do(lambda tx, ended=ended: ledger.finish(tx, [ended]))

    def claim(self, tx: Transaction) -> list[Delivery]:
        now = self.stage.clock.now()
        sweeping.promote(tx, now, 100)
        rows = ledger.claim(tx, owner="w", now=now, lease_until=now + LEASE, limit=9)
        accounts = organisations.get_accounts(tx.connection, {d.account_id for d in rows})
        clearance = Gatekeeper(Quotas(self.stage.book)).clear(tx, rows, accounts, now)
        for one, (reason, until) in clearance.held.items():
            ledger.block(tx, [one], owner="w", reason=reason, next_at=until)
        cleared = [d for d in rows if d.id not in clearance.held]
        if cleared:
            ledger.begin(tx, owner="w", starts=[(d, "h", "k") for d in cleared], now=now)
        return cleared

    def count(self, delivery: Delivery, now: datetime) -> None:
        local = now.astimezone(ZONE)
        self.taken.add(delivery.id)
        self.sent[delivery.account_id, "day", f"{local:%Y-%m-%d}"] += 1
        self.sent[delivery.account_id, "month", f"{local:%Y-%m}"] += 1

    def ending(self, delivery: Delivery, outcome: str, now: datetime) -> Ending:
        unknown = {"state": S.UNKNOWN, "outcome": O.UNKNOWN, "reason": "no-answer"}
        then: dict[str, Any] = {
            "taken": {"state": S.ACCEPTED, "outcome": O.ACCEPTED, "remote_id": "r"},
            "refused": {"state": S.FAILED, "outcome": O.REFUSED, "error_code": "rejected"},
            "busy": {"state": S.BLOCKED, "outcome": O.BUSY, "reason": "busy", "next_at": now},
        }.get(outcome, unknown)
        lease = {"delivery_id": delivery.id, "fence": delivery.fence, "no": delivery.attempts + 1}
        return Ending(**lease, **then, finished_at=now)

    async def settle(self, number: int) -> None:
        """The platform shows the post whose answer was lost, or it is proved absent."""
        one = await self.some(number, S.UNKNOWN)
        there = one in self.taken
        settling = self.stage.operations.resolve(
            one, "media", published=there, remote_id="r" if there else ""
        )
        with suppress(Conflict, LookupError):
            await settling

    async def remove(self, number: int) -> None:
        """The platform's review takes down a post that it had accepted."""
        one = await self.some(number, S.ACCEPTED)
        values = {"state": S.FAILED, "error_code": "gone", "next_at": None}
        await self.stage.do(
            lambda tx: store.change_deliveries(tx, (S.ACCEPTED,), ids=[one], values=values)
        )

    async def retry(self, number: int) -> None:
        one = await self.some(number, S.FAILED, S.EXPIRED, S.BLOCKED)
        until = self.stage.clock.now() + WAITS
        with suppress(Conflict, LookupError):
            await self.stage.operations.retry(one, "media", until)

    async def cancel(self, number: int) -> None:
        one = await self.some(number, S.PLANNED, S.READY, S.BLOCKED, S.CLAIMED)
        await self.stage.publishing.cancel("media", delivery_id=one)

    async def wait(self, number: int) -> None:
        assert isinstance(self.stage.clock, ManualClock)
        self.stage.clock.advance((1, 6, 12, 24, 24, 30)[number % 6] * 3600)
        now = self.stage.clock.now()
        await self.stage.do(lambda tx: sweeping.reap(tx, now))
        await self.stage.do(lambda tx: sweeping.expire_late(tx, now))

    async def book(self, number: int) -> None:
        now = self.stage.clock.now()
        await self.stage.do(lambda tx: slots.commit_spent(tx, now - timedelta(days=62), now))


OFTEN = ("plan", "send", "wait")
NOW_AND_THEN = ("reschedule", "settle", "remove", "retry", "cancel", "book")
NAMES = [*OFTEN * 3, *NOW_AND_THEN]
STEPS = st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 71)), min_size=20, max_size=60)


@given(steps=STEPS)
@settings(max_examples=examples(15), deadline=None)
def test_no_sequence_spends_a_slot_twice(steps: list[Step]) -> None:
    async def on_a_database_in_memory() -> None:
        database = Inline()
        clock = ManualClock(datetime(2026, 3, 2, 1, tzinfo=UTC))
        await Traffic(await open_stage(database, clock, IdSource())).go(steps)
        await database.close()

    asyncio.run(on_a_database_in_memory())


@pytest.mark.parametrize("seed", range(2))
async def test_no_sequence_spends_a_slot_twice_on_either_database(stage: Stage, seed: int) -> None:
    random = Random(seed)
    steps = [("plan", 1), ("wait", 1), ("send", 0)]
    steps += [(random.choice(NAMES), random.randrange(72)) for _ in range(60)]
    traffic = Traffic(stage)
    await traffic.go(steps)
    assert traffic.sent, "nothing was sent, so nothing was shown"
