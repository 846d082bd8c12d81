"""What waits for an analyst, one after the other: a key chooses, and the next one comes."""

from __future__ import annotations

from dataclasses import replace

from aiohttp import web

from hub.kernel.errors import InvalidInput
from hub.opinion.judging.models import Band
from hub.opinion.stream.models import Line, Wanted
from web.console.areas.opinion.asked import sight_of
from web.console.areas.opinion.lists import names_of
from web.console.areas.opinion.one import corrections, line_of, reading
from web.console.call import Call

__all__ = ["choose", "shown"]

_COMING = 6


async def shown(call: Call) -> web.StreamResponse:
    """The next signal of a band, and the beginnings of those behind it."""
    return await _page(call, _band(call.asked("band")), call.asked("after")[:64])


async def choose(call: Call) -> web.StreamResponse:
    """Keep what was chosen and go on with the next one, also where nothing was changed."""
    line, band = await line_of(call), _band(call.text("band"))
    try:
        await corrections(call, line)
    except InvalidInput as error:
        return await _page(call, band, "", line, error)
    return call.go("/opinion/queue", band=band, after=line.signal.id, said="chosen")


def _band(text: str) -> Band:
    return Band.QUEUE if text == Band.QUEUE else Band.SUGGESTED


async def _page(
    call: Call,
    band: Band,
    after: str,
    chosen: Line | None = None,
    problem: InvalidInput | None = None,
) -> web.Response:
    stream, sight = call.desk.listening.stream, await sight_of(call)
    wanted = Wanted(bands=(band,), after=after, limit=_COMING)
    page = await stream.page(wanted, sight)
    while not page.lines and page.next:  # those in sight may be far apart
        page = await stream.page(replace(wanted, after=page.next), sight)
    line = chosen or (page.lines[0] if page.lines else None)
    return call.page(
        "opinion/queue",
        status=400 if problem else 200,
        band=band,
        bands=(Band.SUGGESTED, Band.QUEUE),
        waiting=await stream.waiting(sight),
        coming=[one for one in page.lines if line and one.signal.id != line.signal.id],
        begun=bool(after),
        names=await names_of(call, [line] if line else []),
        problem=problem,
        **(reading(call, line) if line else {"line": None}),
    )
