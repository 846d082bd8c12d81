"""Sources: feeds that are read, how the last reading went, and reading one now."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

from aiohttp import web

from hub.kernel.errors import GongkaiError, InvalidInput, NotFound, Words
from hub.opinion.signals.models import SignalKind, Trust
from hub.opinion.sources.models import NewSource, Reading, SourceKind
from web.console.area import SUPERVISING
from web.console.call import Call
from web.console.looking import looking, may
from web.statuses import status_of

__all__ = ["add", "check", "listed", "step"]

E_ = TypeVar("E_", bound=StrEnum)
_FIELDS = ("name", "url", "kind", "minutes", "paths", "signal_kind", "trust", "body")


async def listed(call: Call) -> web.StreamResponse:
    return await _page(call)


async def add(call: Call) -> web.StreamResponse:
    """Enter a source; it is read at the next look."""
    try:
        new = await _new(call)
        async with call.desk.listening.sources() as sources:
            await sources.add(new, actor=call.login)
    except (InvalidInput, NotFound) as error:
        return await _page(call, error)
    return call.go("/opinion/sources", said="source-added")


async def step(call: Call) -> web.StreamResponse:
    """Pause a source or read it again."""
    async with call.desk.listening.sources() as sources:
        if call.text("event") == "paused":
            await sources.pause(call.text("name"), actor=call.login)
            return call.go("/opinion/sources", said="source-paused")
        await sources.resume(call.text("name"), actor=call.login)
    return call.go("/opinion/sources", said="source-resumed")


async def check(call: Call) -> web.StreamResponse:
    """Read it now, as if nothing had been read before, and tell how it went."""
    async with call.desk.listening.sources() as sources:
        reading = await sources.check(call.text("name"))
    return await _page(call, reading=reading)


async def _new(call: Call) -> NewSource:
    minutes, body = call.text("minutes").strip() or "30", call.text("body")
    if not (minutes.isascii() and minutes.isdigit() and len(minutes) < 7):
        raise InvalidInput(Words("间隔须为整数分钟", "the minutes are no number"), field="minutes")
    return NewSource(
        name=call.text("name").strip(),
        kind=SourceKind.JSON if call.text("kind") == SourceKind.JSON else SourceKind.FEED,
        url=call.text("url").strip(),
        every=timedelta(minutes=int(minutes)),
        paths=_paths(call.text("paths")),
        signal_kind=_one(SignalKind, call.text("signal_kind"), SignalKind.MENTION),
        trust=_one(Trust, call.text("trust"), Trust.OUTSIDE),
        body_id=(await call.desk.organisations.body(body)).id if body else "",
        zone=call.desk.zone,
    )


def _one(kind: type[E_], text: str, usual: E_) -> E_:
    return kind(text) if text in set(kind) else usual


def _paths(text: str) -> dict[str, str]:
    """Lines such as `items=data.list`."""
    found = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        field, equals, path = line.partition("=")
        if not equals:
            raise InvalidInput(
                Words(f"“{line[:40]}”缺等号", f"'{line[:40]}' has no ="),
                field="paths",
                remedy=Words("写成 title=attributes.title", "write title=attributes.title"),
            )
        found[field.strip()] = path.strip()
    return found


async def _page(
    call: Call, problem: GongkaiError | None = None, reading: Reading | None = None
) -> web.Response:
    async with call.desk.listening.sources() as sources:
        found = await sources.all()
    return call.page(
        "opinion/sources",
        status=status_of(problem) if problem else 200,
        may_change=may(call, SUPERVISING.roles),
        sources=found,
        reading=reading,
        kinds=list(SourceKind),
        signal_kinds=list(SignalKind),
        trusts=list(Trust),
        bodies=(await looking(call)).bodies,
        typed={name: call.text(name) for name in _FIELDS},
        problem=problem,
    )
