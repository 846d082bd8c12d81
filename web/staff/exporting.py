"""Lists as files, as the console sends them: XLSX or CSV, within the caller's sight, recorded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from aiohttp import web
from msgspec import Meta, Struct

from hub.catalogue.listing.models import Line as ItemLine
from hub.catalogue.listing.models import Wanted as WantedItems
from hub.catalogue.models import Attribute, ItemState
from hub.kernel.errors import Words
from hub.kernel.sheets import Cell, Form, sheet_of
from hub.opinion.cases.board.models import Looked as LookedCases
from hub.opinion.cases.board.models import Row as CaseRow
from hub.opinion.cases.board.models import View
from hub.opinion.cases.models import CaseLevel, CaseState
from hub.organisations.auditing.models import WantedEvents
from hub.organisations.exports.models import Listed
from hub.organisations.models import Account
from hub.organisations.roster.models import Health, Wanted
from hub.publishing.board.models import GROUPS, Group, Looked
from hub.publishing.board.models import Line as DeliveryLine
from hub.publishing.models import DeliveryState
from web.console.area import SUPERVISING
from web.console.areas.cases.who import OFFICE
from web.console.areas.opinion.lists import SIGNAL_COLUMNS, signal_row
from web.console.exporting import (
    Telling,
    account_row,
    case_row,
    columns_of,
    delivery_row,
    event_row,
    item_row,
)
from web.console.kinds import kind_words
from web.console.rendering import words_of
from web.staff.desk import Call
from web.staff.listening import wanted_signals
from web.staff.queries import AskSignals

__all__ = [
    "FORMS",
    "ExportAccounts",
    "ExportCases",
    "ExportDeliveries",
    "ExportEvents",
    "ExportItems",
    "ExportSignals",
    "export_accounts",
    "export_cases",
    "export_deliveries",
    "export_events",
    "export_items",
    "export_signals",
]

T = TypeVar("T")
Rows = AsyncIterator[Sequence[Sequence[Cell]]]
Page = Callable[[str], Awaitable[tuple[Sequence[T], str]]]
FORMS = ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/csv")
_AT_ONCE = 1_000
Word = Annotated[str, Meta(max_length=64)]


class _Export(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`language` is that of the headings and of what values are called."""

    form: Form = Form.XLSX
    language: Literal["zh", "en"] = "zh"
    body: Word = ""


