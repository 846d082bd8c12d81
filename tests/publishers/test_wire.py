"""The way out makes each call once: whether it is made again is the engine's to decide."""

from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from hub.publishing.errors import Unknown
from publishers.wire import Wire, open_session


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST"])
async def test_a_call_whose_kept_connection_dies_is_not_made_again(method: str) -> None:
    arrived: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        arrived.append(request.path)
        if request.path == "/dies" and request.transport is not None:
            request.transport.abort()
        return web.Response()

    application = web.Application()
    application.router.add_route("*", "/{path}", answer)
    async with TestServer(application) as server, open_session() as session:
        wire, address = Wire(session), str(server.make_url("/")).rstrip("/")
        await wire.call(method, f"{address}/lives", what="a call", effect=True)
        with pytest.raises(Unknown):
            await wire.call(method, f"{address}/dies", what="a call", effect=True)
    assert arrived == ["/lives", "/dies"]
