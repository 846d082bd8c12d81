"""However many ask at once, a process has few connections to its Redis."""

from __future__ import annotations

import asyncio
import os

import pytest
from redis.asyncio import Redis

from bots.contract import Session
from bots.sessions import RedisSessions
from hub.kernel.clock import SystemClock
from hub.kernel.errors import Misconfigured
from hub.kernel.redis_pool import redis_pool

FEW, MANY = 8, 400


@pytest.mark.redis
async def test_a_burst_of_citizens_opened_a_connection_each_that_nobody_closed() -> None:
    name = f"burst-{os.getpid()}"
    pool = redis_pool(os.environ["GONGKAI_TEST_REDIS"], connections=FEW, client_name=name)
    async with Redis.from_pool(pool) as redis:
        sessions = RedisSessions(redis, SystemClock(), 30, prefix=name)
        talk = Session(text="公积金")
        await asyncio.gather(*(sessions.save(str(n), talk) for n in range(MANY)))
        loaded = await asyncio.gather(*(sessions.load(str(n)) for n in range(MANY)))
        await asyncio.gather(*(sessions.forget(str(n)) for n in range(MANY)))
        ours = [one for one in await redis.client_list() if one["name"] == name]
    assert loaded == [talk] * MANY
    assert 0 < len(ours) <= FEW


def test_what_is_no_address_is_named_without_its_password() -> None:
    with pytest.raises(Misconfigured) as refused:
        redis_pool("redis-1:6379//geheim", connections=FEW)
    assert refused.value.field == "redis_url"
    assert "geheim" not in f"{refused.value!r} {refused.value.__cause__}"
