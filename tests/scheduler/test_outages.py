"""A platform that is away costs a handful of attempts, loses nothing, and everything goes out
when it is back; what one process learnt the others and its next life know."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from hub.kernel.clock import ManualClock
from hub.kernel.errors import Words
from hub.kernel.events import read_events
from hub.kernel.meter import NoMeter
from hub.publishing.errors import NotSent, Rejected, Throttled, Unknown
from hub.publishing.models import DeliveryState, Priority
from hub.publishing.ports import Accepted, Job
from hub.publishing.restraint import store as restraint
from hub.publishing.restraint.errors import NotHeld
from hub.publishing.restraint.models import Scope
from hub.publishing.restraint.service import Restraint
from scheduler.breaker import Breaker, BreakerSettings
from scheduler.dispatcher import Dispatcher
from scheduler.limits import Limiter
from scheduler.sharing import Sharing
from tests.scheduler.stage import Stage, resting, running
from tests.waiting import until

S = DeliveryState
SAID = Words("连不上", "no connection")
SETTINGS = BreakerSettings()


async def away(job: Job) -> Accepted | None:
    raise NotSent(SAID, platform_code="ClientConnectorError")


def breaker_of(stage: Stage) -> Breaker:
    return Breaker(stage.clock, Random(7), SETTINGS)


def sharing_of(stage: Stage, breaker: Breaker, dispatcher: Dispatcher) -> Sharing:
    return Sharing(
        stage.database, stage.clock, NoMeter(), breaker, dispatcher._limiter, dispatcher.wake
    )


async def _held(stage: Stage) -> bool:
    found = await stage.deliveries()
    return all(d.state in (S.BLOCKED, S.ACCEPTED, S.UNKNOWN, S.FAILED) for d in found)


async def go_on(stage: Stage, dispatcher: Dispatcher, seconds: float) -> None:
    """Let so much time pass, and everything come to rest again."""
    assert isinstance(stage.clock, ManualClock)
    stage.clock.advance(seconds)
    dispatcher.wake()
    await until(lambda: _nothing_due(stage))
    await until(lambda: _held(stage))


async def _nothing_due(stage: Stage) -> bool:
    now = stage.clock.now()
    found = await stage.deliveries()
    return not [d for d in found if d.state is S.BLOCKED and d.next_at and d.next_at <= now]


async def test_an_outage_of_hours_costs_a_handful_of_attempts_and_no_try(stage: Stage) -> None:
    stage.platform.always = away
    await stage.plan(await stage.approved(accounts=60))
    breaker = breaker_of(stage)
    async with running(stage.dispatcher(breaker=breaker)) as dispatcher:
        sharing = sharing_of(stage, breaker, dispatcher)
        dispatcher.wake()
        await until(lambda: _held(stage))
        for _ in range(60):
            await sharing.look()
            await go_on(stage, dispatcher, 120)
        calls = len(stage.platform.calls)
        assert 20 <= calls <= 20 + 24 + 60, calls  # to open it, on their way then, and probes
        found = await stage.deliveries()
        assert {d.state for d in found} == {S.BLOCKED}
        assert sum(d.tries for d in found) <= 20
        stage.platform.always = None
        await go_on(stage, dispatcher, 600)
        await sharing.look()  # it closed: all who waited go at once
        dispatcher.wake()
        await resting(stage)
    assert len(stage.platform.posts) == 60
    assert {d.state for d in await stage.deliveries()} == {S.ACCEPTED}


async def test_an_outage_of_silence_leaves_few_posts_unknown(stage: Stage) -> None:
    async def hang(job: Job) -> Accepted | None:
        raise Unknown(SAID, platform_code="TimeoutError")

    stage.platform.always = hang
    await stage.plan(await stage.approved(accounts=100))
    breaker = breaker_of(stage)
    async with running(stage.dispatcher(breaker=breaker)) as dispatcher:
        dispatcher.wake()
        await until(lambda: _held(stage))
    states = await stage.states()
    assert states.count("unknown") <= 20 + 24
    assert {d.reason for d in await stage.deliveries(state="blocked")} == {"breaker-open"}


async def test_posts_that_are_refused_stop_nobody_else(stage: Stage) -> None:
    async def refuse_some(job: Job) -> Accepted | None:
        if job.part.text == "坏":
            raise Rejected(SAID, platform_code="20021")
        return None

    stage.platform.always = refuse_some
    await stage.accounts(40)
    for text in ("坏", "好"):
        await stage.plan(await stage.approved(text, 0))
    async with running(stage.dispatcher()) as dispatcher:
        dispatcher.wake()
        await resting(stage)
    assert (await stage.states()).count("accepted") == 40


async def test_one_account_s_trouble_holds_only_its_own(stage: Stage) -> None:
    first, *_ = await stage.accounts(5)

    async def one_is_away(job: Job) -> Accepted | None:
        if job.access.account_id == first.id:
            raise NotSent(SAID)
        return None

    stage.platform.always = one_is_away
    for text in "一二三四五六七":
        await stage.plan(await stage.approved(text, 0))
    async with running(stage.dispatcher()) as dispatcher:
        dispatcher.wake()
        await until(lambda: _held(stage))
    held = await stage.deliveries(state="blocked")
    assert {d.account_id for d in held} == {first.id}
    assert [d.reason for d in held].count("breaker-open") >= 2
    assert {d.tries for d in held if d.reason == "breaker-open" and not d.attempts} == {0}
    assert len(stage.platform.posts) == 28


async def test_an_emergency_probes_at_once(stage: Stage) -> None:
    stage.platform.always = away
    await stage.plan(await stage.approved(accounts=60))
    urgent = await stage.approved("急", 0)
    async with running(stage.dispatcher()) as dispatcher:
        dispatcher.wake()
        await until(lambda: _held(stage))
        stage.platform.always = None
        first = (await stage.deliveries())[0].account_id
        await stage.plan(urgent, ids=[first], priority=Priority.EMERGENCY)
        dispatcher.wake()
        await until(lambda: _posted(stage, "急"))


async def _posted(stage: Stage, text: str) -> bool:
    return any(posted == text for _, _, posted in stage.platform.posts)


async def test_what_opened_and_closed_is_written_down_and_told(stage: Stage) -> None:
    stage.platform.always = away
    await stage.plan(await stage.approved(accounts=60))
    breaker = breaker_of(stage)
    async with running(stage.dispatcher(breaker=breaker)) as dispatcher:
        sharing = sharing_of(stage, breaker, dispatcher)
        dispatcher.wake()
        await until(lambda: _held(stage))
        await sharing.look()
        [known] = await stage.database.read(restraint.open_breakers)
        assert (known.scope, known.channel, known.cause) == (
            "platform",
            "toy",
            "ClientConnectorError",
        )
        account = await stage.organisations.account((await stage.deliveries())[0].account_id)
        assert known.words == SAID
        over = await stage.database.read(lambda c: restraint.breakers_over(c, [account]))
        assert over == {account.id: [known]}
        stage.platform.always = None
        await go_on(stage, dispatcher, 60)
        await sharing.look()
        await resting(stage)
    assert await stage.database.read(restraint.open_breakers) == []
    told = [e["kind"] for e in await stage.database.read(lambda c: read_events(c, subject="toy"))]
    assert told == ["publishing.breaker.opened", "publishing.breaker.closed"]


async def test_the_next_life_knows_what_is_broken(stage: Stage) -> None:
    stage.platform.always = away
    await stage.plan(await stage.approved(accounts=60))
    breaker = breaker_of(stage)
    async with running(stage.dispatcher(breaker=breaker)) as dispatcher:
        dispatcher.wake()
        await until(lambda: _held(stage))
        await sharing_of(stage, breaker, dispatcher).look()
    calls = len(stage.platform.calls)
    await stage.do(lambda tx: tx.connection.exec_driver_sql("UPDATE deliveries SET next_at = 0"))
    reborn = breaker_of(stage)
    second = stage.dispatcher("w2", breaker=reborn)
    await sharing_of(stage, reborn, second).look()  # as a hub does before it sends anything
    async with running(second):
        await until(lambda: _nothing_due(stage))
        await until(lambda: _held(stage))
    assert len(stage.platform.calls) == calls


async def test_a_pause_outlives_the_process_and_is_obeyed_by_the_others(stage: Stage) -> None:
    stage.platform.answers.append(Throttled(SAID, retry_after=timedelta(seconds=90), scope="app"))
    await stage.plan(await stage.approved(accounts=5))
    async with running(stage.dispatcher(connections=1)) as dispatcher:
        dispatcher.wake()
        await until(lambda: _held(stage))
        await sharing_of(stage, breaker_of(stage), dispatcher).look()
    calls = len(stage.platform.calls)
    await stage.do(lambda tx: tx.connection.exec_driver_sql("UPDATE deliveries SET next_at = 0"))
    second = stage.dispatcher("w2", connections=1)
    await sharing_of(stage, breaker_of(stage), second).look()
    async with running(second) as dispatcher:
        await until(lambda: _nothing_due(stage))
        await until(lambda: _held(stage))
        assert len(stage.platform.calls) == calls
        await go_on(stage, dispatcher, 91)
    assert len(stage.platform.posts) == 5
    ended = {(d.tries, d.attempts) for d in await stage.deliveries()}
    assert ended <= {(0, 1), (0, 2), (0, 3)}  # either process may have begun one and not called


async def test_a_pause_that_is_over_is_forgotten(stage: Stage) -> None:
    limiter, now = Limiter(stage.clock), stage.clock.now()
    await stage.do(
        lambda tx: restraint.save_pauses(
            tx, {"old": now - timedelta(seconds=1), "new": now + timedelta(seconds=9)}
        )
    )
    await stage.do(lambda tx: restraint.save_pauses(tx, {"new": now + timedelta(seconds=5)}))
    known = await stage.database.read(lambda c: restraint.known_pauses(c, now))
    assert known == {"new": now + timedelta(seconds=9)}
    assert await stage.do(lambda tx: restraint.drop_old_pauses(tx, now)) == 1
    limiter.learn(known)
    assert limiter.untold() == {}  # nobody is told what was learnt
    assert limiter.pausing


async def _posted_so_many(stage: Stage, count: int) -> bool:
    return len(stage.platform.posts) >= count


async def test_a_person_lets_a_breaker_go_and_what_waited_is_tried_at_once(stage: Stage) -> None:
    stage.platform.always = away
    await stage.plan(await stage.approved(accounts=60))
    breaker = breaker_of(stage)
    async with running(stage.dispatcher(breaker=breaker)) as dispatcher:
        sharing = sharing_of(stage, breaker, dispatcher)
        dispatcher.wake()
        await until(lambda: _held(stage))
        await sharing.look()
        stage.platform.always = None
        account = await stage.organisations.account((await stage.deliveries())[0].account_id)
        hand = Restraint(stage.database, stage.clock, dispatcher.wake)
        with pytest.raises(NotHeld):
            await hand.release(account, Scope.ACCOUNT, actor="media")
        released = await hand.release(account, Scope.PLATFORM, actor="media")
        assert released >= 16
        # claimed before this process learns of it, all of it is put back once more
        await until(lambda: _held(stage))
        await sharing.look()
        await until(lambda: _posted_so_many(stage, released))  # though no time has passed
        await go_on(stage, dispatcher, 600)
        await resting(stage)
    assert {d.state for d in await stage.deliveries()} == {S.ACCEPTED}
    told = await stage.database.read(lambda c: read_events(c, subject=account.id))
    kinds = [(one["kind"], one["actor"]) for one in told]
    assert kinds.count(("publishing.breaker.released", "media")) == 1
