"""After a crash, an outage, or while the database is away: nothing lost, nothing doubled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

import pytest

from hub.kernel.clock import ManualClock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Unavailable, Words
from hub.kernel.meter import Meter, NoMeter
from hub.organisations.authority.sight import Sight
from hub.publishing import ledger, store
from hub.publishing.holding import check_held
from hub.publishing.models import DeliveryState
from hub.publishing.outages.service import Outages
from hub.publishing.ports import Accepted, Job
from scheduler.dispatcher import Dispatcher
from scheduler.reconciler import LOCK
from scheduler.sweep import HEARTBEAT, Sweep
from tests.scheduler.stage import Stage, resting, running
from tests.waiting import until

S = DeliveryState
HOUR = timedelta(hours=1)
OUTAGE = timedelta(minutes=30)
T = TypeVar("T")


class Flaky:
    """A database whose server goes away; what it commits in the last moment is durable, and
    nobody hears of it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.meter: Meter = NoMeter()
        self.away = False
        self.swallow = 0
        self.refused = 0

    async def write(self, work: Callable[[Transaction], T], *, audited: bool = True) -> T:
        self._check()
        done = await self._database.write(work, audited=audited)
        if self.swallow > 0:
            self.swallow -= 1
            self._refuse()
        return done

    async def read(self, work: Callable[[Any], T]) -> T:
        self._check()
        return await self._database.read(work)

    async def close(self) -> None:
        return

    def _check(self) -> None:
        if self.away:
            self._refuse()

    def _refuse(self) -> None:
        self.refused += 1
        raise Unavailable(Words("不在", "away"))


def told(stage: Stage) -> ManualClock:
    assert isinstance(stage.clock, ManualClock)
    return stage.clock


async def tick(stage: Stage) -> bool:
    """Let a second of the told clock pass; for those who wait for the database."""
    told(stage).advance(1)
    await asyncio.sleep(0.01)
    return True


async def test_a_database_that_is_away_loses_and_doubles_nothing(stage: Stage) -> None:
    flaky = Flaky(stage.database)

    async def away_while_sending(job: Job) -> Accepted | None:
        if len(stage.platform.calls) == 3:
            flaky.away = True
        return None

    stage.platform.always = away_while_sending
    await stage.plan(await stage.approved(accounts=12))
    async with running(stage.dispatcher(connections=3, database=flaky)) as dispatcher:
        dispatcher.wake()
        await until(lambda: _refused(flaky, 3))
        for _ in range(3):
            await tick(stage)
        flaky.away = False
        sweep = Sweep(stage.database, stage.clock, NoMeter(), OUTAGE)

        async def done() -> bool:
            await tick(stage)
            if not dispatcher.busy:  # time passes only for what nobody works on
                told(stage).advance(30)
            await sweep.sweep()
            dispatcher.wake()
            return set(await stage.states()) == {"accepted"}

        await until(done)
    assert len(stage.platform.posts) == len(set(stage.platform.calls)) == 12


async def _refused(flaky: Flaky, count: int) -> bool:
    await asyncio.sleep(0)
    return flaky.refused >= count or flaky.away


@pytest.mark.parametrize("lost_commit", range(1, 7))
async def test_a_commit_that_nobody_heard_of_is_not_done_twice(
    stage: Stage, lost_commit: int
) -> None:
    """The n-th write is durable, but its answer is lost with the connection."""
    await stage.plan(await stage.approved())
    flaky = Flaky(stage.database)
    writes = 0
    original = flaky.write

    async def counted(work: Any, *, audited: bool = True) -> Any:
        nonlocal writes
        writes += 1
        flaky.swallow = int(writes == lost_commit)
        return await original(work, audited=audited)

    flaky.write = counted  # type: ignore[method-assign]
    sweep = Sweep(stage.database, stage.clock, NoMeter(), timedelta(days=9))
    reconciler = stage.reconciler()
    async with running(stage.dispatcher(connections=1, database=flaky)) as dispatcher:

        async def done() -> bool:
            dispatcher.wake()
            await tick(stage)
            told(stage).advance(31)
            await sweep.sweep()
            await reconciler.settle_unknown()
            return set(await stage.states()) == {"accepted"}

        await until(done)
    assert len(stage.platform.posts) == 1


async def test_after_a_crash_what_was_claimed_goes_on_and_what_was_sent_is_asked(
    stage: Stage,
) -> None:
    await stage.plan(await stage.approved(accounts=2))
    now = told(stage).now()

    def crash(tx: Transaction) -> None:
        claimed = ledger.claim(tx, owner="dead", now=now, lease_until=now + HOUR, limit=9)
        ledger.begin(tx, owner="dead", starts=[(claimed[0], "h", "k")], now=now)

    await stage.do(crash)
    sweep = Sweep(stage.database, stage.clock, NoMeter(), OUTAGE)
    await sweep.recover(alone=False)
    assert await stage.states() == ["sending", "claimed"]  # another process may still hold them
    await sweep.recover(alone=True)
    assert await stage.states() == ["unknown", "ready"]
    assert (await stage.deliveries(state="unknown"))[0].reason == "crash"


