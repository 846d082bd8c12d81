from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import pytest
from aiohttp import web as aiohttp_web
from aiohttp.test_utils import TestClient, TestServer

import web.inbox
from hub.conversation.models import Answer, Arrival, InboundKind
from hub.kernel.clock import ManualClock
from hub.kernel.errors import Forbidden, GongkaiError, InvalidInput, NotFound, Unavailable, Words
from web.inbox import Door, inbox_routes

WORDS = Words("不行", "no")


@dataclass
class Told:
    remote_id: str


@dataclass
class Said:
    body: bytes
    content_type: str


class House:
    """One account with a door; what the platform tells is a bare id."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.asked: list[tuple[str, str]] = []
        self.failure: GongkaiError | None = None
        self.slow = False

    async def open_door(self, channel: str, account_id: str) -> Door:
        if (channel, account_id) != ("wechat", "A1"):
            raise NotFound(WORDS)
        return self

    def handshake(self, query: Mapping[str, str]) -> bytes:
        return query["echostr"].encode()

    patience = 4.2

    def parse(
        self, query: Mapping[str, str], body: bytes, now: datetime, headers: Mapping[str, str]
    ) -> Told | Arrival | None:
        assert now == self.clock.now()
        if self.failure:
            raise self.failure
        if body.startswith(b"?"):
            text = body.decode()
            kind = InboundKind.TEXT
            return Arrival(external_key=text, address="o1", kind=kind, text=text[1:])
        return Told(body.decode()) if body else None

    def respond(self, arrival: Arrival | None, answer: Answer | None, now: datetime) -> Said:
        if answer is None:
            return Said(b"success", "text/plain")
        return Said("\n".join(answer.paragraphs).encode(), "text/xml")

    async def take(
        self, channel: str, account_id: str, arrival: Arrival, *, within: float
    ) -> Answer | None:
        if self.slow:
            await asyncio.sleep(60)
        assert (channel, account_id, within) == ("wechat", "A1", 4.2)
        return Answer(paragraphs=(f"答{arrival.text}",)) if arrival.text else None

    async def ask_about(self, account_id: str, remote_id: str) -> None:
        if self.slow:
            await asyncio.sleep(60)
        self.asked.append((account_id, remote_id))


@pytest.fixture
def house(clock: ManualClock) -> House:
    return House(clock)


@asynccontextmanager
async def serving(house: House) -> AsyncIterator[TestClient]:
    application = aiohttp_web.Application()
    application.add_routes(inbox_routes(house.open_door, house.ask_about, house, house.clock))
    async with TestClient(TestServer(application)) as client:
        yield client


async def called(house: House, body: bytes, path: str = "/inbox/wechat/A1") -> tuple[int, bytes]:
    async with serving(house) as client, client.post(path, data=body) as response:
        return response.status, await response.read()


async def test_the_platform_is_asked_about_the_post_it_called_for(house: House) -> None:
    assert await called(house, b"100000001") == (200, b"success")
    assert house.asked == [("A1", "100000001")]


async def test_what_is_no_report_is_received_and_nothing_is_asked(house: House) -> None:
    assert await called(house, b"") == (200, b"success")
    assert house.asked == []


async def test_a_citizen_reads_the_answer_in_the_platform_s_own_words(house: House) -> None:
    question = "?问".encode()
    async with (
        serving(house) as client,
        client.post("/inbox/wechat/A1", data=question) as response,
    ):
        assert (response.content_type, await response.text()) == ("text/xml", "答问")
    assert house.asked == []


async def test_a_message_without_an_answer_yet_is_received(house: House) -> None:
    assert await called(house, b"?") == (200, b"success")


async def test_what_cannot_be_kept_in_time_is_to_be_delivered_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web.inbox, "_TIMEOUT_S", 0.05)
    house.slow = True
    assert await called(house, b"?1") == (503, b"")


async def test_a_handshake_is_echoed_as_plain_text(house: House) -> None:
    path = "/inbox/wechat/A1?echostr=%3Cscript%3E"
    async with serving(house) as client, client.get(path) as response:
        assert await response.read() == b"<script>"
        assert response.content_type == "text/plain"


@pytest.mark.parametrize("path", ["/inbox/weibo/A1", "/inbox/wechat/A2", "/inbox/wechat"])
async def test_an_address_without_a_door_is_not_found(house: House, path: str) -> None:
    assert (await called(house, b"1", path))[0] == 404


@pytest.mark.parametrize(
    ("failure", "status"),
    [(Forbidden(WORDS), 403), (InvalidInput(WORDS), 400), (Unavailable(WORDS), 503)],
)
async def test_a_refusal_tells_the_caller_nothing_but_a_status(
    house: House, failure: GongkaiError, status: int
) -> None:
    house.failure = failure
    assert await called(house, b"1") == (status, b"")
    assert house.asked == []


async def test_a_slow_database_makes_the_platform_call_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web.inbox, "_TIMEOUT_S", 0.05)
    house.slow = True
    assert await called(house, b"1") == (503, b"")


async def test_an_oversize_callback_is_refused_unread(house: House) -> None:
    body = io.BytesIO(b"x" * (256 * 1024 + 1))
    async with serving(house) as client, client.post("/inbox/wechat/A1", data=body) as response:
        assert response.status == 413
    assert house.asked == []
