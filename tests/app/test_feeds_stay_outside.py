"""The fetcher goes to the open internet and nowhere else, and takes no more than it was told."""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver

from app.feeds import PublicResolver, is_public, open_fetcher
from hub.kernel.errors import GongkaiError
from hub.opinion.sources.errors import BadSource, SourceUnreachable

_LOCAL = ("127.0.0.0/8",)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "fe80::1%eth0", "fc00::1", "::",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "ff02::1",
        "no address",
    ],
)  # fmt: skip
def test_no_address_of_ones_own_network_is_public(address: str) -> None:
    assert not is_public(address)


def test_the_open_internet_is_and_what_is_allowed() -> None:
    assert is_public("114.114.114.114")
    assert is_public("2400:3200::1")
    assert is_public("10.8.1.1", [ipaddress.ip_network("10.8.0.0/16")])
    assert not is_public("10.9.1.1", [ipaddress.ip_network("10.8.0.0/16")])


class Names(AbstractResolver):
    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> Any:
        return [{"host": one, "hostname": host} for one in ("10.0.0.5", "127.0.0.1")]

    async def close(self) -> None:
        pass


async def test_a_name_that_leads_inside_is_refused_when_it_is_resolved() -> None:
    with pytest.raises(BadSource):
        await PublicResolver(Names()).resolve("inside.example.cn")


@asynccontextmanager
async def site() -> AsyncIterator[str]:
    async def feed(request: web.Request) -> web.Response:
        if request.headers.get("If-None-Match") == '"1"':
            return web.Response(status=304)
        return web.Response(body=b"<rss/>", headers={"ETag": '"1"'})

    async def away(request: web.Request) -> web.Response:
        raise web.HTTPFound(request.query["to"])

    async def loop(request: web.Request) -> web.Response:
        raise web.HTTPFound("/loop")

    async def large(request: web.Request) -> web.Response:
        return web.Response(body=b"x" * 5_000)

    app = web.Application()
    pages = {"/feed": feed, "/away": away, "/loop": loop, "/large": large}
    app.add_routes([web.get(path, page) for path, page in pages.items()])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_a_feed_is_read_followed_and_limited() -> None:
    limits: dict[str, Any] = {"most": 1_000, "timeout": timedelta(seconds=5)}
    async with site() as address, open_fetcher(networks=_LOCAL, **limits) as fetcher:
        got = await fetcher.fetch(f"{address}/away?to=/feed")
        assert got is not None
        assert (got.body, got.etag) == (b"<rss/>", '"1"')
        assert await fetcher.fetch(f"{address}/feed", etag='"1"') is None
        refused: dict[str, type[GongkaiError]] = {
            "/large": SourceUnreachable,
            "/nothing": SourceUnreachable,
            "/loop": SourceUnreachable,
            "/away?to=http://192.168.0.1/": BadSource,
            "/away?to=file:///etc/passwd": BadSource,
        }
        for path, error in refused.items():
            with pytest.raises(error):
                await fetcher.fetch(address + path)


async def test_nothing_inside_is_read_where_nothing_is_allowed() -> None:
    async with open_fetcher(networks=(), most=1_000, timeout=timedelta(seconds=5)) as fetcher:
        for url in (
            "http://127.0.0.1:1/",
            "http://[::1]/",
            "http://localhost:1/",
            "http://2130706433/",
        ):
            with pytest.raises((BadSource, SourceUnreachable)):
                await fetcher.fetch(url)
