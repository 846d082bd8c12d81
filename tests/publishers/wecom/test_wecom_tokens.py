"""The application's token: fetched once however many ask, renewed once where it is refused."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import cast

import pytest

from hub.publishing.errors import Unauthorised
from hub.publishing.models import Part
from publishers.wecom.simulator import Platform
from tests.publishers.doubles import Stage


@pytest.fixture
def calls(stage: Stage) -> Counter[str]:
    """How often each path was called."""
    counted: Counter[str] = Counter()
    take = stage.platform.faults.take

    def counting(path: str) -> object:
        counted[path.rpartition("/")[2]] += 1
        return take(path)

    stage.platform.faults.take = counting  # type: ignore[method-assign, assignment]
    return counted


def platform(stage: Stage) -> Platform:
    return cast(Platform, stage.platform)


async def deliver(stage: Stage, number: int = 0) -> None:
    await stage.outlet.deliver(stage.job(Part(text=f"第{number}条"), str(number)))


async def test_twenty_messages_at_once_fetch_one_token(stage: Stage, calls: Counter[str]) -> None:
    await asyncio.gather(*(deliver(stage, number) for number in range(20)))
    assert calls == {"gettoken": 1, "send": 20}
    assert len(stage.public()) == 20


async def test_a_token_that_died_before_its_time_is_renewed_once_by_all(
    stage: Stage, calls: Counter[str]
) -> None:
    await deliver(stage)
    platform(stage).kill_token("gongkai")
    calls.clear()
    await asyncio.gather(*(deliver(stage, number) for number in range(1, 11)))
    assert calls["gettoken"] == 1
    assert len(stage.public()) == 11


async def test_a_token_that_stays_dead_is_not_asked_for_without_end(
    stage: Stage, calls: Counter[str]
) -> None:
    app = platform(stage).app("gongkai")
    await deliver(stage)
    app.old_tokens.add(app.token)  # refused, while gettoken goes on giving it
    calls.clear()
    with pytest.raises(Unauthorised) as caught:
        await deliver(stage, 1)
    assert caught.value.platform_code == "42001"
    assert calls == {"gettoken": 1, "send": 2}


async def test_a_token_is_asked_for_again_before_it_ends(stage: Stage, calls: Counter[str]) -> None:
    await deliver(stage, 0)
    stage.clock.advance(7200 - 301)
    await deliver(stage, 1)
    assert calls["gettoken"] == 1
    stage.clock.advance(2)
    await deliver(stage, 2)
    assert calls["gettoken"] == 2
    assert len(stage.public()) == 3


async def test_two_outlets_get_the_same_token(stage: Stage) -> None:
    await deliver(stage, 0)
    other = stage.channel.open(stage.outlet._client._wire, stage.clock)  # type: ignore[attr-defined]
    await other.deliver(stage.job(Part(text="另一进程"), "other"))
    await deliver(stage, 1)
    assert platform(stage).app("gongkai").tokens_given == 1


async def test_an_address_that_is_not_trusted_is_the_accounts_to_mend(stage: Stage) -> None:
    platform(stage).app("gongkai").trusted = frozenset({"203.0.113.7"})
    with pytest.raises(Unauthorised) as caught:
        await deliver(stage)
    assert caught.value.platform_code == "60020"
    assert caught.value.remedy is not None
    assert "可信 IP" in caught.value.remedy.zh
