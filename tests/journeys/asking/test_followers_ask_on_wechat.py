"""Followers write, the simulated platform calls as strictly as the real one, and they read."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

import aiohttp
import pytest

from hub.catalogue import store as catalogue
from hub.conversation.models import Answer, Choice, Picture
from publishers.wechat.simulator_callbacks import sealed
from publishers.wechat.simulator_chat import chosen_xml, event_xml, say, text_xml
from publishers.wechat.simulator_state import App
from tests.journeys.asking.conftest import Asking
from tests.publishers.doubles import picture

HANDLE = "wechat-sichuan"


class Followers:
    """Citizens who follow one simulated account."""

    def __init__(self, asking: Asking, url: str) -> None:
        self.asking = asking
        self.url = url
        self.world = asking.platform("wechat")

    @property
    def app(self) -> App:
        app: App = self.world.account(HANDLE)
        return app

    async def say(self, text: str, who: str = "oCitizen1", number: int = 0) -> str:
        now = self.world.now()
        return await say(self.world, self.app, who, text_xml(self.app, who, text, now, number))

    async def do(self, event: str, key: str = "", who: str = "oCitizen1") -> str:
        message = event_xml(self.app, who, event, key, self.world.now())
        trigger = event if event in ("CLICK", "subscribe", "SCAN") else ""
        return await say(self.world, self.app, who, message, trigger=trigger)

    async def press(self, words: str, menu_id: str, who: str = "oCitizen1") -> str:
        message = chosen_xml(self.app, who, words, menu_id, self.world.now())
        return await say(self.world, self.app, who, message)

    def said(self, who: str = "oCitizen1") -> list[tuple[str, str]]:
        return self.app.chats[who].said

    async def post(self, query: dict[str, str], body: bytes) -> tuple[int, bytes]:
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.url, params=query, data=body) as response,
        ):
            return response.status, await response.read()


async def followed(asking: Asking, mode: str = "secure", **settings: Any) -> Followers:
    account = await asking.account("wechat", {"callback_mode": mode, **settings})
    url = asking.address("wechat", account)
    await asking.platform("wechat").connect(HANDLE, url, mode)
    return Followers(asking, url)


@pytest.mark.parametrize("mode", ["plain", "compatible", "secure"])
async def test_a_question_is_answered_in_the_platform_s_own_call(asking: Asking, mode: str) -> None:
    followers = await followed(asking, mode)
    assert await followers.say("办居住证要什么？") == "答：办居住证要什么？"
    assert await asking.states() == ["answered"]


async def test_a_menu_is_clicked_and_its_number_is_typed(asking: Asking) -> None:
    asking.answerer.says = lambda inbound: Answer(
        paragraphs=(f"{inbound.event_key or '菜单'}",),
        choices=(Choice(label="文件", payload="docs"), Choice(label="电话", payload="phone")),
    )
    followers = await followed(asking)
    assert await followers.do("CLICK", "top") == "top\n\n1. 文件\n2. 电话"
    assert (await followers.say("2")).startswith("phone")


async def test_following_by_a_code_says_which(asking: Asking) -> None:
    followers = await followed(asking)
    assert await followers.do("subscribe", "qrscene_hall7") == "答：hall7"
    assert await followers.do("unsubscribe") == ""
    assert await asking.states() == ["answered", "silent"]


async def test_a_slow_answer_follows_as_a_customer_service_message(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publishers.wechat.inbox._PATIENCE_S", 0.1)
    asking.answerer.delay = 0.3
    followers = await followed(asking)
    assert await followers.say("难题") == ""
    await asking.quiet()
    assert followers.said() == [("custom", "答：难题")]
    assert followers.app.chats["oCitizen1"].unavailable == 0
    assert await asking.states() == ["answered"]


async def test_the_late_answer_to_a_number_that_was_typed_has_the_window_of_a_text(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publishers.wechat.inbox._PATIENCE_S", 0.1)
    followers = await followed(asking)
    offered = Answer(paragraphs=("选",), choices=(Choice(label="供水", payload="water"),))
    asking.answerer.says = lambda inbound: (
        offered if not inbound.event_key else Answer(paragraphs=(f"答：{inbound.event_key}",))
    )
    await followers.say("菜单")
    asking.answerer.delay = 0.3
    assert await followers.say("1") == ""
    await asking.quiet()
    assert followers.said()[-1] == ("custom", "答：water")


async def test_an_unverified_account_s_late_answer_is_refused_and_says_so(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publishers.wechat.inbox._PATIENCE_S", 0.05)
    asking.answerer.delay = 0.2
    followers = await followed(asking)
    followers.app.verified = False
    await followers.say("难题")
    await asking.quiet()
    (message,) = await asking.conversing.records.messages()
    assert (message.state, message.reason) == ("failed", "48001")


async def test_a_platform_that_stops_waiting_and_calls_again_gets_one_answer(
    asking: Asking,
) -> None:
    """The platform closes after `callback_timeout` and delivers again while we still think."""
    followers = await followed(asking)
    followers.world.callback_timeout = 0.2
    asking.answerer.delay = 0.3
    assert await followers.say("问") == "答：问"
    assert len(asking.answerer.asked) == 1
    assert followers.said() == [("passive", "答：问")]


async def test_deliveries_at_the_same_time_are_one_message(asking: Asking) -> None:
    followers = await followed(asking)
    asking.answerer.delay = 0.05
    app = followers.app
    message = text_xml(app, "oCitizen1", "问", followers.world.now(), 42)
    calls = [followers.post(*sealed(app, message, followers.world.now())) for _ in range(3)]
    answers = await asyncio.gather(*calls)
    assert [status for status, _ in answers] == [200] * 3
    assert len(asking.answerer.asked) == 1
    assert await asking.states() == ["answered"]


async def test_the_previous_key_still_opens_and_the_new_one_seals(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.inbox._OPEN_S", 0.0)
    new = "9876543210abcdefghijklmnopqrstuvwxyzABCDEFG"
    followers = await followed(asking)
    credentials = {
        "appid": followers.app.appid,
        "secret": followers.app.secret,
        "token": followers.app.token,
        "aes_key": new,
        "aes_key_previous": followers.app.aes_key,
    }
    account = followers.url.rsplit("/", 1)[1]
    await asking.hub.organisations.connect(account, credentials, actor="admin")
    followers.app.aes_key, before = new, followers.app.aes_key
    assert await followers.say("新") == "答：新"
    followers.app.aes_key = before
    query, body = sealed(
        followers.app,
        text_xml(followers.app, "oCitizen1", "旧", followers.world.now()),
        followers.world.now(),
    )
    assert (await followers.post(query, body))[0] == 200
    assert asking.answerer.asked[-1].text == "旧"


# --- attacks --------------------------------------------------------------------------------------


async def test_a_forged_signature_reaches_nobody(asking: Asking) -> None:
    followers = await followed(asking)
    message = text_xml(followers.app, "oVictim", "转账", followers.world.now())
    query, body = sealed(followers.app, message, followers.world.now())
    for change in ({"signature": "0" * 40}, {"msg_signature": "0" * 40}, {"nonce": "1"}):
        assert await followers.post(query | change, body) == (403, b"")
    assert asking.answerer.asked == []


async def test_a_replay_is_stale_after_ten_minutes_and_the_same_message_before(
    asking: Asking,
) -> None:
    followers = await followed(asking)
    now = followers.world.now()
    message = text_xml(followers.app, "oCitizen1", "问", now)
    query, body = sealed(followers.app, message, now - 601)
    assert (await followers.post(query, body))[0] == 403
    query, body = sealed(followers.app, message, now)
    for _ in range(3):
        assert (await followers.post(query, body))[0] == 200
    assert len(asking.answerer.asked) == 1


BOMB = b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>" + b"".join(
    b"<!ENTITY %c '%s'>" % (c, b"&%c;" % (c - 1) * 10) for c in range(ord("b"), ord("j"))
)
OUTSIDE = b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>"


@pytest.mark.parametrize("declaration", [BOMB, OUTSIDE], ids=["bomb", "external"])
async def test_entities_are_refused_before_they_are_anything(
    asking: Asking, declaration: bytes
) -> None:
    followers = await followed(asking, "plain")
    query, _ = sealed(followers.app, "<xml></xml>", followers.world.now())
    body = declaration + b"]><xml><MsgType>text</MsgType><MsgId>1</MsgId><FromUserName>o1"
    body += b"</FromUserName><ToUserName>g</ToUserName><Content>&a;</Content></xml>"
    assert await followers.post(query, body) == (400, b"")
    assert asking.answerer.asked == []


async def test_an_answer_that_repeats_an_injection_stays_words(asking: Asking) -> None:
    followers = await followed(asking)
    evil = "x]]></Content><MsgType><![CDATA[image]]></MsgType><Content><![CDATA["
    assert await followers.say(evil) == f"答：{evil}"


async def test_a_megabyte_is_refused(asking: Asking) -> None:
    followers = await followed(asking)
    query, _ = sealed(followers.app, "<xml></xml>", followers.world.now())
    status, _ = await followers.post(query, b"x" * 1_000_000)
    assert status == 413


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "latin-1"])
async def test_another_encoding_is_read_as_what_it_says_or_refused(
    asking: Asking, encoding: str
) -> None:
    followers = await followed(asking, "plain")
    query, _ = sealed(followers.app, "<xml></xml>", followers.world.now())
    text = text_xml(followers.app, "oCitizen1", "é" if encoding == "latin-1" else "中文", 1)
    declared = f"<?xml version='1.0' encoding='{encoding}'?>{text}"
    status, _ = await followers.post(query, declared.encode(encoding))
    read = [inbound.text for inbound in asking.answerer.asked]
    assert (status, read) in ((400, []), (200, ["中文"]))


async def test_a_flood_from_one_person_costs_that_person_s_allowance_only(
    asking: Asking,
) -> None:
    followers = await followed(asking)
    said = await asyncio.gather(*(followers.say(f"洪水{n}", "oFlood") for n in range(40)))
    assert len([one for one in said if one.startswith("答：")]) == 20
    assert len([one for one in said if "太快" in one]) == 1
    assert len(await asking.conversing.records.messages()) == 20
    assert await followers.say("别人照常", "oOther") == "答：别人照常"


async def test_nobody_reads_another_person_s_conversation(asking: Asking) -> None:
    """Neither with the number of their message nor by naming them inside an own message."""
    followers = await followed(asking)
    await followers.say("我的病情", "oAlice", 77)
    assert await followers.say("?", "oMallory", 77) == "答：?"
    alice, mallory = (
        m.inbound.sender for m in reversed(await asking.conversing.records.messages())
    )
    assert alice != mallory
    account = followers.url.rsplit("/", 1)[1]
    seen = await asking.conversing.records.history(account, mallory)
    assert [m.inbound.text for m in seen] == ["?"]


async def with_picture(asking: Asking) -> None:
    """Every question is answered with a picture and two choices."""
    data = picture(side=40)
    sha256 = hashlib.sha256(data).hexdigest()
    await asking.hub.database.write(
        lambda tx: catalogue.put_blob(tx, sha256, "image/png", data), audited=False
    )
    asking.answerer.says = lambda inbound: Answer(
        paragraphs=(inbound.event_key or "请看图",),
        media=() if inbound.event_key else (Picture(sha256=sha256, alt="一图读懂"),),
        choices=(Choice(label="甲", payload="a"), Choice(label="乙", payload="skill/b")),
    )


async def test_a_picture_goes_by_customer_service_with_a_menu_to_be_pressed(
    asking: Asking,
) -> None:
    await with_picture(asking)
    followers = await followed(asking, customer_service="true")
    assert await followers.say("图解") == ""
    assert await asking.states() == ["answered"]
    (_, image), (_, menu) = followers.said()
    assert image.startswith("[图片 ")
    assert menu == "请看图\n[1. 甲]\n[2. 乙]"
    assert await followers.press("2. 乙", "skill/b") == "skill/b\n\n1. 甲\n2. 乙"
    assert await followers.say("1") == "a\n\n1. 甲\n2. 乙"


async def test_without_customer_service_the_words_come_in_the_platform_s_own_call(
    asking: Asking,
) -> None:
    await with_picture(asking)
    followers = await followed(asking)
    assert await followers.say("图解") == "请看图\n\n1. 甲\n2. 乙"
