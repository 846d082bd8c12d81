"""Sessions in memory and in Redis keep the same promises."""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from redis.asyncio import Redis

from bots.contract import Session
from bots.sessions import MemorySessions, RedisSessions, Sessions
from hub.conversation.models import Choice
from hub.kernel.clock import ManualClock

TALK = Session(
    language="en",
    text="公积金",
    item_id="01HZ",
    offered=(Choice(label="一", payload="ask_policy/01HZ"),),
    more="search_catalogue/5",
    waiting="give_opinion",
    latitude=30.5,
    longitude=104.0,
)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 3, 2, tzinfo=UTC))


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)])
async def sessions(request: pytest.FixtureRequest, clock: ManualClock) -> AsyncIterator[Sessions]:
    if request.param == "memory":
        yield MemorySessions(clock, 30)
        return
    redis = Redis.from_url(os.environ["GONGKAI_TEST_REDIS"])
    prefix = f"test-{uuid.uuid4().hex}"
    yield RedisSessions(redis, clock, 30, prefix)
    for key in await redis.keys(f"{prefix}:*"):
        await redis.delete(key)
    await redis.aclose()


async def test_what_is_saved_is_loaded_and_nobody_elses(sessions: Sessions) -> None:
    await sessions.save("a", TALK)
    assert await sessions.load("a") == TALK
    assert await sessions.load("b") == Session()


async def test_it_ends_with_its_time_which_every_message_begins_anew(
    sessions: Sessions, clock: ManualClock
) -> None:
    await sessions.save("a", TALK)
    clock.advance(20 * 60)
    await sessions.save("a", TALK)
    clock.advance(29 * 60)
    assert await sessions.load("a") == TALK
    clock.advance(1 * 60)
    assert await sessions.load("a") == Session()


async def test_what_is_forgotten_is_gone(sessions: Sessions) -> None:
    await sessions.save("a", TALK)
    await sessions.forget("a")
    assert await sessions.load("a") == Session()


async def test_memory_makes_room_for_the_newest(clock: ManualClock) -> None:
    sessions = MemorySessions(clock, 30, most=2)
    for key in "abc":
        await sessions.save(key, TALK)
    assert [await sessions.load(key) == TALK for key in "abc"] == [False, True, True]


async def test_memory_lets_go_of_whoever_wrote_and_never_came_back(clock: ManualClock) -> None:
    sessions = MemorySessions(clock, 30)
    for number in range(200):
        await sessions.save(f"citizen-{number}", TALK)
        clock.advance(60)
    assert len(sessions._kept) <= 31


async def test_without_its_redis_a_conversation_goes_on_without_memory(clock: ManualClock) -> None:
    async with Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.2) as away:
        sessions = RedisSessions(away, clock, 30)
        await sessions.save("a", TALK)
        assert await sessions.load("a") == Session()
        await sessions.forget("a")


@pytest.mark.redis
async def test_what_another_version_wrote_is_no_session(clock: ManualClock) -> None:
    prefix = f"test-{uuid.uuid4().hex}"
    async with Redis.from_url(os.environ["GONGKAI_TEST_REDIS"]) as redis:
        await redis.set(f"{prefix}:session:a", b'{"talk": 1}', ex=60)
        assert await RedisSessions(redis, clock, 30, prefix).load("a") == Session()
