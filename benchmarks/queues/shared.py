"""What the workers of every task queue share: the post, and a status row before and after it.

The rows are what an application with such a queue would write by itself: one commit each, in SQLite
(WAL, synchronous=NORMAL, cheaper than our ledger's FULL) by a thread of its own, or in the table
`posts` of a PostgreSQL database by four, over a connection each.

A worker says `ready`, waits for a line, works, and tells as it goes how many posts it has recorded,
when the last was, and how much CPU it took since; `benchmarks.crew` listens.
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
from functools import partial
from typing import Any

import aiohttp
import psycopg

__all__ = ["TEXT", "Poster", "Statuses", "Teller", "measure"]

TEXT = "为进一步做好政务公开工作，现将有关事项通知如下。" * 8
_CONNECTIONS = 256
_TELL_S = 0.05
_WRITERS = 4
_SQLITE = "INSERT OR REPLACE INTO posts VALUES (?, ?)"
_POSTGRES = """
    INSERT INTO posts VALUES (%s, %s) ON CONFLICT (n) DO UPDATE SET status = excluded.status
"""


class Statuses:
    """`write` returns once the row is committed. `where` is a file or a PostgreSQL address."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._queue: queue.SimpleQueue[tuple[int, str, Callable[[], Any]]] = queue.SimpleQueue()
        on_server = where.startswith("postgresql:")
        work = self._write_to_postgres if on_server else self._write_to_sqlite
        for _ in range(_WRITERS if on_server else 1):
            threading.Thread(target=work, daemon=True).start()

    async def write(self, number: int, status: str) -> None:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self.put(number, status, partial(loop.call_soon_threadsafe, _end, done))
        await done

    def put(self, number: int, status: str, then: Callable[[], Any]) -> None:
        """Call `then`, in a thread of ours, when the row is committed."""
        self._queue.put((number, status, then))

    def _write_to_sqlite(self) -> None:
        connection = sqlite3.connect(self._where, isolation_level=None, timeout=10)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("CREATE TABLE IF NOT EXISTS posts (n INTEGER PRIMARY KEY, status TEXT)")
        while True:
            number, status, then = self._queue.get()
            connection.execute(_SQLITE, (number, status))
            then()

    def _write_to_postgres(self) -> None:
        with psycopg.connect(self._where, autocommit=True) as connection:
            while True:
                number, status, then = self._queue.get()
                connection.execute(_POSTGRES, (number, status))
                then()


def _end(done: asyncio.Future[None]) -> None:
    if not done.done():  # the queue may have given the post up
        done.set_result(None)


class Teller:
    """Counts recorded posts, and tells of them."""

    def __init__(self) -> None:
        self._done, self._told = 0, 0
        self._at = self._cpu = 0.0

    def wait(self) -> None:
        """Say that everything is loaded, and return when the others are as well."""
        print("ready", flush=True)
        sys.stdin.readline()
        self._cpu = time.process_time()

    def count(self) -> None:
        self._done += 1
        self._at = time.time()

    def tell(self) -> None:
        if self._done > self._told:
            self._told = self._done
            spent = time.process_time() - self._cpu
            told = {"done": self._told, "at": self._at, "cpu_s": spent}
            print(json.dumps(told), flush=True)


class Poster:
    """Posts number `n`, with a row before and after."""

    def __init__(self, base_url: str, statuses: Statuses) -> None:
        self._url = f"{base_url}/post"
        self._statuses = statuses
        self.teller = Teller()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=_CONNECTIONS),
            timeout=aiohttp.ClientTimeout(total=20),
        )

    async def post(self, n: int) -> None:
        await self._statuses.write(n, "sending")
        body = {"account": f"account-{n}", "text": TEXT, "key": f"{n:032x}"}
        async with self._session.post(self._url, json=body) as response:
            if (await response.json(content_type=None)).get("ok") is not True:
                raise RuntimeError("the stub refused")
        await self._statuses.write(n, "sent")
        self.teller.count()


async def measure(start: Callable[[], asyncio.Task[None]], poster: Poster) -> None:
    """Run a worker over what is queued until it is killed."""
    poster.teller.wait()
    worker = start()
    while not worker.done():
        await asyncio.wait([worker], timeout=_TELL_S)
        poster.teller.tell()
    await worker  # it ended early: say why
    sys.exit("the worker ended before it was told to")
