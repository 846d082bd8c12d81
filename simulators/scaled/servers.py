"""A PostgreSQL and a Redis of our own on this machine, for who has a loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from simulators import servers
from simulators.servers import HERE, PostgresServer, free_port

__all__ = ["RedisServer", "free_port", "running_postgres", "running_redis"]


@asynccontextmanager
async def running_postgres(folder: Path) -> AsyncIterator[str]:
    """The URL of an empty database on a server whose files are in `folder`.

    Raises Misconfigured where Debian's package is not installed.
    """
    place = folder / "postgres"
    place.mkdir()
    log, settings = folder / "postgres.log", {"max_connections": "200"}
    server = PostgresServer(HERE, place, port=free_port(), log=log, settings=settings)
    await asyncio.to_thread(server.start)
    try:
        yield server.at().replace("postgresql:", "postgresql+asyncpg:")
    finally:
        await asyncio.to_thread(server.stop)


class RedisServer:
    """A Redis that keeps nothing on the disk: restarted, it is empty."""

    def __init__(self, folder: Path) -> None:
        self._server = servers.RedisServer(HERE, folder, port=free_port())
        self.url = self._server.url

    async def start(self) -> None:
        await asyncio.to_thread(self._server.start)

    async def stop(self) -> None:
        """End it as a crash does."""
        await asyncio.to_thread(self._server.stop)


@asynccontextmanager
async def running_redis(folder: Path) -> AsyncIterator[RedisServer]:
    """Raises Misconfigured where Debian's package is not installed."""
    server = RedisServer(folder)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
