"""Lists as files: the rows of each, in the reader's language and zone, and how they are sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from aiohttp import web

from hub.catalogue.listing.models import Line as ItemLine
from hub.kernel.errors import Words
from hub.kernel.sheets import Cell, Form, sheet_of
from hub.opinion.cases.board.models import Row as CaseRow
from hub.organisations.models import Account
from hub.organisations.rules import why_not_publishable, why_paused
from hub.publishing.board.models import Line as DeliveryLine
from web.console.call import Call
from web.console.rendering import words_of

__all__ = [
    "Telling",
    "account_row",
    "case_row",
    "columns_of",
    "delivery_row",
    "event_row",
    "item_row",
    "send",
    "telling_of",
]

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "items": (
        *("id", "title", "doc_no", "index_no", "body", "attribute", "state", "formed_on"),
        *("published_at", "entered_by", "entered_at", "version"),
    ),
    "deliveries": (
        *("id", "plan", "item", "account", "body", "channel", "part", "state", "due_at"),
        *("handed_over_at", "reason", "error_code", "error", "url"),
    ),
    "accounts": (
        *("id", "channel", "name", "handle", "body", "region", "tags", "filing", "active"),
        *("authorised_until", "paused_until", "why"),
    ),
    "cases": (
        *("id", "title", "kind", "level", "state", "body", "opened_at", "opened_by", "clock"),
        *("due_at", "responded_at", "closed_at", "satisfaction"),
    ),
    "audit": ("seq", "at", "actor", "event", "kind", "subject", "data", "hash"),
}


class Telling:
    """How values are said: the interface's words, the installation's zone, bodies by name."""

    def __init__(
        self,
        words: Mapping[str, str],
        zone: str,
        bodies: Mapping[str, str],
        channels: Mapping[str, str],
        say: Callable[[Words], str],
    ) -> None:
        self.words = words
        self.bodies = bodies
        self.channels = channels
        self.say = say
        self._zone = ZoneInfo(zone)

    def at(self, when: datetime | None) -> datetime | None:
        return None if when is None else when.astimezone(self._zone)


def columns_of(words: Mapping[str, str], name: str) -> list[str]:
    """The head of a list's file."""
    return [words[f"column-{column}"] for column in _COLUMNS[name]]


def item_row(one: ItemLine, tell: Telling) -> list[Cell]:
    return [
        one.id,
        one.title,
        one.doc_no,
        one.index_no,
        tell.bodies.get(one.body_id, one.body_id),
        tell.words[f"attribute-{one.attribute}"] if one.attribute else "",
        tell.words[f"state-{one.state}"],
        one.formed_on,
        tell.at(one.published_at),
        one.entered_by,
        tell.at(one.entered_at),
        one.version,
    ]


def delivery_row(one: DeliveryLine, tell: Telling) -> list[Cell]:
    return [
        one.id,
        one.plan_id,
        one.title,
        one.account,
        tell.bodies.get(one.body_id, one.body_id),
        tell.channels.get(one.channel, one.channel),
        one.part,
        tell.words[f"delivery-{one.state}"],
        tell.at(one.due_at),
        tell.at(one.handed_over_at),
        one.reason,
        one.error_code,
        tell.say(Words(one.error_zh, one.error_en)),
        one.remote_url,
    ]


def account_row(one: Account, tell: Telling, now: datetime) -> list[Cell]:
    why = why_not_publishable(one, now) or why_paused(one, now)
    return [
        one.id,
        tell.channels.get(one.channel, one.channel),
        one.name,
        one.handle,
        tell.bodies.get(one.body_id, one.body_id),
        one.region,
        "、".join(one.tags),
        tell.words[f"filing-{one.filing}"],
        one.active,
        tell.at(one.authorised_until),
        tell.at(one.paused_until),
        tell.say(why) if why else "",
    ]


def case_row(one: CaseRow, tell: Telling) -> list[Cell]:
    case, clock = one.case, one.clock
    return [
        case.id,
        case.title,
        tell.words[f"cases.kind-{case.kind}"],
        tell.words[f"cases.level-{case.level}"],
        tell.words[f"cases.state-{case.state}"],
        tell.bodies.get(case.body_id, ""),
        tell.at(case.opened_at),
        case.opened_by,
        tell.say(clock.explained) if clock else "",
        tell.at(clock.due_at) if clock else None,
        tell.at(case.responded_at),
        tell.at(case.closed_at),
        case.satisfaction or None,
    ]


def event_row(one: Mapping[str, Any], tell: Telling, kinds: Mapping[str, Words]) -> list[Cell]:
    said = kinds.get(one["kind"])
    return [
        one["seq"],
        tell.at(datetime.fromisoformat(one["at"])),
        one["actor"],
        tell.say(said) if said else "",
        one["kind"],
        one["subject"],
        msgspec.json.encode(one["data"], order="sorted").decode(),
        one["hash"],
    ]


async def telling_of(call: Call) -> Telling:
    """As the reader of the page has it."""
    found = {name: call.say(one.title) for name, one in call.desk.channels.items()}
    bodies = {one.id: one.name for one in await call.desk.organisations.bodies()}
    words = words_of(call.taste.language)
    return Telling(words, call.desk.zone, bodies, found, call.say)


async def send(
    call: Call, name: str, columns: Sequence[str], pages: AsyncIterator[Sequence[Sequence[Cell]]]
) -> web.StreamResponse:
    """The file, in the form that the address asks for, sent as it is read. What goes wrong before
    its first rows is a page like any other."""
    asked = call.asked("form") or call.text("form")
    form = Form(asked) if asked in set(Form) else Form.XLSX
    first = await anext(pages, ())
    stamp = call.desk.clock.now().astimezone(ZoneInfo(call.desk.zone)).strftime("%Y%m%d-%H%M")
    sheet = sheet_of(form, name, columns)
    file = f"{name}-{stamp}.{form}"
    response = web.StreamResponse(
        headers={
            "Content-Type": sheet.content_type,
            "Content-Disposition": f'attachment; filename="{file}"',
        }
    )
    if form is Form.CSV:
        response.enable_compression()
    await response.prepare(call.request)
    await response.write(sheet.begin() + await asyncio.to_thread(sheet.rows, first))
    async for rows in pages:
        if told := await asyncio.to_thread(sheet.rows, rows):
            await response.write(told)
    if ending := sheet.end():
        await response.write(ending)
    await response.write_eof()
    return response