async def test_after_a_crash_a_question_is_asked_again_at_once(stage: Stage) -> None:
    """Whoever died while a platform was being asked leaves nobody waiting for the minute that he
    had kept for himself."""
    await stage.plan(await stage.approved(accounts=4))
    unknown, accepted, later, person = await stage.deliveries()
    now = told(stage).now()
    await stage.change(unknown.id, state=S.UNKNOWN, reason="crash", next_at=now)
    await stage.change(accepted.id, state=S.ACCEPTED, remote_id="r", next_at=now)
    await stage.change(later.id, state=S.UNKNOWN, reason="no-answer", next_at=now + HOUR)
    await stage.change(person.id, state=S.UNKNOWN, reason="person", next_at=None)
    for state in (S.UNKNOWN, S.ACCEPTED):
        assert await stage.do(lambda tx, s=state: store.lock_for_check(tx, s, now, now + LOCK, 9))
    sweep = Sweep(stage.database, stage.clock, NoMeter(), OUTAGE)
    await sweep.recover(alone=False)
    assert (await stage.delivery(unknown.id)).next_at == now + LOCK  # another may be asking
    await sweep.recover(alone=True)
    times = {d.id: d.next_at for d in await stage.deliveries()}
    assert times == {unknown.id: now, accepted.id: now, later.id: now + HOUR, person.id: None}


async def test_an_outage_s_backlog_waits_for_a_person(stage: Stage) -> None:
    item = await stage.approved(accounts=2)
    await stage.plan(item, told(stage).now() + timedelta(minutes=5))
    sweep = Sweep(stage.database, stage.clock, NoMeter(), OUTAGE)
    await sweep.beat()
    told(stage).advance(3600)
    await sweep.recover(alone=True)
    assert {d.reason for d in await stage.deliveries(state="blocked")} == {"outage"}
    outages = Outages(stage.database, stage.clock)
    assert await outages.release(Sight(frozenset(), whole=True), "media", "机房恢复") == 2
    async with running(stage.dispatcher()) as dispatcher:
        dispatcher.wake()
        await resting(stage)
    assert len(stage.platform.posts) == 2


async def test_a_short_stop_holds_nothing_back(stage: Stage) -> None:
    await stage.plan(await stage.approved(), told(stage).now() + timedelta(minutes=5))
    sweep = Sweep(stage.database, stage.clock, NoMeter(), OUTAGE)
    await sweep.beat()
    told(stage).advance(29 * 60)
    await sweep.recover(alone=True)
    await sweep.sweep()
    assert await stage.states() == ["planned"]


async def test_the_sweep_expires_and_frees_by_the_rows_alone(stage: Stage) -> None:
    soon = told(stage).now() + timedelta(minutes=1)
    await stage.plan(await stage.approved(accounts=2), not_after=soon)
    late, dead = await stage.deliveries()
    await stage.change(dead.id, state=S.BLOCKED, reason="reconnect", not_after=soon + HOUR)
    told(stage).advance(61)
    sweep = Sweep(stage.database, stage.clock, NoMeter(), OUTAGE)
    await sweep.sweep()
    assert (await stage.delivery(late.id)).state is S.EXPIRED
    assert (await stage.delivery(dead.id)).state is S.READY


async def test_the_heartbeat_tells_its_age(stage: Stage) -> None:
    sweep = Sweep(stage.database, stage.clock, NoMeter(), OUTAGE)
    assert sweep.heartbeat_age() is None
    for _ in range(2):
        await sweep.beat()
        told(stage).advance(3)
    assert sweep.heartbeat_age() == timedelta(seconds=3)
    last = await stage.database.read(lambda c: store.last_beat(c, HEARTBEAT))
    assert last == told(stage).now() - timedelta(seconds=3)


class Shown(NoMeter):
    def __init__(self) -> None:
        self.backlog: dict[tuple[str, str], int] = {}
        self.ages: dict[str, timedelta] = {}

    def show_backlog(self, counts: Any) -> None:
        self.backlog = dict(counts)

    def show_oldest_unknown(self, ages: Any) -> None:
        self.ages = dict(ages)


async def test_backlog_and_oldest_unknown_are_measured(stage: Stage) -> None:
    await stage.plan(await stage.approved(accounts=4))
    one, two, three, _ = await stage.deliveries()
    began = told(stage).now() - HOUR
    await stage.change(one.id, state=S.UNKNOWN, reason="crash", handed_over_at=began)
    await stage.change(two.id, state=S.SENDING)
    await stage.change(three.id, state=S.PLANNED)
    shown = Shown()
    await Sweep(stage.database, stage.clock, shown, OUTAGE).measure()
    assert shown.backlog == {("toy", "unknown"): 1, ("toy", "sending"): 1, ("toy", "ready"): 1}
    assert shown.ages == {"toy": HOUR}


async def test_a_worker_that_was_paused_past_its_lease_calls_for_nothing_it_had_begun(
    stage: Stage,
) -> None:
    """Stopped between writing ahead and calling; what another process did meanwhile is not done
    again when it goes on."""
    clock = told(stage)
    begun = asyncio.Event()

    async def paused_before_it_leaves(job: Job) -> Accepted | None:
        begun.set()
        clock.advance(120)  # two leases
        check_held()  # as the wire does where bytes leave
        return None

    stage.platform.always = paused_before_it_leaves
    await stage.plan(await stage.approved())
    async with running(stage.dispatcher()) as dispatcher:
        dispatcher.wake()
        await until(lambda: _idle(begun, dispatcher))
    assert stage.platform.posts == []
    assert await stage.states() == ["sending"]
    await Sweep(stage.database, clock, NoMeter(), OUTAGE).sweep()
    assert await stage.states() == ["unknown"]


async def _idle(begun: asyncio.Event, dispatcher: Dispatcher) -> bool:
    await asyncio.sleep(0)
    return begun.is_set() and not dispatcher.busy
