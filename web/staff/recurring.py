"""What the staff API does with items that are published again and again, and with their versions
beside each other."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from msgspec import Struct

from hub.catalogue.models import Attribute, ItemState
from hub.kernel.errors import InvalidInput, NotFound, Words
from hub.organisations.authority.rules import PLANNING
from hub.organisations.models import Role
from hub.publishing.recurring.models import NewRecurrence, Recurrence, RecurrenceState
from web.staff.asked import Recur, wall_time
from web.staff.desk import Call
from web.staff.telling import Told, told

__all__ = [
    "StaffRecurrence",
    "StaffRecurrences",
    "StaffVersion",
    "add_recurrence",
    "list_recurrences",
    "read_version",
    "stop_recurrence",
]

_SCHEDULING = PLANNING | {Role.LEADER}


class StaffRecurrence(Told, frozen=True, kw_only=True):
    """`next_at` is null where none follows."""

    id: str
    item_id: str
    rule: str
    starts: datetime
    zone: str
    not_after_minutes: int
    state: RecurrenceState
    next_at: datetime | None
    created_by: str
    created_at: datetime


class StaffRecurrences(Struct, frozen=True, kw_only=True):
    recurrences: tuple[StaffRecurrence, ...]


class StaffVersion(Told, frozen=True, kw_only=True):
    """A version as it was; `text` is its body."""

    id: str
    version: int
    title: str
    text: str
    attribute: Attribute
    state: ItemState
    entered_by: str
    entered_at: datetime
    content_hash: str
    summary: str
    doc_no: str
    formed_on: date | None


async def read_version(call: Call) -> StaffVersion:
    item = await call.item()
    found = await call.services.catalogue.version(item.id, int(call.part("version")))
    taken: dict[str, Any] = {
        name: getattr(found, name) for name in StaffVersion.__struct_fields__ if name != "text"
    }
    return StaffVersion(text=found.body, **taken)


async def list_recurrences(call: Call) -> StaffRecurrences:
    """Of an item."""
    item = await call.item()
    found = await _of(call, item.id)
    return StaffRecurrences(recurrences=tuple(told(StaffRecurrence, one) for one in found))


async def add_recurrence(call: Call) -> StaffRecurrence:
    asked: Recur = call.told
    item = await call.item(_SCHEDULING)
    selection = await call.selection(asked, item, _SCHEDULING)
    new = NewRecurrence(
        item_id=item.id,
        selection=selection,
        rule=asked.rule,
        starts=_wall(asked.starts),
        zone=asked.zone or call.services.zone,
        not_after_minutes=asked.not_after_minutes,
    )
    recurrences = call.services.console.recurrences
    return told(StaffRecurrence, await recurrences.add(new, actor=call.login))


async def stop_recurrence(call: Call) -> StaffRecurrences:
    """What it planned ahead is cancelled; the item's recurrences as they then are."""
    item = await call.item(_SCHEDULING)
    recurrences = call.services.console.recurrences
    held = (await recurrences.show(call.part("recurrence"))).recurrence
    if held.item_id != item.id:
        raise NotFound(
            Words("该信息没有这一定期发布", "that recurrence is not of this item"),
            field="recurrence",
            remedy=Words("见该信息的 recurrences", "see `recurrences` of the item"),
        )
    await recurrences.stop(held.id, actor=call.login)
    return await list_recurrences(call)


async def _of(call: Call, item_id: str) -> list[Recurrence]:
    return [one for one in await call.services.console.recurrences.all() if one.item_id == item_id]


def _wall(text: str) -> datetime:
    """The first time, written out; InvalidInput for `now`, too."""
    found = wall_time(text, "starts")
    if found is None:
        raise InvalidInput(
            Words("请写明首次的时间", "write out the first time"),
            field="starts",
            remedy=Words("如 2026-12-01T09:00", "such as 2026-12-01T09:00"),
        )
    return found
