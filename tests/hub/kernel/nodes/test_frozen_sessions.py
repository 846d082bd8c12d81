"""A process that was stopped in the middle of a transaction holds up nobody for long."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from hub.kernel.nodes import store
from hub.kernel.postgres import APPLICATION
from tests.conftest import open_test_database

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_session_that_waits_for_its_process_in_a_transaction_is_ended(
    database_url: str,
) -> None:
    plain = database_url.replace("+asyncpg", "")
    ours, foreign = [
        await asyncpg.connect(plain, server_settings={"application_name": name})
        for name in (APPLICATION, "pg_dump")
    ]
    for connection in (ours, foreign):
        await connection.execute("BEGIN; SELECT 1")
    ended = asyncio.Event()
    ours.add_termination_listener(lambda _: ended.set())
    database = open_test_database(database_url)
    assert await database.read(lambda c: store.end_frozen(c, timedelta(hours=1))) == 0
    assert await database.read(lambda c: store.end_frozen(c, timedelta(0))) == 1
    async with asyncio.timeout(60):
        await ended.wait()
    await foreign.execute("COMMIT")
    await foreign.close()
    await database.close()
