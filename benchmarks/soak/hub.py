"""The hub's process: `gongkai run` with a clock that leaps, and somebody who looks at it.

    python -m benchmarks.soak.hub PAGE [--worker] [--step SECONDS]

Settings come from the environment. It tells its address in one line of JSON, and answers every
line on its standard input with what `sampling.look` sees. With `--worker` it is one more worker,
which follows the clock. SIGTERM ends it as it ends `gongkai run`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

import uvloop
from sqlalchemy import text

from app.logs import configure_logging
from app.nodes.jobs import ALL, Role
from app.serve import Serving, serving
from app.settings_reading import load_settings
from app.tuning import settle_garbage, settle_memory
from benchmarks.soak.leaping import FollowingClock, Holder, LeapingClock, Page, govern
from benchmarks.soak.sampling import look, opened

_CONNECTIONS = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")


async def live(page: Page, step: float, worker: bool) -> None:
    settings = load_settings()
    configure_logging(settings.log_level, settings.log_format)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    clock = FollowingClock(page) if worker else LeapingClock(page)
    roles = frozenset({Role.WORKER}) if worker else ALL
    async with serving(settings, roles, clock=clock) as running:
        settle_garbage()
        _tell({"address": running.address})
        around = [asyncio.create_task(_answer(running), name="soak-answer")]
        if isinstance(clock, LeapingClock):
            governing = govern(clock, lambda: _jobs(running), lambda: _works(running), step)
            around.append(asyncio.create_task(governing, name="soak-govern"))
        else:
            around.append(asyncio.create_task(_say_busy(running, page), name="soak-busy"))
        ending = asyncio.create_task(stopped.wait())
        ended, _ = await asyncio.wait({ending, *around}, return_when=asyncio.FIRST_COMPLETED)
        for task in (ending, *around):
            task.cancel()
        await asyncio.gather(*around, return_exceptions=True)
        for task in ended:
            task.result()  # what was to last as long as the hub, and failed


def _jobs(running: Serving) -> bool:
    return bool(running.node.jobs.busy)


def _works(running: Serving) -> bool:
    """Whether a delivery is on its way or a citizen is being answered."""
    conversing = running.node.conversing
    return bool(running.in_flight or (conversing and conversing.conversations.open))


async def _say_busy(running: Serving, page: Page) -> None:
    try:
        while True:
            page.hold(Holder.WORKER, _jobs(running) or _works(running))
            await asyncio.sleep(0.002)
    finally:
        page.hold(Holder.WORKER, False)


async def _answer(running: Serving) -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.readline():
        settings = running.hub.settings
        seen = look(running, settings.home / "gongkai.db-wal")
        seen["connections"] = await _connections(running)
        _tell(seen)


async def _connections(running: Serving) -> dict[str, int]:
    """Of the database: what the server counts, or the descriptors on the file."""
    settings = running.hub.settings
    if not settings.embedded:
        count = await running.hub.database.read(lambda c: c.execute(_CONNECTIONS).scalar_one())
        return {"postgres": int(count)}
    return {"sqlite": opened(settings.database_path.name)}


def _tell(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("page", type=Path)
    parser.add_argument("--worker", action="store_true")
    parser.add_argument("--step", type=float, default=4.0)
    given = parser.parse_args()
    settle_memory()
    uvloop.run(live(Page(given.page), given.step, given.worker))


if __name__ == "__main__":
    main()
