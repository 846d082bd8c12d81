"""Subscribing, cancelling, opting out, and who is told of an item; on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hub.catalogue.models import Attribute, Item, ItemDraft
from hub.catalogue.service import Catalogue
from hub.conversation.subscriptions.errors import (
    BadSubscription,
    TooManySubscriptions,
    UnknownSubscription,
)
from hub.conversation.subscriptions.models import Pace, Reader, Topic, Wish
from hub.conversation.subscriptions.rules import MOST
from hub.conversation.subscriptions.service import Subscriptions
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.events import read_events
from hub.kernel.ids import IdSource
from hub.organisations.service import Organisations
from tests.hub.conftest import CITY, PROVINCE

ME = Reader(channel="paper", account="a1", sender="me")
YOU = replace(ME, sender="you")
FUND = Wish(topic=Topic.KEYWORD, value="公積金", label="公積金")


@pytest.fixture
def subscriptions(database: Database, clock: ManualClock, ids: IdSource) -> Subscriptions:
    return Subscriptions(database, clock, ids)


@pytest.fixture
async def item(organisations: Organisations, catalogue: Catalogue, database: Database) -> Item:
    await organisations.import_bodies([PROVINCE, CITY], actor="root")
    bodies = {body.code: body.id for body in await organisations.bodies()}
    draft = ItemDraft(
        body_id=bodies[CITY.code],
        title="关于住房公积金提取的通知",
        body="正文",
        attribute=Attribute.PROACTIVE,
        theme="综合政务\\政务公开",
    )
    return await catalogue.add(draft, actor="root")


async def test_a_word_is_kept_in_one_form_and_listed(subscriptions: Subscriptions) -> None:
    made = await subscriptions.subscribe(ME, FUND)
    assert made.wish.value == "公积金"
    assert await subscriptions.of(ME) == [made]
    assert await subscriptions.of(YOU) == []


async def test_the_same_wish_again_is_the_same_and_another_pace_takes_its_place(
    subscriptions: Subscriptions,
) -> None:
    first = await subscriptions.subscribe(ME, FUND)
    assert await subscriptions.subscribe(ME, FUND) == first
    daily = await subscriptions.subscribe(ME, replace(FUND, pace=Pace.DAILY))
    assert await subscriptions.of(ME) == [daily]


async def test_nobody_cancels_what_is_another_readers(subscriptions: Subscriptions) -> None:
    made = await subscriptions.subscribe(ME, FUND)
    with pytest.raises(UnknownSubscription):
        await subscriptions.cancel(YOU, made.id)
    await subscriptions.cancel(ME, made.id)
    with pytest.raises(UnknownSubscription):
        await subscriptions.cancel(ME, made.id)
    assert await subscriptions.of(ME) == []


@pytest.mark.parametrize("value", ["", " ", "金", "字" * 31])
async def test_a_word_that_is_none_is_refused(subscriptions: Subscriptions, value: str) -> None:
    with pytest.raises(BadSubscription):
        await subscriptions.subscribe(ME, replace(FUND, value=value))


async def test_there_is_an_end_to_wishes(subscriptions: Subscriptions) -> None:
    for n in range(MOST):
        await subscriptions.subscribe(ME, replace(FUND, value=f"关键词{n}"))
    with pytest.raises(TooManySubscriptions):
        await subscriptions.subscribe(ME, FUND)


async def test_who_wished_for_body_above_theme_above_or_word_is_told_once(
    subscriptions: Subscriptions, organisations: Organisations, item: Item
) -> None:
    top = next(b for b in await organisations.bodies() if b.code == PROVINCE.code)
    by_body = Wish(topic=Topic.BODY, value=top.id, label=top.name, pace=Pace.DAILY)
    by_theme = Wish(topic=Topic.THEME, value="综合政务", label="综合政务")
    await subscriptions.subscribe(ME, by_body)
    await subscriptions.subscribe(ME, FUND)
    await subscriptions.subscribe(YOU, by_theme)
    await subscriptions.subscribe(YOU, replace(FUND, value="社保"))
    told = {one.reader: one.wish.pace for one in await subscriptions.wishing(item)}
    assert told == {ME: Pace.IMMEDIATE, YOU: Pace.IMMEDIATE}


async def test_who_opted_out_is_told_nothing_until_they_ask_again(
    subscriptions: Subscriptions, item: Item
) -> None:
    await subscriptions.subscribe(ME, FUND)
    assert await subscriptions.opt_out(ME) == 1
    assert await subscriptions.opt_out(ME) == 0
    assert await subscriptions.is_silent(ME)
    assert await subscriptions.wishing(item) == []
    await subscriptions.subscribe(ME, FUND)
    assert not await subscriptions.is_silent(ME)
    assert [one.reader for one in await subscriptions.wishing(item)] == [ME]


async def test_the_audit_log_does_not_say_whose_a_subscription_is(
    subscriptions: Subscriptions, database: Database
) -> None:
    made = await subscriptions.subscribe(replace(ME, sender="secret-me"), FUND)
    events = await database.read(lambda c: read_events(c, subject=made.id))
    assert [one["kind"] for one in events] == ["conversation.subscription.made"]
    assert "secret-me" not in str(events)
