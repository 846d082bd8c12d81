"""Fan-out: the full ledger with write-ahead attempts beside a bare client that remembers nothing.

Both post the same bytes to the same stub, which answers after 20 ms, over at most 256
connections on uvloop, in one run and in turn, each in a process of its own: the bare one is a
plain aiohttp client as anybody would write it, the other is the hub's engine with the hub's
settings. `ratio_to_tuned` compares with a bare client that is given the hub's session and
garbage-collector settings as well. The ledger's time runs from the start of the dispatcher until
the last ending is durable.

    python -m benchmarks.bench_fanout [--quick] [--deliveries 15600] [--rounds 3]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

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
_TEXT = "为进一步做好政务公开工作，现将有关事项通知如下。" * 8


def plain_session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=_AT_ONCE))


async def bare(base_url: str, count: int, session: aiohttp.ClientSession) -> float:
    """Posts per second of a client with nothing behind it."""
    numbers = iter(range(count))

    async def worker() -> None:
        for n in numbers:
            body = {"account": f"account-{n}", "text": _TEXT, "key": f"{n:032x}"}
            async with session.post(f"{base_url}/post", json=body) as response:
                if (await response.json(content_type=None)).get("ok") is not True:
                    raise RuntimeError("the stub refused")

    started = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(_AT_ONCE)))
    return count / (time.perf_counter() - started)


async def run_bare(base_url: str, count: int, home: Path, tuned: bool = False) -> float:
    if tuned:
        settle_garbage()
    async with open_session(_AT_ONCE) if tuned else plain_session() as session:
        await bare(base_url, _WARM_UP, session)
        return await bare(base_url, count, session)


async def run_tuned(base_url: str, count: int, home: Path) -> float:
    return await run_bare(base_url, count, home, tuned=True)


async def run_ledger(base_url: str, count: int, home: Path) -> float:
    """Deliveries per second through the engine: a durable attempt before every call."""
    scene = await build_scene(home, base_url, count)
    planned = await scene.plan()
    settle_garbage()
    async with open_session(_AT_ONCE) as session:
        await bare(base_url, _WARM_UP, session)
        engine = scene.engine(session, _AT_ONCE)
        started = time.perf_counter()
        await engine.start()
        await scene.meter.reached(planned)
        elapsed = time.perf_counter() - started
        await engine.stop()
    await scene.database.read(lambda c: _prove(c, planned))
    await scene.database.close()
    return planned / elapsed


def _prove(connection: Connection, planned: int) -> None:
    """Every delivery has exactly one attempt, finished and accepted."""
    counted = select(func.count()).select_from(attempts).where(attempts.c.outcome == "accepted")
    if connection.execute(counted).scalar_one() != planned:
        raise RuntimeError("attempts and deliveries do not agree")


_SIDES: dict[str, Callable[..., object]] = {
    "bare": run_bare,
    "tuned": run_tuned,
    "ledger": run_ledger,
}


def _side(name: str, base_url: str, count: int, home: Path) -> float:
    return uvloop.run(_SIDES[name](base_url, count, home))  # type: ignore[arg-type]


def measure(base_url: str, count: int, folder: Path) -> dict[str, float]:
    """One round: every side in a fresh process, one after the other."""
    rates = {}
    for name in _SIDES:
        with multiprocessing.get_context("spawn").Pool(1) as process:
            rates[name] = process.apply(_side, (name, base_url, count, folder / name))
    print("  ".join(f"{name} {rate:,.0f}/s" for name, rate in rates.items()), flush=True)
    return rates


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round, done within 50 s")
    parser.add_argument("--deliveries", type=int, default=15_600)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rounds = []
    with stub_platform(0.02) as base_url:
        for _ in range(1 if options.quick else options.rounds):
            with tempfile.TemporaryDirectory() as folder:
                rounds.append(measure(base_url, options.deliveries, Path(folder)))
    middle = {name: round(median(rates[name] for rates in rounds)) for name in _SIDES}
    result: dict[str, float] = {f"{name}_per_s": rate for name, rate in middle.items()}
    result |= {
        "deliveries": options.deliveries,
        "ratio_to_bare": round(median(r["ledger"] / r["bare"] for r in rounds), 3),
        "ratio_to_tuned": round(median(r["ledger"] / r["tuned"] for r in rounds), 3),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
