"""What a link answers, without reading it and without being led elsewhere in silence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from hub.publishing.preflight.models import LinkAnswer
from publishers import links
from publishers.links import ask_link


class Site:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.url = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.path}")
        match request.path:
            case "/page":
                return web.Response(text="x" * 1000)
            case "/no-head" if request.method == "HEAD":
                return web.Response(status=405)
            case "/no-head":
                return web.Response(text="here")
            case "/moved":
                return web.Response(status=301, headers={"Location": "/page"})
            case "/round":
                return web.Response(status=302, headers={"Location": "/round"})
            case "/away":
                return web.Response(status=302, headers={"Location": "https://other.example/x"})
            case "/script":
                return web.Response(status=302, headers={"Location": "javascript:alert(1)"})
            case "/broken":
                return web.Response(status=500)
        return web.Response(status=404)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    made = Site()
    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", made.answer)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    made.url = f"http://{host}:{port}"
    yield made
    await runner.cleanup()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/page", LinkAnswer(status=200)),
        ("/no-head", LinkAnswer(status=200)),
        ("/moved", LinkAnswer(status=200)),
        ("/away", LinkAnswer(status=302, moved_to="other.example")),
        ("/round", LinkAnswer(status=0, error="redirects")),
        ("/script", LinkAnswer(status=0, error="ValueError")),
        ("/broken", LinkAnswer(status=500)),
        ("/gone", LinkAnswer(status=404)),
    ],
)
async def test_each_link_answers_as(
    session: aiohttp.ClientSession, site: Site, path: str, answer: LinkAnswer
) -> None:
    assert await ask_link(session, site.url + path) == answer
    assert answer.good == (answer.status == 200)


async def test_a_server_that_takes_head_is_not_asked_for_the_page(
    session: aiohttp.ClientSession, site: Site
) -> None:
    await ask_link(session, f"{site.url}/page")
    assert site.asked == ["HEAD /page"]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/", "ftp://a/b", "http://", "not a link", "http://[::1", "//a/b"]
)
async def test_what_is_no_link_or_leads_nowhere_says_why(
    session: aiohttp.ClientSession, url: str
) -> None:
    answer = await ask_link(session, url)
    assert (answer.status, answer.good) == (0, False)
    assert answer.error


async def test_a_server_that_never_answers_is_given_up(
    session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(request: web.Request) -> web.StreamResponse:
        await request.read()
        response = web.StreamResponse()
        await session_gone.wait()
        return response

    session_gone = asyncio.Event()
    monkeypatch.setattr(links, "_TIMEOUT_S", 0.2)
    application = web.Application()
    application.router.add_route("*", "/", silent)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    assert (await ask_link(session, f"http://{host}:{port}/")).error == "timeout"
    session_gone.set()
    await runner.cleanup()
