"""The roles as real processes: workers and clocks are killed, frozen and stopped in the middle of a
wave, a web process while it answers citizens.

A worker that was killed is followed by another; one that was frozen past its lease calls for
nothing it had begun; a clock that was frozen finds another leading. What platforms show and what
the ledger says are the same, and nothing is there twice. A message that a web process had kept when
it was killed is answered once, or the ledger says why not.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from app.compose import Hub, open_hub
from app.keys import new_key
from app.nodes.node import LEAD
from app.settings import Settings
from hub.catalogue.models import Item
from hub.conversation.models import MessageState
from hub.kernel.nodes.service import Nodes
from hub.organisations.models import NewAccount, Selection
from hub.publishing.models import Delivery, DeliveryState
from hub.publishing.service import When
from simulators.scaled.processes import Process, Processes, environment_of, running_processes
from simulators.scaled.servers import RedisServer, running_redis
from simulators.staging import approve, running_town, site_of, stage
from tests import waiting
from tests.crash.citizens import Citizens, following
from tests.emptied import fresh
from tests.modes import SCALED, Mode

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_000)]

S = DeliveryState
CHANNELS = frozenset({"mastodon", "weibo"})
BODIES, WAVES = 5, 2
PATIENCE_S = 400
# what other processes do is seen by looking only
until = partial(waiting.until, seconds=PATIENCE_S, every=0.2)


@dataclass(frozen=True, slots=True)
class Installation:
    hub: Hub
    town: str
    items: Sequence[Item]
    processes: Processes
    redis: RedisServer | None

    async def plan(self, item: Item) -> None:
        await self.hub.publishing.plan(item.id, Selection(), When(zone="UTC"), "media")

    async def deliveries(self) -> list[Delivery]:
        return await self.hub.operations.find(limit=1_000)

    async def leader(self) -> int:
        """The pid of the process that holds the lease."""
        lease = await Nodes(self.hub.database, self.hub.clock).lease(LEAD)
        return int(lease.owner.split(":")[1]) if lease else 0

    async def held_by(self, worker: Process) -> list[Delivery]:
        pid = str(worker.child.pid)
        found = await self.deliveries()
        return [one for one in found if one.lease_owner and one.lease_owner.split(":")[1] == pid]

    async def begun(self) -> int:
        return sum(one.attempts > 0 for one in await self.deliveries())

    async def out(self) -> bool:
        found = await self.deliveries()
        return all(one.state in (S.ACCEPTED, S.VERIFIED) for one in found)

    async def shown(self) -> Counter[tuple[str, str]]:
        """How often each account's public shows each text."""
        url = f"{self.town}/_control/shown"
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            found = await answer.json()
        return Counter((post["account"], post["text"]) for name in CHANNELS for post in found[name])


def hastened(account: NewAccount) -> NewAccount:
    """Weibo may take minutes to show a post; here what is absent is known for absent sooner."""
    if account.channel != "weibo":
        return account
    return replace(account, settings={**account.settings, "review_minutes": "0.5"})


@dataclass(frozen=True, slots=True)
class Base:
    """What processes share: a database, and a Redis of their own in its mode."""

    mode: Mode
    folder: Path
    told: Mapping[str, object]
    redis: RedisServer | None

    def settings(self, **more: object) -> Settings:
        told: dict[str, Any] = {**self.told, **more}
        return Settings(
            home=self.folder / "person", **told | {"secret_keys": (told["secret_keys"],)}
        )


@pytest.fixture
async def base(mode: Mode, tmp_path: Path) -> AsyncIterator[Base]:
    async with AsyncExitStack() as stack:
        redis, url = None, f"sqlite:///{tmp_path / 'gongkai.db'}"
        if mode is not Mode.SQLITE:
            url = await stack.enter_async_context(fresh(os.environ["GONGKAI_TEST_POSTGRES"]))
        if mode is Mode.REDIS:
            redis = await stack.enter_async_context(running_redis(tmp_path))
        told = {
            "database_url": url,
            "redis_url": redis.url if redis else "",
            "secret_keys": new_key("k1"),
            "lease_seconds": 30,
            "leader_seconds": 5,
            "sweep_seconds": 1,
            "connections": 4,
        }
        yield Base(mode, tmp_path, told, redis)


@pytest.fixture
async def installation(base: Base) -> AsyncIterator[Installation]:
    async with AsyncExitStack() as stack:
        town = await stack.enter_async_context(running_town())
        told = {**base.told, "site_url": site_of(town)}
        hub = await stack.enter_async_context(open_hub(base.settings(site_url=site_of(town))))
        staged = await stage(hub, town, BODIES, WAVES, only=CHANNELS, adapt=hastened)
        for item in staged.items:
            await approve(hub, item)
        processes = await stack.enter_async_context(
            running_processes(base.folder, environment_of(**told))
        )
        yield Installation(hub, town, staged.items, processes, base.redis)


