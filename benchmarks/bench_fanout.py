"""Fan-out: the full ledger with write-ahead attempts beside a bare client that remembers nothing.

Both post the same bytes to the same stub, which answers after 20 ms, over at most 256
connections on uvloop, in one run and in turn, each in a process of its own: the bare one is a
plain aiohttp client as anybody would write it, the other is the hub's engine with the hub's
settings. `ratio_to_tuned` compares with a bare client that is given the hub's session and
garbage-collector settings as well. The ledger's time runs from the start of the dispatcher until
the last ending is durable.

A shared machine is not equally fast from one second to the next. So the bare client runs before and
after the ledger in each round, the ratio of a round is the ledger's rate to the mean of both, and
the result is the median of the rounds' ratios. Beside the rates stands each side's CPU time per
post (`…_cpu_us`, all threads of its process), which other processes disturb less.

    python -m benchmarks.bench_fanout [--quick] [--deliveries 15600] [--rounds 3]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, median

import aiohttp
import uvloop
from sqlalchemy import Connection, func, select

from app.tuning import settle_garbage
from benchmarks.scene import build_scene
from benchmarks.stub import stub_platform
from hub.publishing.tables import attempts
from publishers.wire import open_session

_AT_ONCE = 256
_WARM_UP = 1_000
_QUICK_S = 45.0
_TEXT = "为进一步做好政务公开工作，现将有关事项通知如下。" * 8


def plain_session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=_AT_ONCE))


@dataclass(frozen=True, slots=True)
class Pace:
    """Posts per second, and microseconds of CPU per post in all threads of the process."""

    rate: float
    cpu_us: float


@dataclass(slots=True)
class Stopwatch:
    wall: float = field(default_factory=time.perf_counter)
    cpu: float = field(default_factory=time.process_time)

    def pace(self, count: int) -> Pace:
        """Of `count` posts since it was made."""
        wall, cpu = time.perf_counter() - self.wall, time.process_time() - self.cpu
        return Pace(count / wall, cpu / count * 1e6)


async def bare(base_url: str, count: int, session: aiohttp.ClientSession) -> Pace:
    """A client with nothing behind it."""
    numbers = iter(range(count))

    async def worker() -> None:
        for n in numbers:
            body = {"account": f"account-{n}", "text": _TEXT, "key": f"{n:032x}"}
            async with session.post(f"{base_url}/post", json=body) as response:
                if (await response.json(content_type=None)).get("ok") is not True:
                    raise RuntimeError("the stub refused")

    watch = Stopwatch()
    await asyncio.gather(*(worker() for _ in range(_AT_ONCE)))
    return watch.pace(count)


async def run_bare(base_url: str, count: int, home: Path, tuned: bool = False) -> Pace:
    if tuned:
        settle_garbage()
    async with open_session(_AT_ONCE) if tuned else plain_session() as session:
        await bare(base_url, _WARM_UP, session)
        return await bare(base_url, count, session)


async def run_tuned(base_url: str, count: int, home: Path) -> Pace:
    return await run_bare(base_url, count, home, tuned=True)


async def run_ledger(base_url: str, count: int, home: Path) -> Pace:
    """Deliveries through the engine: a durable attempt before every call."""
    scene = await build_scene(home, base_url, count)
    planned = await scene.plan()
    settle_garbage()
    async with open_session(_AT_ONCE) as session:
        await bare(base_url, _WARM_UP, session)
        engine = scene.engine(session, _AT_ONCE)
        watch = Stopwatch()
        await engine.start()
        await scene.meter.reached(planned)
        pace = watch.pace(planned)
        await engine.stop()
    await scene.database.read(lambda c: _prove(c, planned))
    await scene.database.close()
    return pace


def _prove(connection: Connection, planned: int) -> None:
    """Every delivery has exactly one attempt, finished and accepted."""
    counted = select(func.count()).select_from(attempts).where(attempts.c.outcome == "accepted")
    if connection.execute(counted).scalar_one() != planned:
        raise RuntimeError("attempts and deliveries do not agree")


_SIDES: dict[str, Callable[..., Coroutine[None, None, Pace]]] = {
    "bare": run_bare,
    "tuned": run_tuned,
    "ledger": run_ledger,
}
_ORDER = ("bare", "ledger", "bare", "tuned")


def _side(name: str, base_url: str, count: int, home: Path) -> Pace:
    return uvloop.run(_SIDES[name](base_url, count, home))


def measure(base_url: str, count: int, folder: Path) -> dict[str, Pace]:
    """One round: each in a fresh process, one after the other; what ran twice is averaged."""
    paces: dict[str, list[Pace]] = {name: [] for name in _SIDES}
    for name in _ORDER:
        with multiprocessing.get_context("spawn").Pool(1) as process:
            paces[name].append(process.apply(_side, (name, base_url, count, folder / name)))
    averaged = {
        name: Pace(fmean(pace.rate for pace in ran), fmean(pace.cpu_us for pace in ran))
        for name, ran in paces.items()
    }
    shown = (f"{name} {pace.rate:,.0f}/s {pace.cpu_us:.0f} µs" for name, pace in averaged.items())
    print("  ".join(shown), flush=True)
    return averaged


def rounds_of(options: argparse.Namespace) -> list[dict[str, Pace]]:
    """As many rounds as were asked for; quickly, as many as are sure to end in time."""
    rounds: list[dict[str, Pace]] = []
    began, longest = time.monotonic(), 0.0
    with stub_platform(0.02) as base_url:
        while len(rounds) < options.rounds:
            left = _QUICK_S - (time.monotonic() - began)
            if options.quick and rounds and left < longest:
                break
            started = time.monotonic()
            with tempfile.TemporaryDirectory() as folder:
                rounds.append(measure(base_url, options.deliveries, Path(folder)))
            longest = max(longest, time.monotonic() - started)
    return rounds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, done within 50 s")
    parser.add_argument("--deliveries", type=int, default=15_600)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = rounds_of(options := parser.parse_args())
    result: dict[str, float] = {}
    for name in _SIDES:
        result[f"{name}_per_s"] = round(median(paces[name].rate for paces in rounds))
        result[f"{name}_cpu_us"] = round(median(paces[name].cpu_us for paces in rounds))
    result |= {
        "deliveries": options.deliveries,
        "rounds": len(rounds),
        "ratio_to_bare": _ratio(rounds, "bare"),
        "ratio_to_tuned": _ratio(rounds, "tuned"),
    }
    print(json.dumps(result))


def _ratio(rounds: list[dict[str, Pace]], peer: str) -> float:
    return round(median(paces["ledger"].rate / paces[peer].rate for paces in rounds), 3)


if __name__ == "__main__":
    main()
