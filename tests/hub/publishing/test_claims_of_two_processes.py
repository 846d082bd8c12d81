"""Two processes claim at the same moment: on PostgreSQL neither waits, fails, or shares."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from hub.kernel.database import Transaction
from hub.publishing import ledger
from hub.publishing.models import Delivery, DeliveryState
from tests.scheduler.stage import Stage

S = DeliveryState


@pytest.fixture
def url(database_url: str) -> str:
    if not database_url.startswith("postgresql"):
        pytest.skip("SQLite has one writer at a time")
    return database_url


def claim(connection: Connection, stage: Stage, owner: str, limit: int) -> list[Delivery]:
    now = stage.clock.now()
    until = now + timedelta(minutes=1)
    return ledger.claim(
        Transaction(connection), owner=owner, now=now, lease_until=until, limit=limit
    )


@pytest.mark.postgres
async def test_neither_takes_an_account_that_the_other_is_taking(stage: Stage, url: str) -> None:
    await stage.accounts(6)
    for text in "一二三":
        await stage.plan(await stage.approved(text, 0))
    engine = create_async_engine(url)
    async with engine.begin() as first, engine.begin() as second:
        one = await first.run_sync(claim, stage, "w1", 4)
        two = await second.run_sync(claim, stage, "w2", 8)
    await engine.dispose()
    assert one
    taken = [delivery.account_id for delivery in one + two]
    assert len(set(taken)) == len(taken)
    assert len(await stage.deliveries(state="claimed")) == len(taken)


@pytest.mark.postgres
async def test_what_the_other_claimed_just_before_is_not_claimed(stage: Stage, url: str) -> None:
    """The other worker commits between our look at the rows and our claim."""
    await stage.accounts(1)
    for text in "一二":
        await stage.plan(await stage.approved(text, 0))
    engine = create_async_engine(url)
    async with engine.begin() as first:
        await first.run_sync(claim, stage, "w1", 1)
    async with engine.begin() as second:
        assert await second.run_sync(claim, stage, "w2", 8) == []
    await engine.dispose()
