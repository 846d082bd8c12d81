"""wechatpy's API classes over our wire: tokens, repeats, and answers that decide nothing."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from hub.kernel.clock import ManualClock
from hub.publishing.errors import Busy, DeliveryError, Unknown
from publishers.wechat.client import Client
from publishers.wechat.codes import Refused
from publishers.wechat.simulator import Platform
from publishers.wire import Wire
from tests.publishers.doubles import picture, serve

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


PATIENT, IMPATIENT = timedelta(seconds=20), timedelta(seconds=1)


def client_of(
    session: aiohttp.ClientSession,
    clock: ManualClock,
    url: str,
    timeout: timedelta = PATIENT,
    **keys: str,
) -> Client:
    return Client(
        Wire(session),
        clock,
        base_url=url,
        appid=keys.get("appid", "wx1"),
        secret=keys.get("secret", "s3cr3t"),
        timeout=timeout,
    )


@contextlib.asynccontextmanager
async def answering(
    clock: ManualClock, answer: Answer, token: Any = None, timeout: timedelta = PATIENT
) -> AsyncIterator[tuple[Client, list[str]]]:
    """A client before a server that gives tokens and answers the rest with `answer`."""
    calls: list[str] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        calls.append(request.path.removeprefix("/cgi-bin/"))
        if request.path.endswith("stable_token"):
            given = {"access_token": f"t{len(calls)}", "expires_in": 7200}
            return web.json_response(given if token is None else token)
        return await answer(request)

    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", handle)
    runner = web.AppRunner(application, shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    try:
        async with aiohttp.ClientSession() as session:
            yield client_of(session, clock, f"http://{host}:{port}", timeout), calls
    finally:
        await runner.cleanup()


def always(value: Any) -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.json_response(value)

    return answer


@pytest.fixture
async def platform(clock: ManualClock) -> Platform:
    return Platform(clock)


@pytest.fixture
async def client(clock: ManualClock, platform: Platform) -> AsyncIterator[Client]:
    keys = platform.enrol("gongkai").credentials
    async with serve(platform) as url, aiohttp.ClientSession() as session:
        yield client_of(session, clock, url, appid=keys["appid"], secret=keys["secret"])


async def test_twenty_calls_at_once_fetch_one_token(client: Client, platform: Platform) -> None:
    await asyncio.gather(*(client.draft.batch(0) for _ in range(20)))
    calls = platform.account("gongkai").calls
    assert calls["2026-03-02", "stable_token"] == 1


async def test_twenty_calls_with_a_dead_token_fetch_one_more(
    client: Client, platform: Platform
) -> None:
    await client.draft.batch(0)
    platform.account("gongkai").tokens.stable.revoke()
    await asyncio.gather(*(client.draft.batch(0) for _ in range(20)))
    assert platform.account("gongkai").calls["2026-03-02", "stable_token"] == 2


@pytest.mark.parametrize(("passed", "fetches"), [(6899, 1), (6901, 2), (7300, 2)])
async def test_a_token_is_renewed_five_minutes_before_its_end(
    client: Client, platform: Platform, clock: ManualClock, passed: int, fetches: int
) -> None:
    await client.draft.batch(0)
    clock.advance(passed)
    await client.draft.batch(0)
    assert platform.account("gongkai").calls["2026-03-02", "stable_token"] == fetches


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_a_token_that_is_always_refused_is_tried_twice_and_no_more(
    clock: ManualClock, code: int
) -> None:
    async with answering(clock, always({"errcode": code, "errmsg": "invalid"})) as (client, calls):
        with pytest.raises(Refused) as refused:
            await client.freepublish.submit("M")
    assert refused.value.errcode == code
    assert calls == ["stable_token", "freepublish/submit"] * 2


async def test_another_refusal_is_never_repeated(clock: ManualClock) -> None:
    async with answering(clock, always({"errcode": 45009, "errmsg": "max"})) as (client, calls):
        with pytest.raises(Refused):
            await client.draft.add([])
    assert calls == ["stable_token", "draft/add"]


async def test_text_travels_as_raw_utf8(clock: ManualClock) -> None:
    bodies: list[bytes] = []

    async def keep(request: web.Request) -> web.StreamResponse:
        bodies.append(await request.read())
        return web.json_response({"media_id": "M"})

    async with answering(clock, keep) as (client, _):
        await client.draft.add([{"title": "政务公开 😀"}])
    assert "政务公开 😀".encode() in bodies[0]
    assert b"\\u" not in bodies[0]


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (lambda client: client.freepublish.submit("M"), Unknown),
        (lambda client: client.mass.send_draft("M", "key"), Unknown),
        (lambda client: client.draft.add([]), Busy),
        (lambda client: client.freepublish.get("1"), Busy),
    ],
)
@pytest.mark.parametrize("answer", [{}, [], {"errcode": "x"}, "text", None])
async def test_an_answer_that_says_nothing_is_unknown_where_there_was_an_effect(
    clock: ManualClock,
    call: Callable[[Client], Awaitable[Any]],
    kind: type[DeliveryError],
    answer: Any,
) -> None:
    async with answering(clock, always(answer)) as (client, _):
        with pytest.raises(kind):
            await call(client)


async def test_a_hung_platform_is_left_after_the_timeout(clock: ManualClock) -> None:
    async def hang(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(30)
        return web.Response()

    async with answering(clock, hang, timeout=IMPATIENT) as (client, _):
        async with asyncio.timeout(10):
            with pytest.raises(Unknown):
                await client.freepublish.submit("M")


@pytest.mark.parametrize(
    "token", [{}, {"access_token": ""}, {"access_token": "t"}, {"access_token": 1, "expires_in": 1}]
)
async def test_a_token_answer_without_a_token_is_not_taken(clock: ManualClock, token: Any) -> None:
    async with answering(clock, always({"media_id": "M"}), token) as (client, calls):
        with pytest.raises(Busy):
            await client.draft.add([])
    assert calls == ["stable_token"]


async def test_a_videos_description_goes_as_a_part_of_the_form(clock: ManualClock) -> None:
    seen: dict[str, Any] = {}

    async def keep(request: web.Request) -> web.StreamResponse:
        seen.update(await request.post(), query=dict(request.query))
        return web.json_response({"media_id": "V"})

    async with answering(clock, keep) as (client, _):
        file = ("v.mp4", b"video", "video/mp4")
        await client.material.add("video", file, title="图解", introduction="一图读懂")
    assert json.loads(seen["description"]) == {"title": "图解", "introduction": "一图读懂"}
    assert (seen["media"].filename, seen["query"]["type"]) == ("v.mp4", "video")


async def test_wechatpys_own_calls_work_over_the_wire(client: Client) -> None:
    address = await client.media.upload_image(("a.png", picture(), "image/png"))
    assert address.startswith("http://mmbiz.qpic.cn/")
    with pytest.raises(Refused) as unknown:
        await client.message.get_mass("1")
    assert unknown.value.errcode == 40035


async def test_drafts_can_be_made_read_changed_and_deleted(client: Client) -> None:
    thumb = await client.material.add("image", ("c.png", picture(), "image/png"))
    article = {"title": "一", "content": "<p>正文</p>", "thumb_media_id": thumb["media_id"]}
    draft = await client.draft.add([article])
    await client.draft.update(draft, 0, article | {"title": "二"})
    assert [entry["title"] for entry in await client.draft.get(draft)] == ["二"]
    await client.draft.delete(draft)
    await client.draft.delete(draft)
    assert (await client.draft.batch(0))["total_count"] == 0


async def test_the_synchronous_token_of_wechatpy_is_out_of_reach(client: Client) -> None:
    with pytest.raises(AttributeError):
        _ = client.access_token


async def test_neither_client_nor_tokens_show_the_secret(clock: ManualClock) -> None:
    async with aiohttp.ClientSession() as session:
        client = client_of(session, clock, "http://127.0.0.1:9")
        assert "s3cr3t" not in f"{client!r} {client.tokens!r}"
