"""What the passing of time does to the ledger: promote, expire, hold, unblock, reap.

These run from the clock over whatever is there, a batch at a time, and are found by the state of
the rows alone, so that nothing depends on a wake-up that was lost.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, bindparam, or_, select, update

from hub.kernel.database import Transaction
from hub.organisations.models import FilingState
from hub.organisations.tables import accounts
from hub.publishing.models import HELD, DeliveryState, Outcome, Purpose
from hub.publishing.tables import attempts, deliveries, in_states

__all__ = [
    "anything_due",
    "ask_again",
    "expire_late",
    "hold_outage",
    "next_wake",
    "promote",
    "reap",
    "unblock_reconnected",
]

_S = DeliveryState
_d = deliveries.c
_WAITING = (_S.PLANNED, _S.READY, _S.BLOCKED)

_FOLLOWING = {
    state: select(column).where(in_states(state), column > bindparam("after")).order_by(column)
    for state, column in ((_S.PLANNED, _d.due_at), (_S.BLOCKED, _d.next_at))
}
_DUE = tuple(
    select(_d.id).where(in_states(state), *due).limit(1)
    for state, due in (
        (_S.READY, ()),
        (_S.PLANNED, (_d.due_at <= bindparam("soon"),)),
        (_S.BLOCKED, (_d.next_at <= bindparam("now"),)),
    )
)


def anything_due(connection: Connection, now: datetime, ahead: timedelta = timedelta()) -> bool:
    """Whether a delivery waits to be sent, or is planned for the time until `ahead` from now."""
    times = {"now": now, "soon": now + ahead}
    return any(connection.execute(one, times).first() for one in _DUE)


def next_wake(
    connection: Connection, now: datetime, ahead: timedelta = timedelta()
) -> datetime | None:
    """The first moment after `now` at which a delivery wants to be woken: so long `ahead` of its
    due time if it is planned, at `next_at` if it is blocked."""

    def first(state: DeliveryState, after: datetime) -> datetime | None:
        return connection.execute(_FOLLOWING[state].limit(1), {"after": after}).scalar()

    planned, blocked = first(_S.PLANNED, now + ahead), first(_S.BLOCKED, now)
    wakes = [planned - ahead if planned else None, blocked]
    return min((at for at in wakes if at is not None), default=None)


_due = select(_d.id).where(in_states(_S.PLANNED), _d.due_at <= bindparam("soon"))
_rested = select(_d.id).where(in_states(_S.BLOCKED), _d.next_at <= bindparam("now"))
_PROMOTE = tuple(
    update(deliveries)
    .where(_d.id.in_(chosen.order_by(column).limit(bindparam("most"))), in_states(expected))
    .values(state=_S.READY, next_at=bindparam("now"), reason="")
    for chosen, column, expected in (
        (_due, _d.due_at, _S.PLANNED),
        (_rested, _d.next_at, _S.BLOCKED),
    )
)


def promote(tx: Transaction, now: datetime, limit: int, ahead: timedelta = timedelta()) -> int:
    """planned → ready for what is due until `ahead` from now, blocked → ready for what has waited
    long enough."""
    times = {"now": now, "soon": now + ahead, "most": limit}
    return sum(tx.execute(change, times).rowcount for change in _PROMOTE)


def expire_late(tx: Transaction, now: datetime, limit: int = 1000) -> list[str]:
    """Waiting deliveries past their `not_after` → expired: too late is not sent."""
    expired: list[str] = []
    for state in _WAITING:
        late = select(_d.id).where(in_states(state), _d.not_after < now)
        if state is _S.PLANNED:
            late = late.where(_d.due_at <= now)
        change = update(deliveries).where(_d.id.in_(late.limit(limit)), in_states(state))
        values = {"state": _S.EXPIRED, "next_at": None, "reason": "too-late"}
        expired += tx.execute(change.values(**values).returning(_d.id)).scalars()
    return expired


def unblock_reconnected(tx: Transaction, now: datetime) -> int:
    """What waited for its account, which now may publish again, becomes ready."""
    # asked per blocked delivery: from the accounts' side it would read every stored delivery
    well = select(accounts.c.id).where(
        accounts.c.id == _d.account_id,
        accounts.c.needs_reconnecting == "",
        accounts.c.active,
        accounts.c.filing == FilingState.FILED.value,
        or_(accounts.c.authorised_until.is_(None), accounts.c.authorised_until > now),
    )
    change = update(deliveries).where(
        in_states(_S.BLOCKED), _d.reason.in_(("reconnect", "account")), well.exists()
    )
    return tx.execute(change.values(state=_S.READY, next_at=now, reason="")).rowcount


def hold_outage(tx: Transaction, older_than: datetime, *, ready_too: bool) -> int:
    """Freeze the backlog of an outage: what was due before `older_than` waits for a person.

    A planned delivery that old was promoted by nobody. A ready one may just be in a long queue,
    so it is held only when the scheduler is known to have been away (`ready_too`). What withdraws
    or corrects is as urgent after an outage as before it, and waits for nobody.
    """
    old = and_(_d.due_at < older_than, _d.purpose == Purpose.PUBLISH)
    missed = [and_(in_states(_S.PLANNED), old)]
    if ready_too:
        missed.append(and_(in_states(_S.READY), old, _d.attempts == 0))
    values = {"state": _S.BLOCKED, "next_at": None, "reason": "outage"}
    changes = (update(deliveries).where(which).values(**values) for which in missed)
    return sum(tx.execute(change).rowcount for change in changes)


def reap(
    tx: Transaction, now: datetime, *, all_leases: bool = False
) -> tuple[list[str], list[str]]:
    """Take back leases that ran out: claimed → ready, sending → unknown.

    `all_leases` is for the start of the embedded hub: its lock file proves that no other worker
    lives, so no lease needs to run out first. Returns (released ids, lost ids).
    """
    expired = [] if all_leases else [_d.next_at < now]
    held = in_states(*HELD)  # the condition of the index that finds them
    release = update(deliveries).where(held, in_states(_S.CLAIMED), *expired)
    released = tx.execute(
        release.values(state=_S.READY, next_at=now, lease_owner="").returning(_d.id)
    )
    lose = update(deliveries).where(held, in_states(_S.SENDING), *expired)
    lost = tx.execute(
        lose.values(state=_S.UNKNOWN, next_at=now, lease_owner="", reason="crash").returning(_d.id)
    )
    released_ids, lost_ids = list(released.scalars()), list(lost.scalars())
    if lost_ids:
        abandoned = update(attempts).where(
            attempts.c.delivery_id.in_(lost_ids), attempts.c.outcome == ""
        )
        tx.execute(abandoned.values(outcome=Outcome.ABANDONED, finished_at=now))
    return released_ids, lost_ids


def ask_again(tx: Transaction, now: datetime, within: timedelta) -> int:
    """Have platforms asked at once about what a dead process was asking about.

    Whoever asks moves the next question `within` ahead, for nobody else to ask meanwhile. Some of
    these may only have waited by themselves: their question comes early, which harms nothing.
    """
    asked = 0
    for state, also in ((_S.UNKNOWN, ()), (_S.ACCEPTED, (_d.next_at.is_not(None),))):
        soon = (_d.next_at > now, _d.next_at <= now + within)
        change = update(deliveries).where(in_states(state), *also, *soon)
        asked += tx.execute(change.values(next_at=now)).rowcount
    return asked
