"""Access points by sent position or by the place that is named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlencode

from bots import texts
from bots.citing import choice
from bots.contract import Asked, Grounds, Memory, Reply
from bots.desk import Desk
from bots.lists import list_sources
from hub.catalogue.keyareas.hours import Opening
from hub.catalogue.keyareas.lookup import opening
from hub.catalogue.keyareas.models import Found, Position, Wanted
from hub.conversation.models import Choice, Location
from hub.kernel.clock import CHINA

__all__ = ["answer", "fits", "route_to"]

_ME = "access_points"
_KIND = "points"
_WORDS = re.compile(
    r"查阅(?:点|场所|中心|室|地点)|(?:哪里|哪儿|在哪|附近).{0,6}(?:查阅|看(?:到)?(?:政府)?(?:信息|"
    r"公报|文件))|"
    r"(?:查阅|看).{0,8}(?:哪里|哪儿)|access points?|reading rooms?|where .{0,30}read"
)
_COUNT = 3


def fits(asked: Asked) -> float:
    if asked.location is not None:
        return 0.7
    return 0.92 if _WORDS.search(asked.plain) else 0.0


async def answer(asked: Asked, desk: Desk) -> Reply | None:
    at = asked.location or _known(asked)
    if at is not None and not asked.places:
        return await _nearest(asked, desk, at)
    if asked.places:
        return await _named(asked, desk)
    return Reply(
        paragraphs=(texts.fill(_ME, asked.language, "send-location"),),
        grounds=Grounds.CONVERSATION,
        memory=Memory(waiting=_ME),
    )


def _known(asked: Asked) -> Location | None:
    session = asked.session
    if session.latitude is None or session.longitude is None:
        return None
    return Location(latitude=session.latitude, longitude=session.longitude)


async def _nearest(asked: Asked, desk: Desk, at: Location) -> Reply:
    position = Position(latitude=at.latitude, longitude=at.longitude)
    found = await desk.lookup.points_near(position, count=_COUNT)
    told = [
        _told(asked, one.near.found, one.opening, n, one.near.metres)
        for n, one in enumerate(found, 1)
    ]
    memory = Memory(location=at)
    near = choice("key_areas", "near", texts.fill(_ME, asked.language, "projects"), asked.language)
    return await _reply(asked, desk, [one.near.found for one in found], told, memory, near)


async def _named(asked: Asked, desk: Desk) -> Reply:
    local = asked.at.astimezone(CHINA)
    place = asked.places[0].name
    every = await desk.lookup.search(Wanted(kind=_KIND, limit=1_000))
    there = [
        one for one in every if place in f"{one.entry.values['city']}{one.entry.values['address']}"
    ]
    there = there[:_COUNT]
    told = [_told(asked, one, opening(one, local), n) for n, one in enumerate(there, 1)]
    return await _reply(asked, desk, there, told, Memory(text=asked.said))


def _where(one: Found) -> str:
    return f"{one.entry.values['city']}{one.entry.values['address']}"


async def _reply(
    asked: Asked,
    desk: Desk,
    found: Sequence[Found],
    told: Sequence[str],
    memory: Memory,
    *more: Choice,
) -> Reply:
    sources = await list_sources(desk, found)
    if not found or not sources:
        text = texts.fill(_ME, asked.language, "none")
        return Reply(paragraphs=(text,), grounds=Grounds.NOTHING, choices=more, memory=memory)
    head = texts.fill(_ME, asked.language, "found", count=len(found))
    return Reply(paragraphs=(head, *told), sources=sources, choices=more, memory=memory)


def _told(
    asked: Asked, found: Found, state: Opening, number: int, metres: int | None = None
) -> str:
    values = found.entry.values
    return texts.fill(
        _ME, asked.language, "point", number=number, name=str(values["name"]),
        address=str(values["address"]), hours=str(values["hours"]), phone=str(values["phone"]),
        state=state.value, metres=metres,
        route=route_to(found.position, found.title) if found.position else "",
    )  # fmt: skip


def route_to(position: Position, name: str) -> str:
    """The way there on a Chinese map (lbs.amap.com/api/uri-api): longitude first, GCJ-02."""
    to = f"{position.longitude:.6f},{position.latitude:.6f},{name}"
    return "https://uri.amap.com/navigation?" + urlencode({"to": to, "mode": "walk"})
