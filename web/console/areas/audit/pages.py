"""The events that were asked for, one of them, and all of them as a file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date, datetime, time, timedelta

import msgspec
from aiohttp import web

from hub.kernel.clock import instant_of_wall_time
from hub.kernel.errors import InvalidInput, Words
from hub.kernel.sheets import Cell, Form
from hub.organisations.auditing.models import WantedEvents
from web.console.call import Call
from web.console.exporting import columns_of, event_row, send, telling_of
from web.console.kinds import kind_words
from web.console.looking import looking
from web.console.naming import names_of

__all__ = ["export", "found", "one"]

_PAGE, _AT_ONCE = 50, 1_000
_FIELDS = ("actor", "kind", "subject", "since", "until", "body")
Ask = Callable[[str], str]


async def found(call: Call) -> web.StreamResponse:
    """A day that is none is told beside its field, and narrows nothing."""
    query = _query(call.asked)
    problem = None
    try:
        wanted = await _wanted(call, call.asked)
    except InvalidInput as error:
        problem, query = error, {**query, "since": "", "until": ""}
        wanted = await _wanted(call, lambda name: query.get(name, ""))
    seen = await looking(call)
    page = await call.desk.governing.auditing.page(wanted)
    return call.page(
        "audit/found",
        page=page,
        names=await names_of(call, [event["actor"] for event in page.events]),
        query=query,
        kinds=kind_words(),
        bodies=seen.bodies,
        problem=problem,
    )


async def one(call: Call) -> web.StreamResponse:
    auditing = call.desk.governing.auditing
    actors = await auditing.actors_for(call.login)
    event = await auditing.one(_number(call.request.match_info["seq"]), actors)
    names = await names_of(call, [event.event["actor"]])
    return call.page("audit/one", one=event, event=event.event, names=names, kinds=kind_words())


async def export(call: Call) -> web.StreamResponse:
    """Newest first, sent as they are read: JSON Lines as they are in the chain, or a table."""
    wanted = await _wanted(call, call.text)
    if call.text("form") in set(Form):
        return await _table(call, wanted)
    response = web.StreamResponse(
        headers={
            "Content-Type": "application/jsonl; charset=utf-8",
            "Content-Disposition": 'attachment; filename="audit.jsonl"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
    )
    await response.prepare(call.request)
    async for row in call.desk.governing.auditing.export(wanted, actor=call.login):
        await response.write(msgspec.json.encode(row, order="sorted") + b"\n")
    await response.write_eof()
    return response


async def _table(call: Call, wanted: WantedEvents) -> web.StreamResponse:
    tell, kinds = await telling_of(call), kind_words()

    async def rows() -> AsyncIterator[Sequence[Sequence[Cell]]]:
        gathered: list[Sequence[Cell]] = []
        async for row in call.desk.governing.auditing.export(wanted, actor=call.login):
            gathered.append(event_row(row, tell, kinds))
            if len(gathered) == _AT_ONCE:
                yield gathered
                gathered = []
        yield gathered

    return await send(call, "audit", columns_of(tell.words, "audit"), rows())


async def _wanted(call: Call, ask: Ask) -> WantedEvents:
    """`body` narrows to what its people did."""
    query = _query(ask)
    since, until = _day(query["since"], "since"), _day(query["until"], "until")
    zone = call.desk.zone
    return WantedEvents(
        actors=await call.desk.governing.auditing.actors_for(call.login, query["body"]),
        actor=query["actor"],
        kind=query["kind"],
        subject=query["subject"],
        since=_midnight(since, zone) if since else None,
        until=_midnight(until + timedelta(days=1), zone) if until else None,
        before=_number(ask("before")),
        limit=_PAGE,
    )


def _number(text: str) -> int:
    """An event's number; 0, which none has, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _query(ask: Ask) -> dict[str, str]:
    return {name: ask(name).strip()[:64] for name in _FIELDS}


def _day(text: str, field: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            Words(f"“{text}”不是日期", f"'{text}' is no day"),
            field=field,
            remedy=Words("如 2026-12-01", "such as 2026-12-01"),
        ) from None


def _midnight(day: date, zone: str) -> datetime:
    return instant_of_wall_time(datetime.combine(day, time.min), zone)