class ExportItems(_Export, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`body` is a code: that body alone."""

    state: ItemState | None = None
    attribute: Attribute | None = None


class ExportDeliveries(_Export, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """As in `GET /deliveries`."""

    group: Group | None = None
    state: DeliveryState | None = None
    channel: Word = ""
    account: Word = ""
    plan: Word = ""


class ExportAccounts(_Export, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """As in `GET /accounts`."""

    health: Health | None = None
    channel: Word = ""
    text: Annotated[str, Meta(max_length=100)] = ""


class ExportCases(_Export, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`handler` is a login."""

    state: CaseState | None = None
    level: CaseLevel | None = None
    handler: Word = ""


class ExportSignals(AskSignals, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """As in `GET /opinion/signals`; everything, without pages."""

    form: Form = Form.XLSX
    language: Literal["zh", "en"] = "zh"


class ExportEvents(_Export, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Of what the people of `body` did, of one `actor` (a login), of a kind, about a subject."""

    actor: Word = ""
    kind: Word = ""
    subject: Word = ""


async def export_items(call: Call) -> web.StreamResponse:
    """What the filters leave of what the caller may read."""
    asked: ExportItems = call.asked
    services = call.services
    readable = await services.doors.readable(call.login)
    if asked.body:
        readable &= {(await services.organisations.body(asked.body)).id}
    wanted = WantedItems(
        bodies=readable, state=asked.state, attribute=asked.attribute, limit=_AT_ONCE
    )

    async def page(before: str) -> tuple[Sequence[ItemLine], str]:
        lines = await services.listing.page(replace(wanted, before=before))
        return lines, lines[-1].id if len(lines) == _AT_ONCE else ""

    return await _listed(call, Listed.ITEMS, page, item_row)


async def export_deliveries(call: Call) -> web.StreamResponse:
    asked: ExportDeliveries = call.asked
    sight = await call.services.sights.of(call.login, under=asked.body)
    looked = Looked(
        states=(asked.state,) if asked.state else GROUPS[asked.group] if asked.group else (),
        channel=asked.channel,
        account_id=asked.account,
        plan_id=asked.plan,
        limit=_AT_ONCE,
    )

    async def page(after: str) -> tuple[Sequence[DeliveryLine], str]:
        found = await call.services.board.page(replace(looked, after=after), sight)
        return found.lines, found.next

    return await _listed(call, Listed.DELIVERIES, page, delivery_row)


async def export_accounts(call: Call) -> web.StreamResponse:
    """No credential is in it."""
    asked: ExportAccounts = call.asked
    now = call.services.clock.now()
    wanted = Wanted(
        sight=await call.services.sights.of(call.login, under=asked.body),
        channel=asked.channel,
        health=asked.health,
        text=asked.text.strip(),
        limit=_AT_ONCE,
    )

    async def page(after: str) -> tuple[Sequence[Account], str]:
        found = await call.services.register.page(replace(wanted, after=after))
        return found.accounts, found.next

    return await _listed(call, Listed.ACCOUNTS, page, lambda one, tell: account_row(one, tell, now))


async def export_cases(call: Call) -> web.StreamResponse:
    asked: ExportCases = call.asked
    sight = await call.services.sights.of(call.login, under=asked.body)
    unrouted = not asked.body and await call.holds(OFFICE.roles)
    looked = LookedCases(
        assignee=asked.handler, state=asked.state, level=asked.level, after="", limit=200
    )

    async def page(after: str) -> tuple[Sequence[CaseRow], str]:
        board = call.services.console.listening.case_board
        view = View(sight=sight, unrouted=unrouted)
        found = await board.page(replace(looked, after=after), view)
        return found.rows, found.end

    return await _listed(call, Listed.CASES, page, case_row)


async def export_signals(call: Call) -> web.StreamResponse:
    """What is said of the bodies that the caller operates, masked and without names."""
    asked: ExportSignals = call.asked
    stream, words = call.services.stream, words_of(asked.language)
    sight = await call.services.sights.operated(call.login, under=asked.body)
    wanted = wanted_signals(asked)

    async def rows() -> Rows:
        async for lines in stream.export(wanted, sight, actor=call.login):
            yield [signal_row(line, words) for line in lines]

    return await _send(call, "signals", SIGNAL_COLUMNS, rows())


async def export_events(call: Call) -> web.StreamResponse:
    """The newest first, of the people whose bodies are in sight."""
    asked: ExportEvents = call.asked
    await call.somewhere(SUPERVISING.roles)
    auditing = call.services.console.governing.auditing
    wanted = WantedEvents(
        actors=await auditing.actors_for(call.login, asked.body),
        actor=asked.actor,
        kind=asked.kind,
        subject=asked.subject,
    )
    tell, kinds = await _telling(call), kind_words()

    async def rows() -> Rows:
        gathered: list[Sequence[Cell]] = []
        async for row in auditing.export(wanted, actor=call.login):
            gathered.append(event_row(row, tell, kinds))
            if len(gathered) == _AT_ONCE:
                yield gathered
                gathered = []
        yield gathered

    return await _send(call, "audit", columns_of(tell.words, "audit"), rows())


async def _listed(
    call: Call, listed: Listed, page: Page[T], row: Callable[[T, Telling], list[Cell]]
) -> web.StreamResponse:
    asked: _Export = call.asked
    tell = await _telling(call)
    told: dict[str, Any] = {
        name: str(value)
        for name in asked.__struct_fields__
        if (value := getattr(asked, name)) and name not in ("form", "language")
    }

    async def rows() -> Rows:
        exports = call.services.console.governing.exports
        async for found in exports.walk(listed, page, asked=told, actor=call.login):
            yield [row(one, tell) for one in found]

    return await _send(call, listed, columns_of(tell.words, listed), rows())


async def _telling(call: Call) -> Telling:
    asked: _Export = call.asked
    console = call.services.console

    def say(words: Words) -> str:
        return words.zh if asked.language == "zh" else words.en

    channels = {name: say(one.title) for name, one in console.channels.items()}
    bodies = {one.id: one.name for one in await console.organisations.bodies()}
    return Telling(words_of(asked.language), console.zone, bodies, channels, say)


async def _send(call: Call, name: str, columns: Sequence[str], pages: Rows) -> web.StreamResponse:
    """The file, sent as it is read; what goes wrong before its first rows is a refusal."""
    asked: _Export | ExportSignals = call.asked
    first = await anext(pages, ())
    zone = ZoneInfo(call.services.zone)
    stamp = call.services.clock.now().astimezone(zone).strftime("%Y%m%d-%H%M")
    sheet = sheet_of(asked.form, name, columns)
    response = web.StreamResponse(
        headers={
            "Content-Type": sheet.content_type,
            "Content-Disposition": f'attachment; filename="{name}-{stamp}.{asked.form}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            **call.limits,
        }
    )
    await response.prepare(call.request)
    await response.write(sheet.begin() + await asyncio.to_thread(sheet.rows, first))
    async for rows in pages:
        if told := await asyncio.to_thread(sheet.rows, rows):
            await response.write(told)
    if ending := sheet.end():
        await response.write(ending)
    await response.write_eof()
    return response
