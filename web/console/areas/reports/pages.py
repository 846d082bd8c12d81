"""Briefs: the list, one as a page with its charts as tables, its files, and who gets them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import msgspec
from aiohttp import web

from hub.kernel.errors import GongkaiError, InvalidInput, NotFound, Words
from hub.opinion.briefs.models import Brief, BriefKind, StoredBrief
from hub.organisations.models import Role
from web.console.areas.reports.building import drawn
from web.console.call import Call
from web.statuses import status_of

__all__ = ["download", "listed", "make", "shown", "subscribe", "unsubscribe"]

_SHOWN = 60
_ADDRESS = 254
_OFFICE = frozenset({Role.DISCLOSURE_OFFICE, Role.ADMIN})
_TYPES: Mapping[str, str] = {
    "html": "text/html",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


async def listed(call: Call) -> web.StreamResponse:
    """Who is not responsible for every body is led to the reports of their own."""
    if not call.visitor.holds(_OFFICE) or not await call.desk.listening.reports.sees_all(
        call.login
    ):
        return call.go("/reports/own")
    return await _listed(call)


async def make(call: Call) -> web.StreamResponse:
    """One that was made already is shown as it is."""
    await _require(call)
    try:
        kind, day = _kind(call.text("kind")), _day(call.text("day"))
        found = await call.desk.listening.briefs.make(kind, actor=call.login, day=day)
    except InvalidInput as error:
        return await _listed(call, error)
    return call.go(f"/reports/{found.id}")


async def subscribe(call: Call) -> web.StreamResponse:
    await _require(call)
    try:
        kinds = [_kind(one) for one in call.chosen.get("kinds", [])]
        address = call.text("address").strip()[: _ADDRESS + 1]
        await call.desk.listening.sending.subscribe(address, kinds, actor=call.login)
    except InvalidInput as error:
        return await _listed(call, error)
    return call.go("/reports", said="subscribed")


async def unsubscribe(call: Call) -> web.StreamResponse:
    await _require(call)
    address = call.text("address")[:_ADDRESS]
    await call.desk.listening.sending.unsubscribe(address, actor=call.login)
    return call.go("/reports", said="unsubscribed")


async def shown(call: Call) -> web.StreamResponse:
    one = await _brief(call)
    brief = msgspec.convert(one.model, Brief)
    return call.page(
        "reports/one",
        one=one,
        brief=brief,
        charts=drawn(call, brief),
        sends=await call.desk.listening.sending.sends(one.id),
    )


async def download(call: Call) -> web.StreamResponse:
    """A file as it was made; never shown within the console's own pages."""
    one, name = await _brief(call), call.request.match_info["file"]
    if name not in one.files:
        raise NotFound(Words("没有这个文件", "no such file"), field="file")
    data = (await call.desk.listening.briefs.read(one))[name]
    kind = _TYPES.get(name.rpartition(".")[2], "application/octet-stream")
    ending = name.rpartition(".")[2]
    headers = {"Content-Disposition": f'attachment; filename="{one.kind}-{one.first}.{ending}"'}
    return web.Response(body=data, content_type=kind, headers=headers)


async def _listed(call: Call, problem: GongkaiError | None = None) -> web.Response:
    await _require(call)
    services, asked = call.desk.listening, call.asked("kind")
    kind = BriefKind(asked) if asked in set(BriefKind) else None
    return call.page(
        "reports/list",
        status=status_of(problem) if problem else 200,
        briefs=await services.briefs.briefs(kind, _SHOWN),
        subscribers=await services.sending.subscribers(),
        kinds=[BriefKind.DAILY, BriefKind.WEEKLY],
        kind=kind or "",
        hour=services.brief_hour,
        weekday=services.brief_weekday,
        problem=problem,
    )


async def _brief(call: Call) -> StoredBrief:
    """One's own, or any where one is responsible for all bodies: nobody else learns that it is."""
    found = await call.desk.listening.briefs.brief(call.request.match_info["id"])
    if found.owner != call.login:
        await _require(call)
    return found


async def _require(call: Call) -> None:
    """A brief counts every body's messages: it is for who is responsible for all of them."""
    await call.desk.doors.require_whole(call.login, _OFFICE, attempt=call.attempt)


def _kind(told: str) -> BriefKind:
    if told not in (BriefKind.DAILY, BriefKind.WEEKLY):
        raise InvalidInput(Words("请选日报或周报", "choose daily or weekly"), field="kind")
    return BriefKind(told)


def _day(told: str) -> date | None:
    try:
        return date.fromisoformat(told) if told else None
    except ValueError:
        raise InvalidInput(
            Words("这不是日期", "that is no date"),
            field="day",
            remedy=Words("写成 2026-12-01", "write it as 2026-12-01"),
        ) from None
