"""Asking on the portal without scripts: kept, answered, one's own, and erased."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.web.portal.chat.stage import KEY, SHA256, Visitor, chatting, visiting

CHOICE = re.compile(r'name="choice" value="([^"]+)"')
ROW = re.compile(r'id="l-([0-9A-Z]{26})"')


async def test_a_question_is_answered_on_the_page_with_its_source(visitor: Visitor) -> None:
    page = await visitor.sends(text="停车怎么收费？")
    assert "停车怎么收费？" in page
    assert "答：停车怎么收费？" in page
    assert 'href="/i/01K3ZQ8Y5T9F3V7X2B6N4M1C00.html"' in page
    for told in ("江澜市停车管理办法（2026年修订）", "519900000/2026-00012", "2026-03-02"):
        assert told in page
    assert "答：停车怎么收费？" in await visitor.opens("/senior/chat")


async def test_what_somebody_writes_is_text_and_nothing_else(visitor: Visitor) -> None:
    await visitor.sends(text="<script>alert(1)</script><img src=x onerror=y>")
    async with visitor.session.get(visitor.chat.base + "/chat") as answer:
        page = await answer.text()
        policy = answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "private, no-store"
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


async def test_the_same_form_sent_twice_is_one_message_and_another_text_is_another(
    visitor: Visitor,
) -> None:
    for said in ("一", "一", "二"):
        await visitor.sends(text=said, key=KEY)
    await visitor.chat.quiet()
    assert [one.text for one in visitor.chat.script.asked] == ["一", "二"]


async def test_a_choice_is_a_button_that_leads_on(visitor: Visitor) -> None:
    page = await visitor.sends(text="菜单")
    offered = CHOICE.findall(page)
    assert len(offered) == 3
    page = await visitor.sends(choice=offered[1])
    assert "答：guide/二" in page
    assert page.count("查看第二项办事指南") == 2  # on the button, and as what was said


async def test_nobody_takes_a_choice_that_was_not_offered_to_them(
    visitor: Visitor, other: Visitor
) -> None:
    [first, *_] = CHOICE.findall(await visitor.sends(text="菜单"))
    told = first.partition(".")[0]
    await other.sends(choice=first, status=404)
    for choice in (f"{told}.3", f"{told}.-1", f"{told}.{'9' * 50}", f"{told}.guide/一", "x"):
        await visitor.sends(choice=choice, status=404)
    await visitor.chat.quiet()
    assert [one.text for one in visitor.chat.script.asked] == ["菜单"]


async def test_somebody_else_sees_nothing_of_a_conversation(
    visitor: Visitor, other: Visitor
) -> None:
    page = await visitor.sends(text="图解")
    picture = re.findall(r'src="(/chat/media/[^"]+)"', page)[0]
    assert "停车收费一图读懂" in page
    async with visitor.session.get(visitor.chat.base + picture) as shown:
        assert (shown.status, shown.content_type) == (200, "image/png")
        assert "private" in shown.headers["Cache-Control"]
    assert "图解" not in (await other.opens()).split("chat-lines")[1]
    await other.opens(picture, status=404)
    await visitor.opens(picture.replace(SHA256, "0" * 64), status=404)
    guessed = "A" * 43
    other.session.cookie_jar.update_cookies({"gongkai-chat": guessed})
    assert "图解" not in (await other.opens()).split("chat-lines")[1]


async def test_the_word_in_the_cookie_is_nowhere_in_the_database(visitor: Visitor) -> None:
    await visitor.sends(text="你好")
    [cookie] = visitor.session.cookie_jar
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert len(cookie.value) == 43
    assert all(cookie.value.encode() not in held for held in files(visitor.chat.hub.settings.home))


def files(home: Path) -> list[bytes]:
    return [part.read_bytes() for part in home.glob("gongkai.db*")]


async def test_behind_https_the_cookie_is_bound_to_the_host(
    sqlite_template: Path, tmp_path: Path
) -> None:
    async with (
        chatting(sqlite_template, tmp_path) as chat,
        visiting(chat) as visitor,
        visitor.session.get(chat.base + "/chat") as answer,
    ):
        given = answer.headers["Set-Cookie"]
    assert given.startswith("__Host-gongkai-chat=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(given.split("; "))


async def test_another_site_cannot_make_a_browser_speak(visitor: Visitor, other: Visitor) -> None:
    for forged in (
        {"token": ""},
        {"token": other.fields["token"]},
        {"headers": {"Origin": "https://evil.example"}},
        {"headers": {"Origin": "null"}},
        {"headers": {"Sec-Fetch-Site": "cross-site"}},
    ):
        await visitor.sends(text="转账", status=403, **forged)  # type: ignore[arg-type]
        await visitor.sends("/chat/erase", status=403, **forged)  # type: ignore[arg-type]
    visitor.session.cookie_jar.clear()
    await visitor.sends("/chat/say", text="没有 Cookie", status=403)
    assert visitor.chat.script.asked == []
    own = {"Origin": "http://www.jianglan.gov.cn", "Sec-Fetch-Site": "same-origin"}
    await visitor.opens()
    await visitor.sends(text="自己的页", headers=own)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"text": " \n "}, 400), ({"text": "长" * 1001}, 400), ({"text": "x" * 1_000_000}, 413)],
    ids=["empty", "long", "huge"],
)
async def test_what_is_no_message_is_refused_beside_what_was_written(
    visitor: Visitor, fields: dict[str, str], status: int
) -> None:
    page = await visitor.sends(status=status, **fields)
    assert 'class="chat-status wrong"' in page
    assert ("长" * 999 in page) == fields["text"].startswith("长")
    assert visitor.chat.script.asked == []


async def test_what_is_no_form_or_has_no_key_is_refused(visitor: Visitor) -> None:
    base = visitor.chat.base
    for data, kind in ((b"{}", "application/json"), (b"\xff\xfe", None), (b"a&" * 99, None)):
        headers = {"Content-Type": kind or "application/x-www-form-urlencoded"}
        async with visitor.session.post(base + "/chat/say", data=data, headers=headers) as answer:
            assert answer.status == 400
    await visitor.sends("/chat/say", text="无标识", key="短", status=400)


async def test_text_in_any_encoding_that_is_no_utf_8_harms_nothing(visitor: Visitor) -> None:
    body = f"token={visitor.fields['token']}&key={KEY}&text=%C4%E3%BA%C3%00%ED%A0%80"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    async with visitor.session.post(
        visitor.chat.base + "/chat/say", data=body, headers=headers
    ) as answer:
        assert answer.status == 200
        assert "�" in await answer.text()


async def test_who_writes_too_fast_is_told_and_keeps_what_they_wrote(
    sqlite_template: Path, tmp_path: Path
) -> None:
    settings = {"site_url": "http://a.cn", "conversation_per_minute": 2}
    async with (
        chatting(sqlite_template, tmp_path, **settings) as chat,
        visiting(chat) as hasty,
        visiting(chat) as calm,
    ):
        for said in "一二":
            await hasty.sends(text=said)
        page = await hasty.sends(text="第三句", status=429)
        assert "发送得太快" in page
        assert ">第三句</textarea>" in page
        await calm.sends(text="别人可以")
        await chat.quiet()
        assert [one.text for one in chat.script.asked] == ["一", "二", "别人可以"]


async def test_an_address_has_its_own_pace_and_only_our_proxies_are_believed(
    sqlite_template: Path, tmp_path: Path
) -> None:
    settings = {"site_url": "http://a.cn", "portal_chat_per_minute": 1, "portal_proxies": 1}
    async with chatting(sqlite_template, tmp_path, **settings) as chat, visiting(chat) as one:
        places = ("198.51.100.7", "198.51.100.7", "203.0.113.9, 198.51.100.7", "2001:db8::1")
        places += ("2001:db8::2", "x, 2001:db8:0:1::2")
        for place, status in zip(places, (200, 429, 429, 200, 429, 200), strict=True):
            await one.sends(text=place, status=status, headers={"X-Forwarded-For": place})  # type: ignore[arg-type]


async def test_a_citizen_erases_everything_from_the_page(visitor: Visitor, other: Visitor) -> None:
    await other.sends(text="别人的")
    await visitor.sends(text="我的秘密")
    page = await visitor.sends("/chat/erase")
    assert "您的对话已全部删除" in page
    assert not ROW.findall(page)
    assert "没有可删除的对话" in await visitor.sends("/chat/erase")
    assert "别人的" in await other.opens()
    kept = await visitor.chat.conversing.records.messages()
    assert [message.inbound.text for message in kept] == ["别人的"]


async def test_the_words_that_erase_on_every_channel_erase_here(visitor: Visitor) -> None:
    await visitor.sends(text="我的秘密")
    page = await visitor.sends(text="删除我的消息")
    assert "我的秘密" not in page
    assert "已全部删除" in page


async def test_english_words_stand_around_an_english_conversation(visitor: Visitor) -> None:
    page = await visitor.opens("/en/chat")
    assert "Ask online" in page
    page = await visitor.sends("/en/chat", text="parking")
    assert 'href="/en/i/01K3ZQ8Y5T9F3V7X2B6N4M1C00.html"' in page
    assert visitor.chat.script.asked[0].language == "en"


async def test_without_an_account_there_is_no_chat_and_no_way_to_it(
    sqlite_template: Path, tmp_path: Path
) -> None:
    async with (
        chatting(sqlite_template, tmp_path, account=False) as chat,
        visiting(chat, "/") as home,
    ):
        assert "/chat" not in home.page
        assert "未开通在线问答" in await home.opens("/chat", status=404)


async def test_the_home_page_leads_to_the_chat(visitor: Visitor) -> None:
    assert 'href="/chat"' in await visitor.opens("/")
