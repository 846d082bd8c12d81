"""Fans' messages come by callback, comments and mentions by polling within the day's budget."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import aiohttp
import pytest

from hub.conversation.models import EventType, InboundKind, Location
from publishers.resting import rest_of
from publishers.weibo.inbox import open_inbox
from publishers.weibo.simulator_fans import APP_SECRET
from tests.journeys.asking.conftest import Asking
from tests.journeys.asking.test_people_mention_on_mastodon import look

FAN = "2002002002"


async def account(asking: Asking, **settings: str) -> tuple[str, str]:
    """The address of the inbox, and the account's number on the platform."""
    opened = asking.platform("weibo").enrol("weibo-sichuan")
    found = await asking.account(
        "weibo",
        {"messages_base_url": f"{asking.town_url}/weibo", **settings},
        credentials={**opened.credentials, "app_secret": APP_SECRET},
    )
    return asking.address("weibo", found), opened.credentials["uid"]


def test_the_documented_signature_is_accepted() -> None:
    """The example of the platform's own page."""
    query = {
        "signature": "90e4c22c90a58f26526c2dd5b6c56c8822edeaa1",
        "timestamp": "1397022061823",
        "nonce": "57155157",
        "echostr": "xs12",
    }
    door = open_inbox({"app_secret": "xyz123xyz"}, {})
    assert door.handshake(query) == b"xs12"


async def test_a_fan_s_message_is_answered_in_the_platform_s_call(asking: Asking) -> None:
    url, uid = await account(asking)
    world = asking.platform("weibo")
    assert await world.fan_says(url, uid, FAN, text="公交线路") == "答：公交线路"
    assert await asking.states() == ["answered"]


async def test_events_and_places_are_typed(asking: Asking) -> None:
    url, uid = await account(asking)
    world = asking.platform("weibo")
    await world.fan_says(url, uid, FAN, type="event", data={"subtype": "click", "key": "menu"})
    await world.fan_says(
        url, uid, FAN, type="position", data={"longitude": "104.06", "latitude": "30.65"}
    )
    click, place = asking.answerer.asked
    assert (click.event, click.event_key) == (EventType.CHOICE, "menu")
    assert place.kind is InboundKind.LOCATION
    assert place.location == Location(latitude=30.65, longitude=104.06)


async def test_a_slow_answer_follows_as_a_message(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publishers.weibo.inbox._PATIENCE_S", 0.1)
    asking.answerer.delay = 0.3
    url, uid = await account(asking)
    assert await asking.platform("weibo").fan_says(url, uid, FAN, text="难题") == ""
    await asking.quiet()
    assert asking.platform("weibo").said[FAN] == ["答：难题"]
    assert await asking.states() == ["answered"]


async def test_a_forged_callback_reaches_nobody(asking: Asking) -> None:
    url, _ = await account(asking)
    query = {"signature": "0" * 40, "timestamp": "1700000000000", "nonce": "1"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, params=query, json={"type": "text", "sender_id": 1}) as response,
    ):
        assert response.status == 403
    assert asking.answerer.asked == []


async def test_comments_and_mentions_are_answered_where_they_were_made(asking: Asking) -> None:
    _, uid = await account(asking, receive="poll")
    world = asking.platform("weibo")
    world.fan_comments(uid, FAN, "从前的评论", 5_100_000_000_000_000)
    await look(asking)
    comment = world.fan_comments(uid, FAN, "回复@四川发布:何时开工？", 5_100_000_000_000_000)
    mention = world.fan_mentions(uid, FAN, "@四川发布 路灯坏了")
    world.fan_comments(uid, uid, "我们自己的话", 5_100_000_000_000_000)
    await look(asking)
    assert world.said == {str(comment): ["答：何时开工？"], str(mention): ["答：路灯坏了"]}
    assert [inbound.text for inbound in asking.answerer.asked] == ["何时开工？", "路灯坏了"]


async def test_comments_beyond_the_first_page_of_a_look_are_not_lost(asking: Asking) -> None:
    _, uid = await account(asking, receive="poll")
    world = asking.platform("weibo")
    await look(asking)
    said = [f"第{number}条评论" for number in range(120)]
    for number, text in enumerate(said):
        fan, twice = str(3_000_000_000 + number), number % 10 == 7
        world.fan_comments(uid, fan, text, 5_100_000_000_000_000, twice=twice)
    await look(asking)
    assert sorted(inbound.text for inbound in asking.answerer.asked) == sorted(said)


async def test_an_account_with_a_larger_budget_is_read_more_often(asking: Asking) -> None:
    _, uid = await account(asking, receive="poll", poll_seconds="1")
    world = asking.platform("weibo")
    await asking.conversing.polling.look()
    await asking.conversing.polling.quiet()
    world.fan_mentions(uid, FAN, "@四川发布 路灯坏了")
    async with asyncio.timeout(60):
        while not asking.answerer.asked:
            await asking.conversing.polling.look()
            await asking.conversing.polling.quiet()
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("said", ["", "0", "-5", "１０", "86401", "soon"])
def test_a_rest_that_is_none_is_the_usual_one(said: str) -> None:
    assert rest_of({"poll_seconds": said}, timedelta(hours=1)) == timedelta(hours=1)
