"""What is said in rooms is heard by sync, answered under the message, once, and by invitation."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from hub.catalogue import store as catalogue
from hub.conversation.models import Answer, Choice, InboundKind, Picture
from publishers.matrix.simulator import Platform
from publishers.simulation import Fault
from tests.journeys.asking.conftest import Asking
from tests.publishers.doubles import picture

LI, WANG = "@li:home.example", "@wang:home.example"
ALIAS = "#gov:sim.example"
OWN = "@gov:sim.example"


@pytest.fixture(autouse=True)
def short_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("publishers.matrix.polling._WAIT", timedelta(0))


async def opened(asking: Asking, **settings: str) -> Platform:
    """The homeserver, with an account that listens and has looked once."""
    given = {"receive": "poll", "invites": "home.example", **settings}
    await asking.account("matrix", given, handle="gov")
    world: Platform = asking.platform("matrix")
    await look(asking)
    return world


async def look(asking: Asking) -> None:
    await asking.hub.database.write(
        lambda tx: tx.connection.exec_driver_sql("UPDATE poll_cursors SET polled_at = 0"),
        audited=False,
    )
    await asking.conversing.polling.look()
    await asking.quiet()


async def talking(asking: Asking, world: Platform, *others: str) -> str:
    """A room that somebody invited the account to, and that it is in."""
    room = world.invite(ALIAS, LI, *others)
    await look(asking)
    assert OWN in world.room_by_id(room).members
    return room


def said(world: Platform, room: str) -> list[Mapping[str, Any]]:
    return [
        event.content
        for event in world.room_by_id(room).events
        if event.sender == OWN and event.type == "m.room.message"
    ]


async def test_a_question_is_answered_under_it_by_what_programs_do_not_answer(
    asking: Asking,
) -> None:
    world = await opened(asking)
    room = await talking(asking, world)
    number = world.write(room, LI, "停车怎么收费？")
    await look(asking)
    await look(asking)
    [answer] = said(world, room)
    assert (answer["msgtype"], answer["body"]) == ("m.notice", "答：停车怎么收费？")
    assert answer["m.relates_to"] == {"m.in_reply_to": {"event_id": number}}
    assert answer["m.mentions"] == {"user_ids": [LI]}
    assert [one.text for one in asking.answerer.asked] == ["停车怎么收费？"]
    assert await asking.states() == ["answered"]


async def test_only_those_who_may_invite_are_followed_and_never_into_an_encrypted_room(
    asking: Asking,
) -> None:
    world = await opened(asking)
    welcome = world.invite(ALIAS, LI)
    stranger = world.invite(ALIAS, "@x:elsewhere.example")
    secret = world.invite(ALIAS, LI, encrypted=True)
    await look(asking)
    inside = [OWN in world.room_by_id(room).members for room in (welcome, stranger, secret)]
    assert inside == [True, False, False]
    [gone] = world.room_by_id(secret).events
    assert "不支持加密房间" in gone.content["reason"]


async def test_nobody_is_followed_without_a_word(asking: Asking) -> None:
    world = await opened(asking, invites="")
    room = world.invite(ALIAS, LI)
    await look(asking)
    assert OWN not in world.room_by_id(room).members


async def test_in_a_full_room_only_who_names_the_account_is_answered(asking: Asking) -> None:
    world = await opened(asking)
    room = await talking(asking, world, WANG)
    world.write(room, WANG, "大家好")
    world.write(room, WANG, "gov 怎么样", **{"m.mentions": {"user_ids": [LI]}})
    world.write(room, WANG, "gov：几点上班？", **{"m.mentions": {"user_ids": [OWN]}})
    world.write(room, LI, f"{OWN}: 在哪儿？")
    await look(asking)
    assert [one.text for one in asking.answerer.asked] == ["几点上班？", "在哪儿？"]


async def test_own_words_notices_and_what_was_taken_back_are_not_answered(asking: Asking) -> None:
    world = await opened(asking)
    room = await talking(asking, world)
    world.write(room, LI, "程序说的", msgtype="m.notice")
    world.take_back(room, world.write(room, LI, "说错了"))
    world.write(room, "坏名字", "你好")
    await look(asking)
    assert asking.answerer.asked == []


async def test_an_edit_is_a_new_message_and_a_reply_is_without_what_it_repeats(
    asking: Asking,
) -> None:
    world = await opened(asking)
    room = await talking(asking, world)
    first = world.write(room, LI, "停车怎么收")
    await look(asking)
    new = {"msgtype": "m.text", "body": "停车怎么收费"}
    relation = {"rel_type": "m.replace", "event_id": first}
    world.write(room, LI, "* 停车怎么收费", **{"m.new_content": new, "m.relates_to": relation})
    reply = {"m.in_reply_to": {"event_id": first}}
    world.write(room, LI, f"> <{OWN}> 答：停车\n> 第二行\n\n那夜里呢", **{"m.relates_to": reply})
    thread = {"rel_type": "m.thread", "event_id": first, "is_falling_back": True}
    world.write(room, LI, "在线程里", **{"m.relates_to": thread})
    await look(asking)
    texts = [one.text for one in asking.answerer.asked]
    assert texts == ["停车怎么收", "停车怎么收费", "那夜里呢", "在线程里"]
    relation = said(world, room)[-1]["m.relates_to"]
    assert (relation["rel_type"], relation["event_id"]) == ("m.thread", first)


async def test_what_is_encrypted_is_answered_once_plainly(asking: Asking) -> None:
    world = await opened(asking)
    room = await talking(asking, world)
    sealed = {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "AwgA"}
    for _ in range(2):
        world.write(room, LI, kind="m.room.encrypted", **sealed)
        await look(asking)
    [answer] = said(world, room)
    assert "读不到加密消息" in answer["body"]


async def test_what_a_sync_left_out_is_read_and_nothing_is_answered_twice(asking: Asking) -> None:
    world = await opened(asking)
    room = await talking(asking, world)
    world.messages_per_second = 1_000.0
    for number in range(18):
        world.write(room, LI, f"第{number}句")
        for _ in range(10):
            world.write(room, LI, "程序", msgtype="m.notice")
    await look(asking)
    await look(asking)
    assert sorted({one.text for one in asking.answerer.asked}) == sorted(
        f"第{number}句" for number in range(18)
    )
    assert len(said(world, room)) == 18


async def test_what_was_said_while_the_invitation_waited_is_answered_too(asking: Asking) -> None:
    world = await opened(asking)
    room = world.invite(ALIAS, LI)
    world.write(room, LI, "有人吗？")
    await look(asking)
    await look(asking)
    assert [one.text for one in asking.answerer.asked] == ["有人吗？"]


async def test_an_answer_whose_fate_is_unknown_is_sent_again_and_is_there_once(
    asking: Asking,
) -> None:
    world = await opened(asking)
    room = await talking(asking, world)
    world.faults.arm(Fault.COMMIT_THEN_RESET, "*/send/*")
    world.write(room, LI, "你好")
    await look(asking)
    assert len(said(world, room)) == 1
    assert await asking.states() == ["answered"]


async def test_a_picture_comes_with_its_description_and_choices_with_their_numbers(
    asking: Asking,
) -> None:
    world = await opened(asking)
    room = await talking(asking, world)
    data = picture(side=40)
    sha256 = hashlib.sha256(data).hexdigest()
    await asking.hub.database.write(
        lambda tx: catalogue.put_blob(tx, sha256, "image/png", data), audited=False
    )
    asking.answerer.says = lambda inbound: Answer(
        paragraphs=(inbound.event_key or "请看图",),
        media=() if inbound.event_key else (Picture(sha256=sha256, alt="一图读懂"),),
        choices=(Choice(label="甲", payload="a"), Choice(label="乙", payload="b")),
    )
    world.write(room, LI, "图解")
    await look(asking)
    world.write(room, LI, "2")
    await look(asking)
    shown, first, second = said(world, room)
    assert (shown["msgtype"], shown["body"]) == ("m.image", "一图读懂")
    assert first["body"] == "请看图\n\n1. 甲\n2. 乙"
    assert second["body"].startswith("b")


async def test_a_place_and_a_message_without_end_hold_up_nothing(asking: Asking) -> None:
    world = await opened(asking)
    room = await talking(asking, world)
    world.write(room, LI, "字" * 21_000)
    world.write(room, LI, "位置", msgtype="m.location", geo_uri="geo:30.66,104.06;u=35")
    world.write(room, LI, "位置", msgtype="m.location", geo_uri="geo:999,1")
    world.write(room, LI, "图", msgtype="m.image", url="mxc://a/b")
    await look(asking)
    kinds = [one.kind for one in asking.answerer.asked]
    assert kinds == [InboundKind.TEXT, InboundKind.LOCATION, InboundKind.OTHER, InboundKind.IMAGE]
    assert len(asking.answerer.asked[0].text) == 20_000
