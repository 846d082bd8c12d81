"""Members write to an application, sealed, and are answered by its messages."""

from __future__ import annotations

import hashlib

import pytest

from hub.catalogue import store as catalogue
from hub.conversation.models import Answer, Choice, Picture
from publishers.simulation import Fault
from publishers.wecom.simulator_callbacks import (
    event_xml,
    push,
    sealed,
    text_xml,
    verify_address,
)
from tests.journeys.asking.conftest import Asking
from tests.publishers.doubles import picture

HANDLE = "wecom-sichuan"


class Members:
    def __init__(self, asking: Asking, url: str) -> None:
        self.asking = asking
        self.url = url
        self.world = asking.platform("wecom")
        self.app = self.world.app(HANDLE)
        self.number = 0

    async def say(self, words: str, who: str = "zhangsan", number: int = 0) -> int:
        self.number += 1
        now = self.world.clock.now().timestamp()
        xml = text_xml(self.app, who, words, now, number or self.number)
        times = await push(self.url, *sealed(self.app, xml, now))
        await self.asking.quiet()
        return times

    async def click(self, key: str) -> None:
        now = self.world.clock.now().timestamp()
        await push(self.url, *sealed(self.app, event_xml(self.app, "lisi", "click", key, now), now))
        await self.asking.quiet()

    def told(self) -> list[tuple[tuple[str, ...], str]]:
        return [(message.reached, message.text) for message in self.app.messages]


@pytest.fixture
async def members(asking: Asking) -> Members:
    account = await asking.account("wecom")
    opened = Members(asking, asking.address("wecom", account))
    now = opened.world.clock.now().timestamp()
    assert await verify_address(opened.app, opened.url, now)
    return opened


async def test_a_member_is_answered_by_a_message_to_them_alone(members: Members) -> None:
    assert await members.say("年假怎么休？") == 1
    assert members.told() == [(("zhangsan",), "答：年假怎么休？")]
    assert await members.asking.states() == ["answered"]


async def test_a_callback_that_comes_again_is_answered_once(members: Members) -> None:
    for _ in range(3):
        await members.say("你好", number=7)
    assert len(members.told()) == 1


async def test_the_same_answer_to_a_second_question_arrives(members: Members) -> None:
    members.asking.answerer.says = lambda inbound: Answer(paragraphs=("工作日 9:00-17:00",))
    await members.say("几点上班")
    await members.say("几点开门")
    assert len(members.told()) == 2


async def test_an_answer_whose_fate_is_unknown_is_sent_again_and_is_there_once(
    members: Members,
) -> None:
    members.world.faults.arm(Fault.COMMIT_THEN_RESET, "*/message/send")
    await members.say("你好")
    members.world.tune({"busy_done": 1})
    await members.say("再问")
    assert [text for _, text in members.told()] == ["答：你好", "答：再问"]
    assert await members.asking.states() == ["answered", "answered"]


async def test_a_picture_comes_first_and_choices_by_their_numbers(members: Members) -> None:
    data = picture(side=40)
    sha256 = hashlib.sha256(data).hexdigest()
    await members.asking.hub.database.write(
        lambda tx: catalogue.put_blob(tx, sha256, "image/png", data), audited=False
    )
    members.asking.answerer.says = lambda inbound: Answer(
        paragraphs=(inbound.event_key or "请看图",),
        media=() if inbound.event_key else (Picture(sha256=sha256, alt="一图读懂"),),
        choices=(Choice(label="甲", payload="a"), Choice(label="乙", payload="b")),
    )
    await members.say("图解")
    await members.say("2")
    await members.click("menu")
    shown, *words = members.app.messages
    assert shown.pictures == 1
    assert [one.text.split("\n")[0] for one in words] == ["请看图", "b", "menu"]
    assert words[0].text.endswith("1. 甲\n2. 乙")
