"""A day of the hub, compressed: memory flat, no connection, file or task left over.

The real hub lives through 24 hours in half an hour (`--quick`: one hour in one): what
`gongkai run` wires, with publishers over sockets to the simulated platforms, citizens who are
answered, staff in the console, a program at the API, a platform away for a while, and every
recurring job. Its clock leaps ahead whenever nothing is being done (benchmarks/soak/leaping.py).
Every half hour it is looked at. `--scaled` is the same over PostgreSQL and Redis, which is away
for some minutes, with a second worker that is drained.

    python -m benchmarks.bench_soak [--quick] [--scaled] [--hours N] [--step S] [--keep FOLDER]

`--step` is how many seconds the clock leaps at once: on a busy machine fewer and longer leaps end
sooner, and recurring jobs run so much more rarely.

`memory_growth_mib` is what the line of least squares through the process's own memory since the
fourth hour gains in a day; in less than a day memory is still being filled, and `memory_gained_mib`
only tells. `leaked_*` compare two rests, after the fourth hour and at the end, in which nobody did
anything until what the network keeps open was closed (with `--quick` only the database's
connections are counted, for the others are kept longer than its rests, and what serves them; in
less than a day neither are the threads of pools, which fill as they are needed). `lost` and
`duplicated` compare the ledger with what the platforms show, `owed` is citizens without an answer.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.compose import open_hub
from app.keys import new_key
from benchmarks.soak.day import FULL, QUICK, Deed, Kind, Shape, deeds
from benchmarks.soak.leaping import FollowingClock, Page
from benchmarks.soak.process import HubProcess, environment, running, settings_for
from benchmarks.soak.verdict import MIB, Sample, grown, largest_growth, left_over, steady
from benchmarks.soak.world import World, opened_town
from simulators.citizens.staging import connect, staged
from simulators.scaled.servers import RedisServer, running_postgres, running_redis

_POLLS = {"weibo": "60", "mastodon": "60"}  # seconds; every call costs what it does in a day
_STREAMS = ("RequestHandler", "webchat-look")  # what serves somebody who holds a stream open
_POOLS = ("uvloop_", "search_", "sqlite-read_")  # of so many threads at most, begun when needed
_CONNECTED = ("sockets", "incoming")
_THEIRS_S = 30.0  # until clients have closed what they do not use
_DAY_H = 24.0
_LOOKS, _BETWEEN_S = 4, 0.3  # in a rest
_TOLD = 12  # of what grew most


class Soak:
    """One day while it goes on."""

    def __init__(
        self,
        shape: Shape,
        world: World,
        hub: HubProcess,
        clock: FollowingClock,
        redis: RedisServer | None,
    ) -> None:
        self._shape, self._world, self._hub = shape, world, hub
        self._clock, self._redis = clock, redis
        self._stack = AsyncExitStack()
        self.drained: int | None = None
        self._more: Any = None
        self._worker: HubProcess | None = None
        self.samples: list[Sample] = []
        self.rests: list[Sample] = []

    async def live(self, more: Any) -> None:
        """Everything in its order; `more` starts one more worker."""
        self._more = more
        begun = self._clock.monotonic()
        async with self._stack:
            for deed in deeds(self._shape, scaled=self._redis is not None):
                if deed.after > self._shape.end:
                    continue
                await self._clock.sleep(
                    begun + deed.after.total_seconds() - self._clock.monotonic()
                )
                with self._world.held():
                    await self._do(deed)

    async def _do(self, deed: Deed) -> None:
        world = self._world
        match deed.kind:
            case Kind.CITIZENS:
                await world.converse(deed.count)
            case Kind.PUBLISH:
                await world.publish()
            case Kind.BURST:
                await world.burst(deed.count)
            case Kind.STAFF:
                await world.visits.staff()
            case Kind.READERS:
                await world.visits.readers(deed.count)
            case Kind.AWAY:
                world.go_away()
            case Kind.BACK:
                world.come_back()
            case Kind.SAMPLE | Kind.REST:
                await self._look(deed)
            case _:
                await self._surroundings(deed.kind)

    async def _surroundings(self, kind: Kind) -> None:
        """Redis and the second worker, which only the scaled installation has."""
        if kind is Kind.REDIS_AWAY and self._redis is not None:
            await self._redis.stop()
        if kind is Kind.REDIS_BACK and self._redis is not None:
            await self._redis.start()
        if kind is Kind.WORKER:
            self._worker = await self._stack.enter_async_context(self._more())
        if kind is Kind.DRAIN and self._worker is not None:
            self.drained = await self._worker.stop()

    async def _look(self, deed: Deed) -> None:
        if deed.kind is Kind.REST:
            await asyncio.sleep(self._shape.rest)
        hour = deed.after.total_seconds() / 3600
        sample = Sample(hour=hour, **await self._hub.sample())
        if deed.kind is Kind.REST:
            more = [sample]
            for _ in range(_LOOKS):
                await asyncio.sleep(_BETWEEN_S)
                more.append(Sample(hour=hour, **await self._hub.sample()))
            sample = steady(more)
            self.rests.append(sample)
        self.samples.append(sample)
        print(_line(sample), flush=True)


async def run(home: Path, shape: Shape, scaled: bool) -> dict[str, Any]:
    begun = time.monotonic()
    alerts: list[str] = []
    page = home / "clock"
    clock = FollowingClock(Page(page, shape.begin))
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(running_postgres(home)) if scaled else ""
        redis = await stack.enter_async_context(running_redis(home)) if scaled else None
        town, platforms = await stack.enter_async_context(opened_town(clock, alerts))
        key = new_key("k1") if scaled else ""
        settings = settings_for(home, town, database, redis.url if redis else "", key)
        person = await stack.enter_async_context(open_hub(settings, clock=clock))
        await staged(person, town, platforms, shape.bodies, _POLLS)
        given = environment(settings, key, f"json{town.removeprefix('http')}/alerts")
        words = ("--step", str(shape.step))
        hub = await stack.enter_async_context(running(page, home, given, *words))
        spots = await connect(person, hub.address, platforms)
        world = World(person, clock, platforms, spots, hub.address, shape.citizens, shape.bodies)
        await world.visits.prepare()
        print(f"staged in {time.monotonic() - begun:.1f} s, {len(spots)} accounts", flush=True)
        soak = Soak(shape, world, hub, clock, redis)
        await soak.live(lambda: running(page, home / "worker", given, "--worker"))
        figures = {
            **_verdict(shape, soak.rests, soak.samples),
            **await _kept(world),
            "alerts": len(alerts),
            "errors": sum(hub.said("error").values()),
            "drained": soak.drained,
            "took_s": round(time.monotonic() - begun, 1),
        }
        _tell_more(world, hub, soak.rests)
        return figures


def _line(sample: Sample) -> str:
    counted = f"{sum(sample.files.values()):>3} descriptors  {sum(sample.tasks.values()):>4} tasks"
    memory = f"{sample.memory / MIB:7.1f} MiB + {sample.mapped / MIB:5.1f} mapped"
    return (
        f"{sample.hour:5.1f} h  {memory}  "
        f"{sample.blocks:>9,} blocks  {counted}  {sum(sample.threads.values()):>3} threads  "
        f"WAL {sample.wal / MIB:5.1f} MiB  CPU {sample.cpu:5.0f} s"
    )


def _verdict(shape: Shape, rests: Sequence[Sample], samples: Sequence[Sample]) -> dict[str, Any]:
    before, after = rests[0], rests[-1]
    day = shape.hours >= _DAY_H
    growth = grown(samples, shape.warm, _DAY_H if day else shape.hours - shape.warm)
    percent = {"memory_growth_percent": round(100 * growth * MIB / before.memory, 2)} if day else {}
    waited = shape.rest > _THEIRS_S  # so that what others, and we, held open is closed
    connected = {k: v for k, v in after.files.items() if k.startswith(_CONNECTED)}
    others = {k: v for k, v in after.files.items() if k not in connected}
    sockets = connected if waited else {}
    connections = left_over(before.files, sockets), left_over(before.connections, after.connections)
    theirs = () if waited else _STREAMS
    tasks = {name: n for name, n in after.tasks.items() if not name.startswith(theirs)}
    pools = () if day else _POOLS
    running = {name: n for name, n in after.threads.items() if not name.startswith(pools)}
    threads = left_over(before.threads, running)
    return {
        "hours": shape.hours,
        "memory_growth_mib" if day else "memory_gained_mib": round(growth, 2),
        **percent,
        "memory_mib": round(after.memory / MIB, 1),
        "leaked_connections": sum(sum(one.values()) for one in connections),
        "leaked_files": sum(left_over(before.files, others).values()),
        "leaked_tasks": sum(left_over(before.tasks, tasks).values()),
        "leaked_threads": sum(threads.values()),
        "wal_mib": round(max(one.wal for one in samples) / MIB, 1),
    }


async def _kept(world: World) -> dict[str, Any]:
    """What was owed to people, and how much of it there was."""
    balance, answers = await world.balance(), world.answers()
    return {
        "deliveries": balance["deliveries"],
        "lost": balance["lost"],
        "duplicated": balance["duplicated"],
        "unfinished": balance["unfinished"],
        "messages": answers.messages,
        "owed": answers.lost,
        "doubled": answers.doubled,
        "refused": sum(
            count for said, count in world.visits.statuses.items() if not said.endswith(" 200")
        ),
    }


def _tell_more(world: World, hub: HubProcess, rests: Sequence[Sample]) -> None:
    """What a reader wants to know where a figure is out of bounds."""
    before, after = rests[0], rests[-1]
    for name in ("files", "connections", "tasks", "threads"):
        print(
            f"{name}: {dict(getattr(after, name))}",
            left_over(getattr(before, name), getattr(after, name)),
        )
    for name in ("objects", "maps"):
        print(f"{name} grew:", largest_growth(getattr(before, name), getattr(after, name), _TOLD))
    print(f"blocks: {before.blocks:,} → {after.blocks:,}")
    print("visits:", dict(world.visits.statuses))
    print("citizens' failures:", dict(world.failures))
    print("errors:", dict(hub.said("error")))
    late, others = hub.warnings()
    print(f"warnings: {late} jobs late,", dict(others))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--scaled", action="store_true")
    parser.add_argument("--hours", type=float)
    parser.add_argument("--step", type=float)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    shape = QUICK if given.quick else FULL
    if given.hours:
        shape = replace(shape, hours=given.hours)
    if given.step:
        shape = replace(shape, step=given.step)
    home = given.keep or Path(tempfile.mkdtemp(prefix="gongkai-soak-"))
    (home / "worker").mkdir(parents=True, exist_ok=True)
    home.chmod(0o755)  # PostgreSQL's user goes through it
    try:
        print(json.dumps(asyncio.run(run(home, shape, given.scaled))))
    finally:
        if given.keep is None:
            shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
