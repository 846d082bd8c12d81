"""What can befall the hosts: a table of faults, each with what hurts and what heals.

A fault heals as a service manager or an operator's ordinary routine would: a process that ended is
started again, a cable is put back, a disk is given room. Nobody touches a delivery.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

import asyncpg

from benchmarks.hosts.installation import Installation, Node

__all__ = ["FAULTS", "Fault", "Hurt", "strike"]

_AHEAD_S = 90.0
_GREEDY = 200  # connections asked for: twice what the server has


@dataclass(slots=True)
class Hurt:
    """One fault while it lasts: whom it met, and what to undo."""

    place: Installation
    random: Random
    worker: Node
    clock: Node
    taken: list[asyncpg.Connection]


Step = Callable[[Hurt], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`lasts` is how many seconds it is left alone."""

    zh: str
    en: str
    lasts: float
    hurt: Step
    heal: Step


def _now(work: Callable[[Hurt], None]) -> Step:
    """A step that waits for nothing of ours, beside what goes on."""

    async def step(hurt: Hurt) -> None:
        await asyncio.to_thread(work, hurt)

    return step


def _revive_database(hurt: Hurt) -> None:
    hurt.place.postgres.revive()


def _set_clock(hurt: Hurt) -> None:
    hurt.worker.kill()
    hurt.worker.skew = hurt.random.choice((-_AHEAD_S, _AHEAD_S))
    hurt.worker.start()


def _right_clock(hurt: Hurt) -> None:
    hurt.worker.stop()
    hurt.worker.skew = 0.0
    hurt.worker.start()


def _redis(hurt: Hurt, step: str) -> None:
    redis = hurt.place.redis
    if redis is not None:
        getattr(redis.process if step in ("kill", "revive") else redis.host, step)()


def _fill(hurt: Hurt) -> None:
    hurt.place.postgres.fill_disk()


def _empty(hurt: Hurt) -> None:
    hurt.place.postgres.empty_disk()
    hurt.place.postgres.revive()


async def _take_connections(hurt: Hurt) -> None:
    for _ in range(_GREEDY):
        try:
            one = await asyncpg.connect(hurt.place.postgres.dsn, timeout=5)
        except (asyncpg.PostgresError, OSError, TimeoutError):
            return
        hurt.taken.append(one)


async def _give_connections(hurt: Hurt) -> None:
    for one in hurt.taken:
        with contextlib.suppress(Exception):  # it may have been ended from the other side
            await one.close(timeout=2)
    hurt.taken.clear()


def _all_at_once(hurt: Hurt) -> None:
    _redis(hurt, "kill")
    hurt.place.postgres.process.kill()
    hurt.worker.kill()
    hurt.clock.kill()


def _all_back(hurt: Hurt) -> None:
    hurt.place.postgres.revive()
    _redis(hurt, "revive")
    hurt.worker.revive()
    hurt.clock.revive()


FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        "worker-killed": Fault(
            zh="工作进程被杀", en="a worker is killed (SIGKILL)", lasts=1.0,
            hurt=_now(lambda h: h.worker.kill()), heal=_now(lambda h: h.worker.revive()),
        ),
        "worker-cut": Fault(
            zh="工作主机断网", en="a worker's host is cut off", lasts=12.0,
            hurt=_now(lambda h: h.worker.host.cut()), heal=_now(lambda h: h.worker.host.mend()),
        ),
        "worker-paused": Fault(
            zh="工作进程停顿超过租约", en="a worker is paused past its lease", lasts=36.0,
            hurt=_now(lambda h: h.worker.pause()), heal=_now(lambda h: h.worker.resume()),
        ),
        "worker-skewed": Fault(
            zh="工作主机时钟差 90 秒", en="a worker's clock is 90 s wrong", lasts=15.0,
            hurt=_now(_set_clock), heal=_now(_right_clock),
        ),
        "clock-killed": Fault(
            zh="时钟进程被杀", en="the clock is killed", lasts=1.0,
            hurt=_now(lambda h: h.clock.kill()), heal=_now(lambda h: h.clock.revive()),
        ),
        "clock-cut": Fault(
            zh="时钟主机断网", en="the clock's host is cut off", lasts=12.0,
            hurt=_now(lambda h: h.clock.host.cut()), heal=_now(lambda h: h.clock.host.mend()),
        ),
        "clock-paused": Fault(
            zh="时钟停顿超过租约", en="the clock is paused past its lease", lasts=12.0,
            hurt=_now(lambda h: h.clock.pause()), heal=_now(lambda h: h.clock.resume()),
        ),
        "redis-killed": Fault(
            zh="Redis 被杀，重启后为空", en="Redis is killed and comes back empty", lasts=5.0,
            hurt=_now(lambda h: _redis(h, "kill")), heal=_now(lambda h: _redis(h, "revive")),
        ),
        "redis-cut": Fault(
            zh="Redis 断网", en="Redis is cut off", lasts=12.0,
            hurt=_now(lambda h: _redis(h, "cut")), heal=_now(lambda h: _redis(h, "mend")),
        ),
        "database-killed": Fault(
            zh="PostgreSQL 被杀", en="PostgreSQL is killed", lasts=3.0,
            hurt=_now(lambda h: h.place.postgres.process.kill()), heal=_now(_revive_database),
        ),
        "database-cut": Fault(
            zh="PostgreSQL 断网", en="PostgreSQL is cut off", lasts=12.0,
            hurt=_now(lambda h: h.place.postgres.host.cut()),
            heal=_now(lambda h: h.place.postgres.host.mend()),
        ),
        "platforms-cut": Fault(
            zh="各平台断网", en="the platforms are cut off", lasts=12.0,
            hurt=_now(lambda h: h.place.platforms.host.cut()),
            heal=_now(lambda h: h.place.platforms.host.mend()),
        ),
        "disk-full": Fault(
            zh="数据库磁盘写满", en="the database's disk is full", lasts=8.0,
            hurt=_now(_fill), heal=_now(_empty),
        ),
        "connections-gone": Fault(
            zh="数据库连接耗尽", en="the database's connections are taken", lasts=10.0,
            hurt=_take_connections, heal=_give_connections,
        ),
        "together": Fault(
            zh="同时：数据库、Redis、工作与时钟进程被杀",
            en="database, Redis, a worker and the clock are killed at once", lasts=5.0,
            hurt=_now(_all_at_once), heal=_now(_all_back),
        ),
    }
)  # fmt: skip


async def strike(place: Installation, name: str, random: Random) -> None:
    """Let one fault come, last, and heal. It meets a worker and a clock drawn by `random`."""
    fault = FAULTS[name]
    hurt = Hurt(place, random, random.choice(place.workers), random.choice(place.clocks), [])
    try:
        await fault.hurt(hurt)
        await asyncio.sleep(fault.lasts)
    finally:
        await fault.heal(hurt)
        for node in place.nodes:
            node.revive()  # one that ended because of it is started again by its manager
