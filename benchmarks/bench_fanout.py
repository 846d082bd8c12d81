"""Fan-out: the full ledger with write-ahead attempts beside a bare client that remembers nothing.

Both post the same bytes to the same stub, which answers after 20 ms, over at most 256
connections of one aiohttp session on uvloop, in one run and in turn. The ledger's time runs from
the moment the dispatcher starts until the last ending is durable.

    python -m benchmarks.bench_fanout [--quick] [--deliveries 15600] [--rounds 2]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path
from statistics import median

import aiohttp
import uvloop
from sqlalchemy import Connection, func, select

from benchmarks.scene import build_scene
from benchmarks.stub import stub_platform
from hub.publishing.tables import attempts
from publishers.wire import open_session

_AT_ONCE = 256
_TEXT = "为进一步做好政务公开工作，现将有关事项通知如下。" * 8


async def bare(base_url: str, count: int) -> float:
    """Posts per second of an aiohttp client with nothing behind it."""
    pool = aiohttp.TCPConnector(limit=_AT_ONCE)
    async with aiohttp.ClientSession(connector=pool) as session:
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


async def ledger(base_url: str, count: int, home: Path) -> float:
    """Deliveries per second through the engine: a durable attempt before every call."""
    scene = await build_scene(home, base_url, count)
    planned = await scene.plan()
    async with open_session(_AT_ONCE) as session:
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round, done within 50 s")
    parser.add_argument("--deliveries", type=int, default=15_600)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rounds = 1 if options.quick else options.rounds
    bare_rates, ledger_rates = [], []
    with stub_platform(0.02) as base_url, tempfile.TemporaryDirectory() as folder:
        uvloop.run(bare(base_url, 2_000))  # warm both sides up
        for number in range(rounds):
            bare_rates.append(uvloop.run(bare(base_url, options.deliveries)))
            home = Path(folder) / str(number)
            ledger_rates.append(uvloop.run(ledger(base_url, options.deliveries, home)))
            print(f"round {number + 1}: bare {bare_rates[-1]:,.0f}/s", end=", ")
            print(f"ledger {ledger_rates[-1]:,.0f}/s")
    ratios = [led / bare_rate for led, bare_rate in zip(ledger_rates, bare_rates, strict=True)]
    result = {
        "deliveries": options.deliveries,
        "bare_per_s": round(median(bare_rates)),
        "ledger_per_s": round(median(ledger_rates)),
        "ratio_to_bare": round(median(ratios), 3),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
