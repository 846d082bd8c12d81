"""Rates, pauses and shared windows: the same in memory and in Redis; Redis away is a wait."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.pacing import engine_settings_of
from app.settings import Settings
from hub.kernel.clock import ManualClock, SystemClock
from hub.kernel.errors import Misconfigured, Unavailable, Words
from hub.publishing.explanation import REASONS
from hub.publishing.models import (
    Declaration,
    DeliveryState,
    LengthUnit,
    MediaRule,
    Overflow,
    Rate,
    Reconciling,
    Repeat,
)
from hub.publishing.ports import Access
from publishers.registry import channels
from scheduler.limits import Limiter
from tests.scheduler.stage import Stage, running
from tests.waiting import until

HOUR = timedelta(hours=1)
BOTH = ["memory", pytest.param("redis", marks=pytest.mark.redis)]


def channel(*rates: Rate) -> Declaration:
    """A channel of its own name, so that no window was used before."""
    return Declaration(
        name=f"c-{uuid.uuid4().hex[:8]}",
        title=Words("渠道", "channel"),
        markup="text",
        unit=LengthUnit.CHARACTERS,
        text_limit=100,
        media=MediaRule(types=frozenset({"image/png"}), max_bytes=1, max_count=1),
        overflow=(Overflow.REFUSE,),
        repeat=Repeat.POSTS_AGAIN,
        reconciling=(Reconciling.PERSON,),
        capabilities=frozenset(),
        source="made up",
        rates=rates,
    )


def access(account: str = "one", **values: Any) -> Access:
    base: dict[str, Any] = {"handle": account, "base_url": "https://api.example"}
    return Access(account_id=account, **{**base, **values})


def redis_url() -> str:
    return "async+" + os.environ["GONGKAI_TEST_REDIS"]


@asynccontextmanager
async def limiter_at(url: str) -> AsyncIterator[Limiter]:
    limiter = Limiter(SystemClock(), url)
    try:
        yield limiter
    finally:
        await limiter.close()


@pytest.fixture(params=BOTH)
async def limiter(request: pytest.FixtureRequest) -> AsyncIterator[Limiter]:
    url = "async+memory://" if request.param == "memory" else redis_url()
    async with limiter_at(url) as opened:
        yield opened


@pytest.fixture
def closed_port() -> int:
    """A port of this machine on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def permits(limiter: Limiter, declaration: Declaration, who: Access, tries: int) -> int:
    """How many of `tries` urgent calls are permitted at once."""
    waits = [await limiter.delay(declaration, who, urgent=True) for _ in range(tries)]
    return waits.count(0.0)


@pytest.mark.parametrize("scope", ["account", "chat", "app"])
async def test_a_rate_permits_so_many_calls_and_then_tells_how_long_to_wait(
    limiter: Limiter, scope: str
) -> None:
    some = channel(Rate(count=3, per=HOUR, scope=scope))
    assert await permits(limiter, some, access(), 5) == 3
    assert 3500 < await limiter.delay(some, access(), urgent=True) <= 3600


async def test_a_window_moves_on(limiter: Limiter) -> None:
    some = channel(Rate(count=1, per=timedelta(seconds=1)))
    assert await permits(limiter, some, access(), 2) == 1
    wait = await limiter.delay(some, access())
    await SystemClock().sleep(wait + 0.05)
    assert await limiter.delay(some, access()) == 0.0


@pytest.mark.parametrize("scope", ["account", "chat"])
async def test_accounts_have_windows_of_their_own(limiter: Limiter, scope: str) -> None:
    some = channel(Rate(count=1, per=HOUR, scope=scope))
    assert await permits(limiter, some, access("one"), 2) == 1
    assert await permits(limiter, some, access("two"), 2) == 1


@pytest.mark.parametrize(
    "shared", [{"settings": {"app_key": "k"}}, {"credentials": {"token": "t"}}]
)
async def test_accounts_of_one_app_share_its_window(
    limiter: Limiter, shared: dict[str, Any]
) -> None:
    some = channel(Rate(count=1, per=HOUR, scope="app"))
    assert await permits(limiter, some, access("one", **shared), 1) == 1
    assert await permits(limiter, some, access("two", **shared), 1) == 0
    assert await permits(limiter, some, access("three", credentials={"token": "u"}), 1) == 1


async def test_the_narrowest_of_several_rates_decides(limiter: Limiter) -> None:
    some = channel(Rate(count=5, per=HOUR), Rate(count=2, per=timedelta(minutes=1), scope="chat"))
    assert await permits(limiter, some, access(), 5) == 2
    assert await limiter.delay(some, access(), urgent=True) <= 60


async def test_a_pause_stops_its_scope_and_nothing_else(limiter: Limiter) -> None:
    some = channel(Rate(count=9, per=HOUR, scope="app"))
    limiter.pause(some, access("one"), "account", timedelta(seconds=30))
    assert 29 < await limiter.delay(some, access("one")) <= 30
    assert await limiter.delay(some, access("two")) == 0.0


async def test_a_second_chat_that_is_refused_pauses_the_whole_bot(limiter: Limiter) -> None:
    some = channel()
    bot = {"credentials": {"bot_token": "t"}}
    limiter.pause(some, access("one", **bot), "chat", timedelta(seconds=30))
    assert await limiter.delay(some, access("three", **bot)) == 0.0
    limiter.pause(some, access("one", **bot), "chat", timedelta(seconds=30))  # again the same
    assert await limiter.delay(some, access("three", **bot)) == 0.0
    limiter.pause(some, access("two", **bot), "chat", timedelta(seconds=20))
    assert 19 < await limiter.delay(some, access("three", **bot)) <= 20
    assert await limiter.delay(some, access("four", credentials={"bot_token": "u"})) == 0.0


