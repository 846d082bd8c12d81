"""People write to a bot by webhook and by polling; what they press comes back as the choice."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from hub.conversation.models import Answer, Choice, EventType, InboundKind, Location
from tests.journeys.asking.conftest import Asking

HANDLE = "telegram-sichuan"
SECRET = "webhook-secret_1"


class People:
    def __init__(self, asking: Asking, account: str) -> None:
        self.asking = asking
        self.world = asking.platform("telegram")
        self.bot = self.world.bot_of("@telegram_sichuan")
        self.url = asking.address("telegram", account)

    async def say(self, who: int = 5001, **message: Any) -> None:
        now = int(self.world.clock.now().timestamp())
        await self.world.updates.say(self.bot, self.world.private(self.bot, who), now, **message)

    async def press(self, data: str, who: int = 5001) -> None:
        await self.world.updates.press(self.bot, self.world.private(self.bot, who), data)

    def read(self, who: int = 5001) -> list[str]:
        return [m.body.text for m in self.world.private(self.bot, who).messages.values()]


async def people(asking: Asking, **settings: Any) -> People:
    asking.platform("telegram").enrol("@telegram_sichuan")
    opened = asking.platform("telegram").enrol("@telegram_sichuan")
    account = await asking.account(
        "telegram",
        settings,
        handle=opened.handle,
        credentials={**opened.credentials, "webhook_secret": SECRET},
    )
    return People(asking, account)


@pytest.fixture
async def hooked(asking: Asking) -> People:
    found = await people(asking)
    found.world.updates.hook(found.bot, found.url, SECRET)
    return found


async def test_a_question_by_webhook_is_answered_by_a_call_of_ours(
    asking: Asking, hooked: People
) -> None:
    await hooked.say(text="怎么办护照")
    await asking.quiet()
    assert hooked.read() == ["答：怎么办护照"]
    assert await asking.states() == ["answered"]
    assert asking.answerer.asked[0].language == "zh-hans"


async def test_an_update_delivered_twice_at_once_is_one_message(
    asking: Asking, hooked: People
) -> None:
    hooked.world.updates.twice = True
    await hooked.say(text="问")
    await asking.quiet()
    assert hooked.read() == ["答：问"]


async def test_a_pressed_button_is_the_choice_and_stops_waiting(
    asking: Asking, hooked: People
) -> None:
    asking.answerer.says = lambda inbound: Answer(
        paragraphs=(inbound.event_key or "菜单",),
        choices=(Choice(label="文件", payload="docs"),),
    )
    await hooked.say(text="/start hall7")
    await hooked.press("docs")
    await asking.quiet()
    assert hooked.read() == ["hall7", "docs"]
    first, second = asking.answerer.asked
    assert (first.event, second.event) == (EventType.SUBSCRIBE, EventType.CHOICE)
    assert len(hooked.world.updates.answered) == 1


async def test_a_place_is_a_place(asking: Asking, hooked: People) -> None:
    await hooked.say(location={"latitude": 30.65, "longitude": 104.06})
    await asking.quiet()
    (asked,) = asking.answerer.asked
    assert asked.kind is InboundKind.LOCATION
    assert asked.location == Location(latitude=30.65, longitude=104.06)


async def test_polled_updates_are_kept_before_they_are_confirmed(asking: Asking) -> None:
    found = await people(asking, receive="poll")
    await found.say(text="一")
    await found.say(text="二", who=5002)
    await asking.conversing.polling.look()
    await asking.quiet()
    assert (found.read(), found.read(5002)) == (["答：一"], ["答：二"])


@pytest.mark.parametrize("secret", ["", "wrong", SECRET.upper()])
async def test_without_the_secret_nobody_is_heard(
    asking: Asking, hooked: People, secret: str
) -> None:
    update = {"update_id": 1, "message": {"text": "x"}}
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
    async with (
        aiohttp.ClientSession() as session,
        session.post(hooked.url, json=update, headers=headers) as response,
    ):
        assert response.status == 403
    assert asking.answerer.asked == []


async def test_a_button_pressed_by_another_person_than_its_chat_s_is_refused(
    asking: Asking, hooked: People
) -> None:
    query = {
        "id": "1",
        "from": {"id": 666},
        "data": "docs",
        "message": {"message_id": 1, "chat": {"id": 5001, "type": "private"}},
    }
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            hooked.url, json={"update_id": 1, "callback_query": query}, headers=headers
        ) as response,
    ):
        assert response.status == 400
    assert asking.answerer.asked == []


async def test_what_bots_and_groups_say_is_nobody_s_question(
    asking: Asking, hooked: People
) -> None:
    await hooked.say(text="x", **{"from": {"id": 5001, "is_bot": True}})
    await hooked.say(text="x", chat={"id": -100, "type": "supergroup"})
    await asking.quiet()
    assert asking.answerer.asked == []
