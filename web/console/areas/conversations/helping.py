"""What helps to answer: canned answers, and published items to name as sources."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hub.conversation.desk.canned.models import CannedView
from hub.conversation.desk.models import ANSWERING, DeskTalk
from web.console.call import Call
from web.console.published import published

__all__ = ["canned", "chosen_items", "fitting", "items"]

_ANSWERS, _ITEMS, _MOST_CHOSEN = 8, 6, 5


async def canned(call: Call) -> web.StreamResponse:
    """Those that have what was typed in their name, title or text; one whose item does not hold
    any more is shown with why, and cannot be chosen."""
    talk = await _seen(call)
    answers = await fitting(call, talk.body_id, call.asked("q"), call.asked("canned"))
    return call.page("conversations/_canned", answers=answers, picked=call.asked("canned"))


async def items(call: Call) -> web.StreamResponse:
    """Published ones that answer what was typed, those chosen before first."""
    await _seen(call)
    picked = tuple(call.request.query.getall("items", []))[:_MOST_CHOSEN]
    found = await chosen_items(call, picked)
    known = {one["id"] for one in found}
    text = call.asked("q").strip()[:100]
    if text:
        found += [one for one in await published(call, text, _ITEMS) if one["id"] not in known]
    return call.page("conversations/_items", found=found, searched=bool(text))


async def fitting(call: Call, body_id: str, text: str, picked: str) -> list[CannedView]:
    """The one that is picked first, so that another search does not lose it."""
    sought = text.strip().casefold()
    listed = await call.desk.talking.canned.listed(body_id)
    first = [one for one in listed if one.canned.key == picked]
    rest = [
        one
        for one in listed
        if one.canned.key != picked
        and sought in f"{one.canned.key} {one.canned.title} {one.canned.text}".casefold()
    ]
    return (first + rest)[:_ANSWERS]


async def chosen_items(call: Call, ids: tuple[str, ...]) -> list[dict[str, Any]]:
    public = await call.desk.talking.canned.public(ids)
    return [
        {"id": one.id, "title": one.title, "doc_no": one.doc_no, "passage": "", "picked": True}
        for one in public
    ]


async def _seen(call: Call) -> DeskTalk:
    talk = await call.desk.talking.desk.talk(call.request.match_info["id"])
    await call.desk.doors.require(
        call.login, talk.body_id, ANSWERING, attempt=call.attempt, subject=talk.id
    )
    return talk
