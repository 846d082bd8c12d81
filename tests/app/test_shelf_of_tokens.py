"""Access tokens shared by processes: one asks the platform; a Redis that is lost costs a call."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from app.keys import new_key
from app.settings import Settings
from app.shelf import RedisShelf
from hub.kernel.clock import SystemClock
from publishers.shelf import Shelf
from publishers.tokens import CachedToken
from publishers.wire import Answer
from simulators.scaled.servers import free_port

KEY = new_key("k1")


class Platform:
    """Gives the same token to everybody while it is valid, as stable_token does."""

    def __init__(self) -> None:
        self.asked = 0
        self.token = "first"


class Token(CachedToken):
    def __init__(self, platform: Platform, shelf: Shelf | None, name: str) -> None:
        super().__init__(SystemClock(), shelf, name)
        self._platform = platform

    async def _ask(self) -> tuple[Answer, Mapping[str, Any]]:
        self._platform.asked += 1
        await asyncio.sleep(0)
        answer = Answer(status=200, headers={}, body=b"", effect=False, what="token")
        return answer, {"access_token": self._platform.token, "expires_in": 7200}


@asynccontextmanager
async def shelves(count: int, home: Path, url: str = "") -> AsyncIterator[list[RedisShelf]]:
    """A shelf for each of several processes."""
    settings = Settings.model_validate(
        {
            "home": home,
            "redis_url": url or os.environ["GONGKAI_TEST_REDIS"],
            "secret_keys": (KEY,),
        }
    )
    async with AsyncExitStack() as stack:
        opened = [RedisShelf(settings) for _ in range(count)]
        for shelf in opened:
            stack.push_async_callback(shelf.close)
        yield opened


@pytest.mark.redis
async def test_of_many_processes_one_asks_the_platform(tmp_path: Path) -> None:
    platform, name = Platform(), uuid.uuid4().hex
    async with shelves(6, tmp_path) as opened:
        tokens = [Token(platform, shelf, name) for shelf in opened]
        assert set(await asyncio.gather(*(one.current() for one in tokens))) == {"first"}
        assert platform.asked == 1


@pytest.mark.redis
async def test_a_dead_token_is_asked_for_anew_by_one_of_them(tmp_path: Path) -> None:
    platform, name = Platform(), uuid.uuid4().hex
    async with shelves(4, tmp_path) as opened:
        tokens = [Token(platform, shelf, name) for shelf in opened]
        await asyncio.gather(*(one.current() for one in tokens))
        platform.token = "second"
        renewed = await asyncio.gather(*(one.renew("first") for one in tokens))
    assert set(renewed) == {"second"}
    assert platform.asked == 2


@pytest.mark.redis
async def test_a_shelf_that_was_emptied_costs_a_question_and_nothing_else(tmp_path: Path) -> None:
    platform, name = Platform(), uuid.uuid4().hex
    async with (
        shelves(2, tmp_path) as opened,
        Redis.from_url(os.environ["GONGKAI_TEST_REDIS"]) as r,
    ):
        first = Token(platform, opened[0], name)
        await first.current()
        names = [key async for key in r.scan_iter("gongkai:token:*")]
        kept = [await r.get(key) for key in names]
        assert not any(b"first" in (one or b"") for one in kept), "tokens are sealed"
        await r.delete(*names)
        assert await Token(platform, opened[1], name).current() == "first"
    assert platform.asked == 2


async def test_without_a_redis_that_answers_every_process_asks_for_itself(tmp_path: Path) -> None:
    platform = Platform()
    async with shelves(2, tmp_path, f"redis://127.0.0.1:{free_port()}/0") as opened:
        for shelf in opened:
            assert await Token(platform, shelf, "one").current() == "first"
    assert platform.asked == 2
