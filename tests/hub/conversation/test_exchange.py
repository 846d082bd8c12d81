"""One message's answer is shared by whoever delivers it, and nobody takes it from another."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from hub.conversation.exchange import Exchange
from hub.conversation.models import Answer, Arrival, Inbound, InboundKind
from hub.kernel.errors import Unavailable, Words

ANSWER = Answer(paragraphs=("好",))


def an_exchange() -> Exchange:
    arrival = Arrival(external_key="m:1", address="o1", kind=InboundKind.TEXT, text="你好")
    inbound = Inbound(
        id="1",
        channel="wechat",
        account="a",
        external_key="m:1",
        sender="s",
        kind=InboundKind.TEXT,
        received_at=datetime(2026, 6, 15, tzinfo=UTC),
    )
    return Exchange(inbound=inbound, arrival=arrival, waits=True)


async def test_everybody_who_asks_is_told_the_same_before_and_after_it_is_settled() -> None:
    exchange = an_exchange()
    early = [asyncio.create_task(exchange.told()) for _ in range(3)]
    await asyncio.sleep(0)
    exchange.settle(ANSWER)
    assert [await task for task in early] == [ANSWER] * 3
    assert await exchange.told() is ANSWER


async def test_who_goes_away_takes_nobody_along() -> None:
    exchange = an_exchange()
    leaving, staying = (asyncio.create_task(exchange.told()) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    exchange.settle(ANSWER)
    assert await staying is ANSWER


async def test_the_first_word_counts() -> None:
    exchange = an_exchange()
    exchange.settle(ANSWER)
    exchange.settle(None, Unavailable(Words("晚", "late")))
    exchange.end()
    assert await exchange.told() is ANSWER


async def test_what_kept_it_from_being_kept_is_raised_to_everybody() -> None:
    exchange = an_exchange()
    early = asyncio.create_task(exchange.told())
    await asyncio.sleep(0)
    exchange.settle(None, Unavailable(Words("满", "full")))
    for told in (early, exchange.told()):
        with pytest.raises(Unavailable):
            await told
