"""What the staff API does with daily and weekly briefs: make, read, take their files, and who gets
them by mail."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from aiohttp import web
from msgspec import Meta, Struct

from hub.kernel.errors import InvalidInput, NotFound, Words
from hub.opinion.briefs.models import BriefKind, SendState, StoredBrief
from hub.organisations.models import Role
from web.staff.desk import Call
from web.staff.telling import Told, told

__all__ = [
    "FILES",
    "AskBriefs",
    "MakeBrief",
    "StaffBriefView",
    "StaffBriefs",
    "StaffSubscribers",
    "Subscribe",
    "Unsubscribe",
    "list_briefs",
    "list_subscribers",
    "make_brief",
    "read_brief",
    "read_brief_file",
    "subscribe",
    "unsubscribe",
]

_OFFICE = frozenset({Role.DISCLOSURE_OFFICE, Role.ADMIN})
FILES = {
    "html": "text/html",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Regular = Literal["daily", "weekly"]
Address = Annotated[str, Meta(min_length=3, max_length=254)]


class AskBriefs(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    kind: BriefKind | None = None
    limit: Annotated[int, Meta(ge=1, le=200)] = 60


class MakeBrief(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Of the last whole day or week before `day` (without: today)."""

    kind: Regular
    day: date | None = None


class Unsubscribe(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    address: Address


class Subscribe(Unsubscribe, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`address` is an address of mail."""

    kinds: Annotated[tuple[Regular, ...], Meta(min_length=1, max_length=2)]


class StaffBrief(Told, frozen=True, kw_only=True):
    """`files` are names with their SHA-256."""

    id: str
    kind: BriefKind
    number: str
    first: date
    last: date
    made_at: datetime
    made_by: str
    files: dict[str, str]


class StaffBriefs(Struct, frozen=True, kw_only=True):
    briefs: tuple[StaffBrief, ...]


class StaffBriefSend(Told, frozen=True, kw_only=True):
    address: str
    state: SendState
    tries: int
    error: str


class StaffBriefView(Struct, frozen=True, kw_only=True):
    """`model` is everything that stands in it, as data."""

    brief: StaffBrief
    model: dict[str, Any]
    sends: tuple[StaffBriefSend, ...]


class StaffSubscriber(Told, frozen=True, kw_only=True):
    address: str
    kinds: tuple[BriefKind, ...]
    since: datetime
    by: str


class StaffSubscribers(Struct, frozen=True, kw_only=True):
    subscribers: tuple[StaffSubscriber, ...]


async def list_briefs(call: Call) -> StaffBriefs:
    asked: AskBriefs = call.asked
    await call.whole(_OFFICE)
    found = await call.services.console.listening.briefs.briefs(asked.kind, asked.limit)
    return StaffBriefs(briefs=tuple(told(StaffBrief, one) for one in found))


async def read_brief(call: Call) -> StaffBriefView:
    one = await _brief(call)
    sends = await call.services.console.listening.sending.sends(one.id)
    return StaffBriefView(
        brief=told(StaffBrief, one),
        model=dict(one.model),
        sends=tuple(told(StaffBriefSend, send) for send in sends),
    )


async def read_brief_file(call: Call) -> web.Response:
    """A file as it was made."""
    one, name = await _brief(call), call.part("file")
    ending = name.rpartition(".")[2]
    if name not in one.files or ending not in FILES:
        raise NotFound(
            Words("没有这个文件", "there is no such file"),
            field="file",
            remedy=Words("见该期的 files", "see `files` of the brief"),
        )
    data = (await call.services.console.listening.briefs.read(one))[name]
    headers = {"Content-Disposition": f'attachment; filename="{one.kind}-{one.first}.{ending}"'}
    return web.Response(body=data, content_type=FILES[ending], headers=headers)


async def make_brief(call: Call) -> StaffBrief:
    """One that was made already is told as it is."""
    asked: MakeBrief = call.told
    await call.whole(_OFFICE)
    briefs = call.services.console.listening.briefs
    if asked.day is not None and not date(2000, 1, 1) <= asked.day < date(2200, 1, 1):
        raise InvalidInput(
            Words("日期超出范围", "the date is out of range"),
            field="day",
            remedy=Words("写成 2026-12-01", "write it as 2026-12-01"),
        )
    return told(
        StaffBrief, await briefs.make(BriefKind(asked.kind), actor=call.login, day=asked.day)
    )


async def list_subscribers(call: Call) -> StaffSubscribers:
    await call.whole(_OFFICE)
    found = await call.services.console.listening.sending.subscribers()
    return StaffSubscribers(subscribers=tuple(told(StaffSubscriber, one) for one in found))


async def subscribe(call: Call) -> StaffSubscribers:
    asked: Subscribe = call.told
    await call.whole(_OFFICE)
    kinds = [BriefKind(one) for one in asked.kinds]
    sending = call.services.console.listening.sending
    await sending.subscribe(asked.address.strip(), kinds, actor=call.login)
    return await list_subscribers(call)


async def unsubscribe(call: Call) -> StaffSubscribers:
    asked: Unsubscribe = call.told
    await call.whole(_OFFICE)
    sending = call.services.console.listening.sending
    await sending.unsubscribe(asked.address.strip(), actor=call.login)
    return await list_subscribers(call)


async def _brief(call: Call) -> StoredBrief:
    """One's own, or any where one is responsible for all bodies."""
    found = await call.services.console.listening.briefs.brief(call.part("brief"))
    if found.owner != call.login:
        await call.whole(_OFFICE)
    return found