async def test_chats_refused_one_after_the_other_pause_no_bot() -> None:
    clock = ManualClock(datetime(2026, 3, 2, tzinfo=UTC))
    limiter, some = Limiter(clock), channel()
    for name in ("one", "two", "three"):
        limiter.pause(some, access(name), "chat", timedelta(seconds=30))
        clock.advance(31)
    assert limiter.pause_left(some, access("four")) == 0.0


async def test_the_app_is_what_the_declaration_says(limiter: Limiter) -> None:
    some = replace(channel(Rate(count=1, per=HOUR, scope="app")), app=("bot_token",))
    own = {"bot_token": "t", "webhook_secret": "a"}, {"bot_token": "t", "webhook_secret": "b"}
    assert await permits(limiter, some, access("one", credentials=own[0]), 1) == 1
    assert await permits(limiter, some, access("two", credentials=own[1]), 1) == 0
    other = access("three", credentials={"bot_token": "u"})
    assert await permits(limiter, some, other, 1) == 1


async def test_accounts_that_name_no_app_share_what_their_address_allows(limiter: Limiter) -> None:
    some = replace(channel(Rate(count=1, per=HOUR, scope="app")), app=("app_key",))
    assert await permits(limiter, some, access("one", credentials={"token": "t"}), 1) == 1
    assert await permits(limiter, some, access("two", credentials={"token": "u"}), 1) == 0


@pytest.mark.parametrize("name", sorted(channels()))
def test_what_names_an_app_is_a_credential_or_setting_that_exists(name: str) -> None:
    found = channels()[name]
    known = {field.name for field in (*found.credentials, *found.settings)}
    assert set(found.declaration.app) <= known


async def test_a_shorter_pause_does_not_end_a_longer_one(limiter: Limiter) -> None:
    some = channel()
    for seconds in (30, 5):
        limiter.pause(some, access(), "app", timedelta(seconds=seconds))
    assert await limiter.delay(some, access()) > 29


async def test_calls_of_a_former_life_count_as_long_as_their_window() -> None:
    async with limiter_at("async+memory://") as reborn:
        busy, idle = access("one"), access("two")
        hourly = channel(
            Rate(count=10, per=HOUR, scope="app"),
            Rate(count=8, per=HOUR),
            Rate(count=5, per=timedelta(minutes=1)),
        )
        now = SystemClock().now()
        for ago in (3601, 3590, 120, 90):
            reborn.recall(hourly, busy, now - timedelta(seconds=ago))
        assert await permits(reborn, hourly, busy, 20) == 5
        assert await permits(reborn, hourly, idle, 20) == 2
        assert 0 < await reborn.delay(hourly, idle, urgent=True) <= 10


async def test_the_windows_can_be_asked(limiter: Limiter) -> None:
    assert await limiter.check() is None


@pytest.mark.redis
async def test_two_processes_share_one_window() -> None:
    some = channel(Rate(count=4, per=HOUR))
    async with limiter_at(redis_url()) as one, limiter_at(redis_url()) as other:
        granted = [
            await permits(each, some, access(), 1) for each in (one, other, one, other, one, other)
        ]
    assert granted == [1, 1, 1, 1, 0, 0]


async def test_nothing_is_permitted_while_redis_is_away(closed_port: int) -> None:
    some = channel(Rate(count=4, per=HOUR))
    async with limiter_at(f"async+redis://:hush@127.0.0.1:{closed_port}/0") as limiter:
        with pytest.raises(Unavailable) as caught:
            await limiter.delay(some, access())
        with pytest.raises(Unavailable):
            await limiter.check()
    assert caught.value.field == "redis_url"
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("url", ["redis-of-ours", "async+http://:hush@127.0.0.1/0"])
def test_what_is_no_redis_is_refused_without_telling_its_password(url: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        Limiter(SystemClock(), url)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("setting", "storage"),
    [
        ("", "async+memory://"),
        ("redis://127.0.0.1:6379/1", "async+redis://127.0.0.1:6379/1"),
        ("unix:///run/redis.sock", "async+unix:///run/redis.sock"),
    ],
)
def test_the_setting_names_a_storage_that_can_be_opened(setting: str, storage: str) -> None:
    assert engine_settings_of(Settings(redis_url=setting)).limits_storage == storage
    assert Limiter(SystemClock(), storage).pausing is False


async def test_a_delivery_waits_and_says_why_while_redis_is_away(
    stage: Stage, closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited = replace(stage.platform.declaration, rates=(Rate(count=9, per=HOUR),))
    monkeypatch.setattr(stage.platform, "declaration", limited)
    await stage.plan(await stage.approved())
    dispatcher = stage.dispatcher()
    async with limiter_at(f"async+redis://127.0.0.1:{closed_port}/0") as away:
        dispatcher._limiter = away
        async with running(dispatcher):
            await until(lambda: _is(stage, DeliveryState.BLOCKED))
    delivery = await stage.delivery()
    assert (delivery.reason, delivery.tries, delivery.attempts) == ("limits-away", 0, 0)
    assert delivery.next_at is not None
    assert "Redis" in REASONS["limits-away"].zh
    assert stage.platform.posts == []


async def _is(stage: Stage, state: DeliveryState) -> bool:
    return (await stage.delivery()).state is state


async def test_workers_without_a_redis_share_a_rate_among_them() -> None:
    rules, workers = channel(Rate(count=40, per=HOUR, scope="account")), 4
    limiters = [Limiter(ManualClock(datetime(2026, 3, 2, tzinfo=UTC))) for _ in range(workers)]
    taken = 0
    for limiter in limiters:
        limiter.share = lambda: workers
        while await limiter.delay(rules, access(), urgent=True) == 0:
            taken += 1
    assert taken == 40
