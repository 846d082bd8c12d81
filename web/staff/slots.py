"""What the staff API does with posting times: the lanes of accounts, a delivery into a slot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from hub.kernel.errors import InvalidInput, Words
from hub.publishing.slots.models import Asked, Lane
from web.staff.asked import instant
from web.staff.desk import Call

__all__ = [
    "AskLanes",
    "MoveToSlot",
    "StaffLane",
    "StaffLanes",
    "StaffSlot",
    "StaffSlotMoved",
    "list_lanes",
    "move_to_slot",
]


class AskLanes(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The days from `day` on (today where it is not told)."""

    day: date | None = None
    days: Annotated[int, Meta(ge=1, le=31)] = 7
    channel: Annotated[str, Meta(max_length=64)] = ""
    body: Annotated[str, Meta(max_length=64)] = ""
    account: Annotated[str, Meta(max_length=26)] = ""
    after: Annotated[str, Meta(max_length=26)] = ""
    limit: Annotated[int, Meta(ge=1, le=200)] = 20


class MoveToSlot(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`at` is an instant with its offset. `reason`: why it is released after its limit."""

    at: datetime
    reason: Annotated[str, Meta(max_length=500)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSlot:
    """`standing`: free, taken, silent (a blackout covers it) or over."""

    at: datetime
    standing: str
    deliveries: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffLane:
    """`unknown`: its times hold on workdays, and a year's holidays are not known yet."""

    account: str
    name: str
    slots: tuple[StaffSlot, ...]
    unknown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffLanes:
    lanes: tuple[StaffLane, ...]
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSlotMoved:
    delivery: str
    plan: str
    due_at: datetime
    state: str


async def list_lanes(call: Call) -> StaffLanes:
    """Of the accounts in the caller's sight that have posting times."""
    asked: AskLanes = call.asked
    services = call.services
    today = services.clock.now().astimezone(ZoneInfo(services.zone)).date()
    found = await services.slots.lanes(
        Asked(
            sight=await services.sights.of(call.login, under=asked.body),
            first=asked.day or today,
            days=asked.days,
            channel=asked.channel,
            account_id=asked.account,
            after=asked.after,
            limit=asked.limit,
        )
    )
    return StaffLanes(lanes=tuple(_lane(one) for one in found.lanes), next=found.next)


async def move_to_slot(call: Call) -> StaffSlotMoved:
    """By who operates for its account; refused with why where the slot is not free."""
    told: MoveToSlot = call.told
    services, delivery_id = call.services, call.request.match_info["delivery"]
    sight = await services.sights.of(call.login)
    line = await services.board.line(delivery_id, sight)
    await call.operates([line.account_id])
    at = instant(told.at, "at")
    if at is None:
        raise InvalidInput(Words("请给出时段", "say which slot"), field="at")
    moved = await services.publishing.move_to_slot(line.id, at, call.login, reason=told.reason)
    return StaffSlotMoved(
        delivery=moved.id, plan=moved.plan_id, due_at=moved.due_at, state=moved.state.value
    )


def _lane(one: Lane) -> StaffLane:
    slots = tuple(
        StaffSlot(
            at=slot.at,
            standing=slot.standing.value,
            deliveries=tuple(held.delivery_id for held in slot.booked),
        )
        for slot in one.slots
    )
    return StaffLane(
        account=one.account.id, name=one.account.name, slots=slots, unknown=one.unknown
    )
