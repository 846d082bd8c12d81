"""Answers as they come to an open page: once, in order, to nobody else, and after a pause too."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import ClientResponse

from app.courier import ChannelCourier
from hub.conversation.models import Answer, InboundKind, Outgoing
from hub.conversation.webchat.pages import Pages, address_of
from hub.kernel.ids import made_at
from scheduler.media import StoredMedia
from tests.web.portal.chat.stage import Chat, Visitor, chatting, visiting

PATIENCE_S = 120.0


@dataclass
class Stream:
    answer: ClientResponse

    async def event(self) -> dict[str, str]:
        """The next event by its fields; a comment is under ""."""
        found: dict[str, str] = {}
        async with asyncio.timeout(PATIENCE_S):
            while row := (await self.answer.content.readline()).decode().rstrip("\n"):
                name, _, value = row.partition(": ")
                found[name] = f"{found[name]}\n{value}" if name in found else value
        return found

    async def told(self) -> dict[str, str]:
        while (found := await self.event()) and found.get("event") != "answer":
            pass
        return found


@asynccontextmanager
async def streaming(visitor: Visitor, after: str = "", **headers: str) -> AsyncIterator[Stream]:
    async with visitor.session.get(
        f"{visitor.chat.base}/chat/stream?after={after}", headers=headers
    ) as answer:
        assert answer.status == 200, await answer.text()
        assert answer.content_type == "text/event-stream"
        stream = Stream(answer)
        assert await stream.event() == {"retry": "3000"}
        yield stream


async def test_an_answer_comes_by_itself_with_an_id(visitor: Visitor) -> None:
    async with streaming(visitor) as stream:
        line = await visitor.sends("/chat/say", text="你好")
        assert 'class="line mine"' in line
        told = await stream.told()
    assert 'class="line theirs"' in told["data"]
    assert "答：你好" in told["data"]
    assert f'id="l-{told["id"]}"' in told["data"]


async def test_who_comes_back_gets_what_was_missed(visitor: Visitor) -> None:
    async with streaming(visitor) as stream:
        await visitor.sends("/chat/say", text="一")
        first = await stream.told()
    await visitor.sends("/chat/say", text="二")
    await visitor.chat.quiet()
    headers = {"Last-Event-ID": first["id"]}
    async with streaming(visitor, **headers) as stream:
        seen = [await stream.told(), await stream.told()]
    # the one that it says it has may come again: the page knows it by its id
    assert [one["id"] == first["id"] for one in seen] == [True, False]
    assert "答：二" in seen[1]["data"]


async def test_nobody_hears_what_another_is_told(visitor: Visitor, other: Visitor) -> None:
    async with streaming(other) as theirs:
        await visitor.sends("/chat/say", text="我的")
        await other.sends("/chat/say", text="他的")
        assert "答：他的" in (await theirs.told())["data"]
    other.session.cookie_jar.clear()
    async with other.session.get(other.chat.base + "/chat/stream") as answer:
        assert answer.status == 403


async def test_a_person_answers_later_through_the_same_courier(visitor: Visitor) -> None:
    chat = visitor.chat
    await visitor.sends(text="转人工")
    [cookie] = visitor.session.cookie_jar
    courier = ChannelCourier(
        chat.hub, {"website": chat.conversing.webchat.pages}, StoredMedia(chat.hub.database)
    )
    outgoing = Outgoing(
        id="desk-1",
        address=address_of(cookie.value),
        answer=Answer(paragraphs=("工作人员：请带上身份证原件。",)),
        kind=InboundKind.TEXT,
        received_at=chat.hub.clock.now(),
    )
    async with streaming(visitor) as stream:
        assert "答：转人工" in (await stream.told())["data"]
        for _ in range(2):
            await courier.send("website", chat.account, outgoing)
        assert "工作人员" in (await stream.told())["data"]
    assert (await visitor.opens()).count("工作人员") == 1


async def test_what_another_process_delivers_arrives_as_well(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = visitor.chat.conversing.webchat.pages
    async with streaming(visitor) as stream:
        with monkeypatch.context() as patch:
            patch.setattr(pages, "reply", _elsewhere(pages))
            await visitor.sends("/chat/say", text="远处")
            assert "答：远处" in (await stream.told())["data"]


def _elsewhere(pages: Pages):
    other = Pages(
        database=pages._database, clock=pages._clock, ids=pages._ids, pseudonyms=pages._pseudonyms
    )
    return other.reply


async def test_a_quiet_stream_says_that_it_is_there(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.portal.chat.streams._HEARTBEAT_S", 0.02)
    async with streaming(visitor) as stream:
        assert await stream.event() == {"": "still here"}


async def test_streams_are_counted_for_an_address_and_in_all(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.portal.chat.streams._HEARTBEAT_S", 0.02)
    limits = {"portal_chat_streams": 2, "portal_chat_streams_per_address": 1, "portal_proxies": 1}
    async with (
        chatting(sqlite_template, tmp_path, site_url="http://a.cn", **limits) as chat,
        visiting(chat) as visitor,
        streaming(visitor, **{"X-Forwarded-For": "10.0.0.1"}),
    ):
        async with streaming(visitor, **{"X-Forwarded-For": "10.0.0.2"}):
            assert await refused(visitor, "10.0.0.1")
            assert await refused(visitor, "10.0.0.3")
        async with asyncio.timeout(PATIENCE_S):  # noticed at the next heartbeat
            while await refused(visitor, "10.0.0.3"):
                pass


async def refused(visitor: Visitor, place: str) -> bool:
    headers = {"X-Forwarded-For": place}
    async with visitor.session.get(visitor.chat.base + "/chat/stream", headers=headers) as answer:
        return answer.status == 429


async def test_the_server_stops_without_waiting_for_who_listens(
    sqlite_template: Path, tmp_path: Path
) -> None:
    async with chatting(sqlite_template, tmp_path, site_url="http://a.cn") as chat:
        visit = visiting(chat)
        visitor = await visit.__aenter__()
        answer = await visitor.session.get(chat.base + "/chat/stream")
        begun = time.monotonic()
    assert time.monotonic() - begun < 5
    assert b"retry" in await answer.read()
    await visit.__aexit__(None, None, None)


def test_an_id_tells_when_it_was_made_and_nothing_else_does(chat: Chat) -> None:
    now = chat.hub.clock.now()
    made = made_at(chat.hub.ids.new(now))
    assert made is not None
    assert abs((made - now).total_seconds()) < 1
    assert [made_at(wrong) for wrong in ("", "x" * 26, "Z" * 26, "0" * 25)] == [None] * 4
