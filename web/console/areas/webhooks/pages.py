"""The list, a new one, and one with its messages; a secret is in one answer and nowhere else."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hub.kernel.errors import GongkaiError, InvalidInput
from hub.organisations.models import Role
from hub.organisations.webhooks.models import TELLING, NewWebhook, Webhook
from hub.organisations.webhooks.service import MESSAGES_SHOWN
from web.console.call import Call
from web.console.kinds import kind_words
from web.statuses import status_of

__all__ = ["ask", "listed", "make", "messages", "require", "rotate", "shown"]

_MANAGING = frozenset({Role.DISCLOSURE_OFFICE, Role.ADMIN})
_MOST_URL, _MOST_LABEL, _ID = 2_001, 101, 26


async def listed(call: Call) -> web.StreamResponse:
    await require(call)
    return call.page("webhooks/list", hooks=await call.desk.governing.webhooks.all())


async def ask(call: Call) -> web.StreamResponse:
    """The form, once password and code have been given anew."""
    await require(call)
    return _form(call)


async def make(call: Call) -> web.StreamResponse:
    await require(call)
    new = NewWebhook(
        label=call.text("label")[:_MOST_LABEL],
        url=call.text("url").strip()[:_MOST_URL],
        kinds=tuple(call.chosen.get("kinds", [])),
    )
    try:
        made, secret = await call.desk.governing.webhooks.make(new, actor=call.login)
    except InvalidInput as error:
        return _form(call, error)
    return await _one(call, made, secret)


async def rotate(call: Call) -> web.StreamResponse:
    await require(call)
    changed, secret = await call.desk.governing.webhooks.rotate(_id(call), actor=call.login)
    return await _one(call, changed, secret)


async def shown(call: Call) -> web.StreamResponse:
    await require(call)
    return await _one(call, await call.desk.governing.webhooks.get(_id(call)))


async def messages(call: Call) -> web.StreamResponse:
    """What is older than what stands there; with htmx the lines alone."""
    await require(call)
    hook = await call.desk.governing.webhooks.get(_id(call))
    values = await _messages(call, hook)
    if call.partial:
        return call.page("webhooks/_lines", hook=hook, **values)
    return call.page("webhooks/one", hook=hook, secret="", kinds=_named(hook), **values)


async def require(call: Call) -> None:
    """A webhook is told of every body's things: it is for who is responsible for all of them."""
    await call.desk.doors.require_whole(call.login, _MANAGING, attempt=call.attempt)


async def _one(call: Call, hook: Webhook, secret: str = "") -> web.Response:
    values = await _messages(call, hook)
    return call.page("webhooks/one", hook=hook, secret=secret, kinds=_named(hook), **values)


async def _messages(call: Call, hook: Webhook) -> dict[str, Any]:
    before = call.asked("before")[:_ID]
    found = await call.desk.governing.webhooks.messages(hook.id, before=before)
    more = found[-1][0].id if len(found) == MESSAGES_SHOWN else ""
    return {"messages": found, "more": more, "before": before, "told": kind_words()}


def _form(call: Call, problem: GongkaiError | None = None) -> web.Response:
    words = kind_words()
    chosen = frozenset(call.chosen.get("kinds", [])) if problem else frozenset(TELLING)
    return call.page(
        "webhooks/new",
        status=status_of(problem) if problem else 200,
        kinds=[(name, words[name]) for name in TELLING],
        chosen=chosen,
        problem=problem,
    )


def _named(hook: Webhook) -> list[Any]:
    words = kind_words()
    return [words[name] for name in hook.kinds if name in words]


def _id(call: Call) -> str:
    return call.request.match_info["id"][:_ID]
