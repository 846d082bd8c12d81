"""What the staff API does with deliveries: list, explain, settle, begin again, recall."""

from __future__ import annotations

from hub.organisations.authority.sight import OPERATING
from hub.organisations.models import Role
from hub.publishing.board.models import GROUPS, Line, Looked
from hub.publishing.models import Attempt
from hub.publishing.recall.models import AccountReach, OrderKind
from web.staff.asked_boards import DoneDelivery, OrderRecall, ResolveDelivery
from web.staff.board_shapes import (
    StaffAccountReach,
    StaffAttempt,
    StaffCancelled,
    StaffDeliveryLine,
    StaffDeliveryPage,
    StaffExplained,
    StaffOrdered,
    StaffReach,
)
from web.staff.desk import Call
from web.staff.queries import AskDeliveries
from web.staff.shapes import Said

__all__ = [
    "cancel_delivery",
    "do_delivery",
    "explain_delivery",
    "find_deliveries",
    "order_recall",
    "read_reach",
    "resolve_delivery",
    "retry_delivery",
]

_RECALLING = OPERATING | {Role.LEADER}


async def find_deliveries(call: Call) -> StaffDeliveryPage:
    """Of the accounts in the caller's sight."""
    asked: AskDeliveries = call.asked
    sight = await call.services.sights.of(call.login, under=asked.body)
    states = GROUPS[asked.group] if asked.group else ()
    looked = Looked(
        states=(asked.state,) if asked.state else states,
        channel=asked.channel,
        account_id=asked.account,
        plan_id=asked.plan,
        after=asked.after,
        limit=asked.limit,
    )
    page = await call.services.board.page(looked, sight)
    return StaffDeliveryPage(
        deliveries=tuple(_line(one) for one in page.lines), next=page.next, filled=page.filled
    )


async def explain_delivery(call: Call) -> StaffExplained:
    return await _explained(call, await _seen(call))


async def resolve_delivery(call: Call) -> StaffExplained:
    told: ResolveDelivery = call.told
    line = await _mine(call)
    await call.services.operations.resolve(
        line.id,
        call.login,
        published=told.published,
        remote_id=told.remote_id.strip() if told.published else "",
    )
    return await _explained(call, await _seen(call))


async def retry_delivery(call: Call) -> StaffExplained:
    line = await _mine(call)
    await call.services.operations.retry(line.id, call.login)
    return await _explained(call, await _seen(call))


async def do_delivery(call: Call) -> StaffExplained:
    """A recall or correction that only a person can carry out was carried out."""
    told: DoneDelivery = call.told
    line = await _mine(call)
    await call.services.operations.done(line.id, call.login, told.note)
    return await _explained(call, await _seen(call))


async def cancel_delivery(call: Call) -> StaffCancelled:
    line = await _mine(call)
    gone = await call.services.publishing.cancel(call.login, delivery_id=line.id)
    return StaffCancelled(cancelled=tuple(gone))


async def read_reach(call: Call) -> StaffReach:
    """Which accounts have the item, and how far the newest order about it got."""
    item = await call.item()
    reach = await call.services.recalling.reach(item.id)
    order = reach.order
    return StaffReach(
        item=item.id,
        order=order.id if order else "",
        kind=order.kind.value if order else "",
        reason=order.reason if order else "",
        percent=reach.percent,
        accounts=tuple(_reached(one) for one in reach.accounts),
    )


async def order_recall(call: Call) -> StaffOrdered:
    """By who operates for every account that has the item, or leads their bodies."""
    told: OrderRecall = call.told
    item, recalling = await call.item(), call.services.recalling
    reach = await recalling.reach(item.id)
    await call.operates([one.account_id for one in reach.accounts], _RECALLING)
    give = recalling.correct if told.kind is OrderKind.CORRECT else recalling.recall
    ordered = await give(item.id, call.login, told.reason)
    return StaffOrdered(
        order=ordered.order_id,
        kind=ordered.kind.value,
        ways={way.value: count for way, count in ordered.ways.items()},
        cancelled=ordered.cancelled,
        again=ordered.again,
        approval=ordered.approval_id,
    )


async def _seen(call: Call) -> Line:
    """The delivery of the path, if the caller sees its account; NotFound."""
    sight = await call.services.sights.of(call.login)
    return await call.services.board.line(call.request.match_info["delivery"], sight)


async def _mine(call: Call) -> Line:
    """The same, once it is sure that the caller operates its account; RoleNeeded."""
    line = await _seen(call)
    await call.operates([line.account_id])
    return line


async def _explained(call: Call, line: Line) -> StaffExplained:
    found = await call.services.operations.explain(line.id)
    return StaffExplained(
        delivery=_line(line),
        where=Said.of(found.where),
        why=Said.of(found.why),
        next=Said.of(found.next),
        attempts=tuple(_attempt(one) for one in found.attempts),
    )


def _line(line: Line) -> StaffDeliveryLine:
    return StaffDeliveryLine(
        id=line.id,
        plan=line.plan_id,
        item=line.item_id,
        title=line.title,
        account=line.account_id,
        account_name=line.account,
        channel=line.channel,
        part=line.part,
        purpose=line.purpose.value,
        state=line.state.value,
        priority=line.priority,
        due_at=line.due_at,
        next_at=line.next_at,
        reason=line.reason,
        error_code=line.error_code,
        error=Said(zh=line.error_zh, en=line.error_en),
        url=line.remote_url,
    )


def _attempt(one: Attempt) -> StaffAttempt:
    return StaffAttempt(
        no=one.no,
        started_at=one.started_at,
        finished_at=one.finished_at,
        outcome=one.outcome,
        platform_code=one.platform_code,
        platform_message=one.platform_message,
    )


def _reached(one: AccountReach) -> StaffAccountReach:
    return StaffAccountReach(
        account=one.account_id,
        account_name=one.account,
        channel=one.channel,
        standing=one.standing.value,
        why=Said.of(one.why),
        version=one.version,
        url=one.url,
        delivery=one.delivery_id,
        proof_at=one.proof_at,
    )
