"""SQL of rings: one function per question."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, case, func, insert, or_, select, text, update

from hub.kernel.database import Transaction
from hub.publishing.models import DeliveryState, Purpose
from hub.publishing.rings.models import (
    HELD_BY_RING,
    RINGS,
    STOPPED_RING,
    WAITING_RING,
    Ring,
    RingEvent,
    RingState,
    Tally,
)
from hub.publishing.rings.rules import Member
from hub.publishing.rings.tables import ring_deliveries, rings
from hub.publishing.tables import deliveries, in_states

__all__ = [
    "add_rings",
    "apply",
    "hold_members",
    "let_go",
    "mark_stopped",
    "members_of",
    "number_of",
    "rings_of",
    "running_plans",
    "tally",
    "wait_again",
]

_S = DeliveryState
_d, _r, _m = deliveries.c, rings.c, ring_deliveries.c


def members_of(connection: Connection, plan_id: str) -> list[Member]:
    """The accounts that a plan publishes on, with the time of their first delivery."""
    query = (
        select(_d.account_id, _d.channel, func.min(_d.due_at))
        .where(_d.plan_id == plan_id, _d.purpose == Purpose.PUBLISH, _d.state != _S.CANCELLED)
        .group_by(_d.account_id, _d.channel)
    )
    return [Member(*row) for row in connection.execute(query)]


def add_rings(tx: Transaction, new: Sequence[Ring], accounts: Sequence[Collection[str]]) -> None:
    """Keep the rings of a plan, and which of its deliveries are in which."""
    tx.execute(insert(rings), [{f: getattr(r, f) for f in r.__dataclass_fields__} for r in new])
    plan_id = new[0].plan_id
    ring_of = {one: r.number for r, ids in zip(new, accounts, strict=True) for one in ids}
    query = select(_d.id, _d.account_id).where(
        _d.plan_id == plan_id, _d.purpose == Purpose.PUBLISH, _d.state != _S.CANCELLED
    )
    rows = [
        {"delivery_id": row.id, "plan_id": plan_id, "number": ring_of[row.account_id]}
        for row in tx.connection.execute(query)
    ]
    tx.execute(insert(ring_deliveries), rows)


def rings_of(connection: Connection, plan_id: str) -> list[Ring]:
    """A plan's rings in their order; none for a plan that goes to all at once."""
    query = select(rings).where(_r.plan_id == plan_id).order_by(_r.number)
    return [_ring(row) for row in connection.execute(query)]


def _ring(row: Row[Any]) -> Ring:
    values = dict(row._mapping)
    return Ring(**values | {"state": RingState(values["state"])})


def running_plans(connection: Connection) -> list[str]:
    """The plans with a ring that is looked at."""
    running = text("rings.state = 'running'")  # written out, as the index has it
    query = select(_r.plan_id).where(running).distinct()
    return list(connection.execute(query).scalars())


def number_of(connection: Connection, delivery_id: str) -> int:
    """The ring a delivery is in; 0 for none."""
    query = select(_m.number).where(_m.delivery_id == delivery_id)
    return connection.execute(query).scalar() or 0


_SPOILT = ("differs", "truncated", "gone")  # read back, and not what was signed
_FAILED = or_(
    _d.state.in_((_S.FAILED, _S.EXPIRED)),
    and_(_d.state.in_((_S.ACCEPTED, _S.VERIFIED)), _d.reason.in_(_SPOILT)),
    # waits for a person: the account has to be connected again, say
    and_(
        _d.state == _S.BLOCKED,
        _d.next_at.is_(None),
        _d.reason.not_in(("previous-part", "outage", *HELD_BY_RING)),
    ),
)
_OUT = _d.state.in_((_S.CANCELLED, _S.RECALLED))  # by a person's decision
_PROVEN = or_(
    and_(_d.state == _S.VERIFIED, _d.reason.not_in(_SPOILT)),
    # taken by a platform that shows nothing to us
    and_(_d.state == _S.ACCEPTED, _d.next_at.is_(None), _d.reason == ""),
)


def tally(connection: Connection, plan_id: str, number: int) -> Tally:
    """What became of a ring's accounts: failed if one part is, proven if every part is."""
    of_ring = (
        select(
            func.max(case((_FAILED, 1), else_=0)).label("failed"),
            func.min(case((_PROVEN, 1), else_=0)).label("proven"),
            func.min(case((_OUT, 1), else_=0)).label("cancelled"),
        )
        .select_from(ring_deliveries.join(deliveries, _d.id == _m.delivery_id))
        .where(_m.plan_id == plan_id, _m.number == number)
        .group_by(_d.account_id)
        .subquery()
    )
    columns = (func.coalesce(func.sum(of_ring.c[n]), 0) for n in ("proven", "failed", "cancelled"))
    row = tuple(connection.execute(select(func.count(), *columns).select_from(of_ring)).one())
    return Tally(
        accounts=int(row[0]), proven=int(row[1]), failed=int(row[2]), cancelled=int(row[3])
    )


def apply(tx: Transaction, ring: Ring, event: RingEvent, **values: Any) -> bool:
    """Take `ring` to where `event` leads, unless another process was quicker."""
    target = RINGS.next(ring.state, event)
    which = (_r.plan_id == ring.plan_id, _r.number == ring.number, _r.state == ring.state)
    return tx.execute(update(rings).where(*which).values(state=target, **values)).rowcount == 1


def hold_members(tx: Transaction, plan_id: str, numbers: Collection[int], reason: str) -> int:
    """First parts of these rings that nobody has begun to send wait for `reason`; how many."""
    which = (
        in_states(_S.PLANNED, _S.READY, _S.CLAIMED, _S.BLOCKED),
        _d.attempts == 0,
        _d.part == 0,
        _d.reason != reason,
    )
    values = {"state": _S.BLOCKED, "reason": reason, "next_at": None, "lease_owner": ""}
    return _change(tx, plan_id, numbers, which, values)


def mark_stopped(tx: Transaction, plan_id: str) -> int:
    """Whatever waits for a ring of the plan waits for a person from now on."""
    return _relabel(tx, plan_id, WAITING_RING, STOPPED_RING)


def wait_again(tx: Transaction, plan_id: str) -> int:
    """The inverse, after a person has resumed."""
    return _relabel(tx, plan_id, STOPPED_RING, WAITING_RING)


def _relabel(tx: Transaction, plan_id: str, old: str, new: str) -> int:
    which = (in_states(_S.BLOCKED), _d.plan_id == plan_id, _d.reason == old)
    return tx.execute(update(deliveries).where(*which).values(reason=new)).rowcount


def let_go(tx: Transaction, plan_id: str, number: int, now: datetime) -> int:
    """What waits in a ring becomes ready, or planned where it is not due yet; how many."""
    held = (in_states(_S.BLOCKED), _d.reason.in_(HELD_BY_RING))
    free = {"reason": "", "next_at": None}
    due = _change(tx, plan_id, (number,), (*held, _d.due_at <= now), free | {"state": _S.READY})
    later = _change(tx, plan_id, (number,), held, free | {"state": _S.PLANNED})
    return due + later


def _change(
    tx: Transaction,
    plan_id: str,
    numbers: Collection[int],
    which: Sequence[Any],
    values: Mapping[str, Any],
) -> int:
    members = select(_m.delivery_id).where(_m.plan_id == plan_id, _m.number.in_(numbers))
    change = update(deliveries).where(_d.id.in_(members), *which)
    return tx.execute(change.values(**values)).rowcount