@pytest.mark.parametrize("mode", SCALED, indirect=True)
async def test_faults_of_processes_lose_and_double_nothing(installation: Installation) -> None:
    start = installation.processes.start
    killed, frozen, first, second = await asyncio.gather(
        start("worker"), start("worker"), start("clock"), start("clock")
    )
    await installation.plan(installation.items[0])
    await until(lambda: _true(installation.begun(), 1))

    await killed.kill()
    frozen.pause()
    if installation.redis is not None:  # gone, and back with nothing in it
        await installation.redis.stop()
        await installation.redis.start()
    successor = await start("worker")
    await _clock_is_followed(installation, [first, second])
    await until(installation.out)
    assert await installation.held_by(frozen) == []
    frozen.go_on()

    await installation.plan(installation.items[1])
    await until(lambda: _true(installation.begun(), BODIES * len(CHANNELS) + 1))
    had = {one.id for one in await installation.held_by(successor)}
    assert await successor.stop() == 0
    assert await installation.held_by(successor) == [], "it gave back what it had claimed"
    # what the worker that was frozen has begun may be unknown for a while, and is settled below
    left = [one for one in await installation.deliveries() if one.id in had]
    assert not [one for one in left if one.state in (S.UNKNOWN, S.FAILED)]
    await until(installation.out)

    shown = await installation.shown()
    assert len(shown) == len(await installation.deliveries()) == BODIES * len(CHANNELS) * WAVES
    assert set(shown.values()) == {1}
    assert await frozen.stop() == 0


async def _clock_is_followed(installation: Installation, clocks: Sequence[Process]) -> None:
    """The leader is frozen past its lease: the other one leads, and goes on leading when the first
    goes on. Then the new leader is killed, and the first leads again."""
    pids = {clock.child.pid: clock for clock in clocks}
    await until(lambda: _is(installation.leader(), *pids))
    former = await installation.leader()
    (other,) = pids.keys() - {former}
    pids[former].pause()
    await until(lambda: _is(installation.leader(), other))
    pids[former].go_on()
    await until(lambda: _says(pids[former], "lead.ended"))
    assert await installation.leader() == other
    await pids[other].kill()
    await until(lambda: _is(installation.leader(), former))
    # on a busy machine the lease may go to and fro more often
    assert len(pids[former].said("lead.begun")) >= 2


async def _true(count: Awaitable[int], least: int) -> bool:
    return await count >= least


async def _is(found: Awaitable[int], *wanted: int) -> bool:
    return await found in wanted


async def _says(process: Process, event: str) -> bool:
    return bool(process.said(event))


async def test_a_killed_web_process_loses_no_message_and_answers_nobody_twice(base: Base) -> None:
    """On SQLite the one process that there is; with servers one of two web processes."""
    async with (
        open_hub(base.settings()) as hub,
        following(hub) as citizens,
        running_processes(base.folder, environment_of(**base.told)) as processes,
    ):
        if base.mode is Mode.SQLITE:
            victim = await processes.start("run")
        else:
            victim, successor, _ = await asyncio.gather(
                *(processes.start(role) for role in ("web", "web", "worker"))
            )
        await citizens.meet(victim.address)
        left = await _killed_while_answering(victim, citizens)
        if base.mode is Mode.SQLITE:
            successor = await processes.start("run")
        citizens.address = successor.address
        citizens.ask(2)
        async with asyncio.timeout(PATIENCE_S):
            await citizens.taken()
        await until(lambda: _none(citizens.open(*left)))

        kept, read = await citizens.kept(), citizens.read()
        assert left <= set(kept)
        assert set(kept) == set(read), "everything that was written is kept"
        assert max(read.values()) == 1, Counter(kept.values())
        # what was just being answered may be read and not recorded, or given up, and is told so
        answered = {text for text, state in kept.items() if state is MessageState.ANSWERED}
        assert set(kept) - answered <= left
        assert answered <= {text for text, times in read.items() if times}


async def _killed_while_answering(victim: Process, citizens: Citizens) -> set[str]:
    """Let people write until something is kept and not yet answered, and kill the process that had
    it: what that was."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            citizens.ask(5)
            if await citizens.open():
                victim.pause()
                if left := await citizens.open():
                    await victim.kill()
                    return left
                victim.go_on()
            await asyncio.sleep(0.01)


async def _none(found: Awaitable[set[str]]) -> bool:
    return not await found
