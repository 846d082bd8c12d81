"""What the workers of every task queue share: the post, and a status row before and after it.

The rows are kept in SQLite (WAL, synchronous=NORMAL), one commit each, in a thread of their own:
what an application with such a queue would write by itself, and cheaper than our ledger's FULL.
"""

from __future__ import annotations

import asyncio
import json
import queue
import sqlite3
import sys
import threading
import time
from collections.abc import Callable

import aiohttp

__all__ = ["Poster", "Statuses", "measure"]

_TEXT = "为进一步做好政务公开工作，现将有关事项通知如下。" * 8
_CONNECTIONS = 256


class Statuses:
    """`write` returns once the row is committed."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._queue: queue.SimpleQueue[tuple[int, str, asyncio.Future[None]]] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._work, daemon=True).start()

    async def write(self, number: int, status: str) -> None:
        done: asyncio.Future[None] = self._loop.create_future()
        self._queue.put((number, status, done))
        await done

    def _work(self) -> None:
        connection = sqlite3.connect(self._path, isolation_level=None, timeout=10)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("CREATE TABLE IF NOT EXISTS posts (n INTEGER PRIMARY KEY, status TEXT)")
        while True:
            number, status, done = self._queue.get()
            connection.execute("INSERT OR REPLACE INTO posts VALUES (?, ?)", (number, status))
            self._loop.call_soon_threadsafe(done.set_result, None)


class Poster:
    """Posts number `n`, and tells when `count` have been posted."""

    def __init__(self, base_url: str, statuses: Statuses, count: int) -> None:
        self._url = f"{base_url}/post"
        self._statuses = statuses
        self._left = count
        self.done = asyncio.Event()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=_CONNECTIONS),
            timeout=aiohttp.ClientTimeout(total=20),
        )

    async def post(self, n: int) -> None:
        await self._statuses.write(n, "sending")
        body = {"account": f"account-{n}", "text": _TEXT, "key": f"{n:032x}"}
        async with self._session.post(self._url, json=body) as response:
            if (await response.json(content_type=None)).get("ok") is not True:
                raise RuntimeError("the stub refused")
        await self._statuses.write(n, "sent")
        self._left -= 1
        if self._left == 0:
            self.done.set()

    async def close(self) -> None:
        await self._session.close()


async def measure(count: int, start: Callable[[], asyncio.Task[None]], poster: Poster) -> None:
    """Run a worker over what is queued; prints posts per second and CPU microseconds a post."""
    begun, cpu = time.perf_counter(), time.process_time()
    print("working", flush=True)
    worker = start()
    finished = asyncio.create_task(poster.done.wait())
    await asyncio.wait([worker, finished], return_when=asyncio.FIRST_COMPLETED)
    if not finished.done():
        await worker  # it ended early: say why
        sys.exit("the worker ended before the work")
    elapsed = time.perf_counter() - begun
    spent = time.process_time() - cpu
    print(json.dumps({"per_s": count / elapsed, "cpu_us": spent / count * 1e6}), flush=True)
    await poster.close()
