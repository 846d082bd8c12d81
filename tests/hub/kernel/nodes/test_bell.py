"""Processes wake each other over PostgreSQL; who lost the connection listens again by itself."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import asyncpg
import pytest

from hub.kernel.clock import SystemClock
from hub.kernel.nodes.bell import Bell

pytestmark = pytest.mark.postgres

PATIENCE_S = 60
END_ALL = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE query LIKE '%gongkai_due%' AND pid <> pg_backend_pid()
"""


@asynccontextmanager
async def bell(
    heard: Callable[[], None] | None = None, prove_s: float = 30.0
) -> AsyncIterator[Bell]:
    opened = Bell(os.environ["GONGKAI_TEST_POSTGRES"], SystemClock(), heard, prove_s=prove_s)
    opened.start()
    try:
        async with asyncio.timeout(PATIENCE_S):
            await opened.connected.wait()
        yield opened
    finally:
        await opened.stop()


async def test_a_ring_in_one_process_is_heard_in_another() -> None:
    heard = asyncio.Event()
    async with bell(heard.set), bell() as ringing, asyncio.timeout(PATIENCE_S):
        heard.clear()
        ringing.ring()
        await heard.wait()


async def test_who_was_cut_off_listens_again() -> None:
    heard = asyncio.Event()
    async with bell(heard.set), asyncio.timeout(PATIENCE_S):
        heard.clear()
        connection = await asyncpg.connect(
            os.environ["GONGKAI_TEST_POSTGRES"].replace("+asyncpg", "")
        )
        await connection.execute(END_ALL)
        await connection.close()
        await heard.wait()  # connected anew, it looks at once for what it may have missed


async def test_a_bell_that_nobody_rings_proves_its_connection_and_stays() -> None:
    heard = asyncio.Event()
    async with bell(heard.set, prove_s=0.01), bell() as ringing, asyncio.timeout(PATIENCE_S):
        for _ in range(20):
            await asyncio.sleep(0.01)
        heard.clear()
        ringing.ring()
        await heard.wait()
