"""The simulated homeserver refuses what the specification refuses, and never helps."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from yarl import URL

from hub.kernel.clock import ManualClock
from publishers.matrix.simulator import Platform
from publishers.simulation import Enrolment
from tests.publishers.doubles import serve

TEXT = {"msgtype": "m.text", "body": "甲"}
DAY_S = 86_400


@dataclass(slots=True)
class Caller:
    """A client of the homeserver: status, headers and JSON of each answer."""

    url: str
    session: aiohttp.ClientSession
    token: str
    room: str
    headers: Mapping[str, str] | None = None

    async def call(
        self, method: str, path: str, body: Any = None, *, token: str | None = None
    ) -> tuple[int, Any]:
        token = self.token if token is None else token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        url = URL(self.url + path, encoded=True)
        async with self.session.request(method, url, data=data, headers=headers) as answer:
            self.headers = answer.headers
            return answer.status, await answer.json()

    async def send(self, txn: str, body: Any = TEXT, **more: Any) -> tuple[int, Any]:
        return await self.call("PUT", f"{self.path}/send/m.room.message/{txn}", body, **more)

    async def sent(self, txn: str, body: Any = TEXT) -> str:
        status, found = await self.send(txn, body)
        assert status == 200, found
        return str(found["event_id"])

    async def event(self, event_id: str) -> tuple[int, Any]:
        return await self.call("GET", f"{self.path}/event/{quote(event_id)}")

    async def redact(self, event_id: str, txn: str) -> tuple[int, Any]:
        return await self.call("PUT", f"{self.path}/redact/{quote(event_id)}/{txn}", {})

    @property
    def path(self) -> str:
        return f"/_matrix/client/v3/rooms/{quote(self.room, safe='')}"


@pytest.fixture
def platform(clock: ManualClock) -> Platform:
    return Platform(clock)


@pytest.fixture
def enrolled(platform: Platform) -> Enrolment:
    return platform.enrol("gongkai")


@pytest.fixture
async def caller(platform: Platform, enrolled: Enrolment) -> AsyncIterator[Caller]:
    async with serve(platform) as url, aiohttp.ClientSession() as session:
        token, room = enrolled.credentials["access_token"], platform.room(enrolled.handle).id
        yield Caller(url, session, token, room)


def refused(answer: tuple[int, Any]) -> tuple[int, str]:
    status, body = answer
    assert body["error"]
    return status, body["errcode"]


# --- transactions ---------------------------------------------------------------------------------


async def test_the_same_transaction_is_the_same_event_whatever_the_body(caller: Caller) -> None:
    first = await caller.sent("k")
    assert await caller.sent("k", {**TEXT, "body": "乙"}) == first
    _, event = await caller.event(first)
    assert event["content"]["body"] == "甲"
    assert event["unsigned"]["transaction_id"] == "k"


async def test_a_transaction_belongs_to_a_device_and_a_path(
    caller: Caller, platform: Platform
) -> None:
    first = await caller.sent("k")
    (user,) = platform.room("#gongkai:sim.example").members
    other = platform.sign_in(user, "OTHER")
    status, found = await caller.send("k", token=other)
    assert (status, found["event_id"] == first) == (200, False)
    _, event = await caller.call("GET", f"{caller.path}/event/{quote(first)}", token=other)
    assert "transaction_id" not in event["unsigned"]
    status, redaction = await caller.redact(first, "k")
    assert redaction["event_id"] != first


async def test_a_new_token_of_the_device_keeps_transactions_and_ends_the_old_token(
    caller: Caller, platform: Platform, enrolled: Enrolment
) -> None:
    first = await caller.sent("k")
    (user,) = platform.room(enrolled.handle).members
    token = platform.sign_in(user, enrolled.settings["device_id"])
    assert (await caller.send("k", token=token))[1]["event_id"] == first
    assert refused(await caller.send("k")) == (401, "M_UNKNOWN_TOKEN")


async def test_a_transaction_is_forgotten_after_a_day(caller: Caller, clock: ManualClock) -> None:
    first = await caller.sent("k")
    clock.advance(DAY_S)
    assert await caller.sent("k") == first
    clock.advance(1)
    assert await caller.sent("k") != first


async def test_what_was_refused_is_not_remembered(caller: Caller, platform: Platform) -> None:
    room = platform.room("#gongkai:sim.example")
    room.to_send = 50
    assert refused(await caller.send("k")) == (403, "M_FORBIDDEN")
    room.to_send = 0
    assert (await caller.send("k"))[0] == 200


# --- refusals -------------------------------------------------------------------------------------


async def test_an_event_has_65536_bytes_at_most(caller: Caller) -> None:
    assert refused(await caller.send("k", {**TEXT, "body": "x" * 65_536})) == (413, "M_TOO_LARGE")
    assert (await caller.send("k", {**TEXT, "body": "x" * 60_000}))[0] == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "M_NOT_JSON"),
        (b"[]", "M_BAD_JSON"),
        ({"msgtype": "m.text"}, "M_BAD_JSON"),
        ({"msgtype": "m.text", "body": 7}, "M_BAD_JSON"),
        ({**TEXT, "info": {"w": [1.5]}}, "M_BAD_JSON"),
        ({**TEXT, "n": 2**53}, "M_BAD_JSON"),
    ],
)
async def test_malformed_content_is_refused(caller: Caller, body: Any, code: str) -> None:
    assert refused(await caller.send("k", body)) == (400, code)


async def test_tokens_are_missing_unknown_or_softly_ended(
    caller: Caller, platform: Platform
) -> None:
    path = "/_matrix/client/v3/account/whoami"
    assert refused(await caller.call("GET", path, token="")) == (401, "M_MISSING_TOKEN")
    status, body = await caller.call("GET", path, token="none")
    assert (status, body["errcode"], body["soft_logout"]) == (401, "M_UNKNOWN_TOKEN", False)
    platform.sign_out(caller.token, soft=True)
    assert (await caller.call("GET", path))[1]["soft_logout"] is True


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/_matrix/client/v3/directory/room/%23none%3Asim.example", (404, "M_NOT_FOUND")),
        ("GET", "/_matrix/client/v3/directory/room/none", (400, "M_INVALID_PARAM")),
        ("PUT", "/_matrix/client/v3/rooms/!none/send/m.room.message/k", (403, "M_FORBIDDEN")),
        ("GET", "/_matrix/client/v3/rooms/!none/event/$e", (404, "M_NOT_FOUND")),
        ("GET", "/_matrix/client/v9/anything", (404, "M_UNRECOGNIZED")),
        ("GET", "/_matrix/client/v1/media/download/sim.example/none", (404, "M_NOT_FOUND")),
        ("GET", "/_matrix/client/v1/media/download/else.example/none", (404, "M_NOT_FOUND")),
    ],
)
async def test_what_is_not_there_is_refused(
    caller: Caller, method: str, path: str, expected: tuple[int, str]
) -> None:
    assert refused(await caller.call(method, path, TEXT if method == "PUT" else None)) == expected


async def test_ten_events_at_once_then_one_in_five_seconds(
    caller: Caller, clock: ManualClock
) -> None:
    for number in range(10):
        await caller.sent(f"k{number}")
    status, body = await caller.send("k10")
    assert (status, body["errcode"], body["retry_after_ms"]) == (429, "M_LIMIT_EXCEEDED", 5000)
    assert caller.headers is not None
    assert caller.headers["Retry-After"] == "5"
    assert (await caller.send("k9"))[0] == 200  # a repeat is no event
    clock.advance(5)
    assert (await caller.send("k10"))[0] == 200
    assert (await caller.send("k11"))[0] == 429


# --- redaction, edits, history --------------------------------------------------------------------


async def test_a_redacted_event_stays_without_its_content(
    caller: Caller, platform: Platform
) -> None:
    event_id = await caller.sent("k")
    assert (await caller.redact(event_id, "r"))[0] == 200
    status, event = await caller.event(event_id)
    assert (status, event["content"]) == (200, {})
    assert event["unsigned"]["redacted_because"]["redacts"] == event_id
    assert [shown.state for shown in platform.shown()] == ["deleted"]


def edit(event_id: str, body: str) -> dict[str, Any]:
    relation = {"rel_type": "m.replace", "event_id": event_id}
    new = {**TEXT, "body": body}
    return {**TEXT, "body": f"* {body}", "m.new_content": new, "m.relates_to": relation}


async def test_the_latest_edit_is_shown_and_comes_with_the_event(
    caller: Caller, platform: Platform, clock: ManualClock
) -> None:
    event_id = await caller.sent("k")
    for number, words in enumerate("一二"):
        clock.advance(1)
        await caller.sent(f"e{number}", edit(event_id, words))
    _, event = await caller.event(event_id)
    assert event["content"]["body"] == "甲"
    replaced = event["unsigned"]["m.relations"]["m.replace"]
    assert replaced["content"]["m.new_content"]["body"] == "二"
    assert [shown.text for shown in platform.shown()] == ["二"]


async def test_relations_come_in_pages_and_edits_of_a_redacted_event_not_at_all(
    caller: Caller,
) -> None:
    event_id = await caller.sent("k")
    sent = [await caller.sent(f"e{n}", edit(event_id, str(n))) for n in range(3)]
    path = caller.path.replace("/v3/", "/v1/") + f"/relations/{quote(event_id)}/m.replace"
    path += "/m.room.message?dir=f&limit=2"
    _, first = await caller.call("GET", path)
    _, second = await caller.call("GET", f"{path}&from={first['next_batch']}")
    found = [event["event_id"] for event in first["chunk"] + second["chunk"]]
    assert found == sent
    assert "next_batch" not in second
    await caller.redact(event_id, "r")
    assert (await caller.call("GET", path))[1] == {"chunk": []}


async def test_history_is_filtered_page_by_page(caller: Caller) -> None:
    sent = [await caller.sent(f"k{n}") for n in range(3)]
    wanted = quote(json.dumps({"senders": ["@nobody:sim.example"]}))
    _, page = await caller.call("GET", f"{caller.path}/messages?dir=b&limit=2")
    assert [event["event_id"] for event in page["chunk"]] == sent[:0:-1]
    _, none = await caller.call("GET", f"{caller.path}/messages?dir=b&limit=2&filter={wanted}")
    assert (none["chunk"], none["end"]) == ([], "t2")
    assert refused(await caller.call("GET", f"{caller.path}/messages")) == (400, "M_INVALID_PARAM")
    _, last = await caller.call("GET", f"{caller.path}/messages?dir=b&from=t2")
    assert "end" not in last


async def test_a_file_is_kept_byte_for_byte_and_its_size_is_limited(
    caller: Caller, platform: Platform
) -> None:
    path = "/_matrix/media/v3/upload?filename=a.png"
    _, found = await caller.call("POST", path, b"\x89PNG")
    server, media = found["content_uri"].removeprefix("mxc://").split("/")
    url = f"{caller.url}/_matrix/client/v1/media/download/{server}/{media}"
    headers = {"Authorization": f"Bearer {caller.token}"}
    async with caller.session.get(url, headers=headers) as answer:
        assert await answer.read() == b"\x89PNG"
    platform.tune({"largest_upload": 3})
    assert refused(await caller.call("POST", path, b"\x89PNG")) == (413, "M_TOO_LARGE")
    _, config = await caller.call("GET", "/_matrix/client/v1/media/config")
    assert config == {"m.upload.size": 3}
