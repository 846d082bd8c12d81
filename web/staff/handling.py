"""What the staff API does in a hurry: emergencies, and many deliveries at once."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.organisations.authority.rules import PLANNING
from hub.organisations.models import Role
from hub.publishing.board.models import GROUPS, Looked
from hub.publishing.emergency.models import Progress
from hub.publishing.retrying.models import Group
from web.staff.asked_handling import OrderEmergency, RetryMany
from web.staff.desk import Call
from web.staff.handling_shapes import (
    StaffEmergency,
    StaffGroup,
    StaffRetried,
    StaffRetries,
    StaffStuck,
)
from web.staff.queries import AskDeliveries
from web.staff.shapes import Said

__all__ = ["order_emergency", "preview_retries", "read_emergency", "retry_many"]

_ORDERING = PLANNING | {Role.LEADER}


async def order_emergency(call: Call) -> StaffEmergency:
    """A signed item goes out at once, before everything else that waits."""
    told: OrderEmergency = call.told
    item = await call.item(_ORDERING)
    selection = await call.selection(told, item, _ORDERING)
    emergencies = call.services.handling.emergencies
    order = await emergencies.order(
        item.id,
        selection,
        call.login,
        told.reason,
        expected=told.expected,
        take_slots=told.take_slots,
    )
    return _emergency(await emergencies.progress(order.plan_id))


async def read_emergency(call: Call) -> StaffEmergency:
    """How far it is, if its item's body is in the caller's sight."""
    found = await call.services.handling.emergencies.progress(call.request.match_info["plan"])
    sight = await call.services.sights.of(call.login)
    if found.order.body_id not in sight.bodies:
        await call.item(item_id=found.order.item_id)
    return _emergency(found)


async def preview_retries(call: Call) -> StaffRetries:
    """What of a list of deliveries would be sent again, of accounts that the caller operates."""
    asked: AskDeliveries = call.asked
    sight = await call.services.sights.operated(call.login, under=asked.body)
    states = GROUPS[asked.group] if asked.group else ()
    looked = Looked(
        states=(asked.state,) if asked.state else states,
        channel=asked.channel,
        account_id=asked.account,
        plan_id=asked.plan,
    )
    found = await call.services.handling.retrying.look(looked, sight)
    return StaffRetries(
        deliveries=found.ids,
        will=tuple(_group(one) for one in found.will),
        cannot=tuple(_group(one) for one in found.cannot),
        more=found.more,
    )


async def retry_many(call: Call) -> StaffRetried:
    told: RetryMany = call.told
    sight = await call.services.sights.operated(call.login)
    done = await call.services.handling.retrying.retry(
        told.deliveries, sight, call.login, late=told.late
    )
    return StaffRetried(ready=done.ready, cannot=tuple(_group(one) for one in done.cannot))


def _emergency(found: Progress) -> StaffEmergency:
    order = found.order
    return StaffEmergency(
        plan=order.plan_id,
        item=order.item_id,
        title=order.title,
        ordered_by=order.ordered_by,
        ordered_at=order.ordered_at,
        reason=order.reason,
        displaced=order.displaced,
        finish_at=order.finish_at,
        deliveries=found.total,
        out=found.out,
        ended=found.ended,
        states={state.value: count for state, count in found.states.items()},
        stuck=tuple(
            StaffStuck(state=one.state.value, why=_said(one.words), count=one.count)
            for one in found.stuck
        ),
        last_out=found.last_out,
    )


def _group(one: Group) -> StaffGroup:
    remedy = _said(one.remedy) if one.remedy else None
    return StaffGroup(why=_said(one.words), remedy=remedy, count=one.count, accounts=one.names)


def _said(words: Words) -> Said:
    return Said(zh=words.zh, en=words.en)
