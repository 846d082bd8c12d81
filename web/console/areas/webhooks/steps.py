"""What is done with one webhook: tried, paused, a message sent again, deleted."""

from __future__ import annotations

from aiohttp import web

from web.console.areas.webhooks.pages import require
from web.console.call import Call

__all__ = ["delete", "ping", "resend", "switch"]

_ID = 26


async def ping(call: Call) -> web.StreamResponse:
    await require(call)
    await call.desk.governing.webhooks.ping(_id(call), actor=call.login)
    return _back(call, "pinged")


async def switch(call: Call) -> web.StreamResponse:
    """Off, or on again; what happened meanwhile is told then."""
    await require(call)
    on = call.text("on") == "yes"
    await call.desk.governing.webhooks.switch(_id(call), on=on, actor=call.login)
    return _back(call, "on" if on else "off")


async def resend(call: Call) -> web.StreamResponse:
    await require(call)
    message = call.text("message")[:_ID]
    await call.desk.governing.webhooks.resend(_id(call), message, actor=call.login)
    return _back(call, "resent")


async def delete(call: Call) -> web.StreamResponse:
    await require(call)
    await call.desk.governing.webhooks.delete(_id(call), actor=call.login)
    return call.go("/settings/webhooks", said="deleted")


def _back(call: Call, said: str) -> web.Response:
    return call.go(f"/settings/webhooks/{_id(call)}", said=said)


def _id(call: Call) -> str:
    return call.request.match_info["id"][:_ID]
