"""The hot path of the ledger: promote, claim, begin, finish, extend, reap.

Everything here works on many rows at once: one row per statement costs five times the raw
driver, a hundred rows per statement next to nothing. Every change is guarded by the state and
the lease it expects, so a worker that lost its lease changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, insert, or_, select, update

from hub.kernel.database import Transaction
from hub.organisations.tables import accounts
from hub.publishing.models import HELD, Delivery, DeliveryState, Outcome, Purpose
from hub.publishing.tables import attempts, deliveries

__all__ = [
    "Ending",
    "begin",
    "block",
    "claim",
    "expire_late",
    "extend",
    "finish",
    "hold_outage",
    "next_due",
    "promote",
    "reap",
    "row_to_delivery",
    "save_progress",
    "unblock_reconnected",
]

_S = DeliveryState
_d = deliveries.c
_PAGE_FACTOR = 4
_WAITING = (_S.PLANNED, _S.READY, _S.BLOCKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How one attempt ended and where that leaves its delivery."""

    delivery_id: str
    fence: int
    no: int
    state: DeliveryState
    outcome: Outcome
    finished_at: datetime
    next_at: datetime | None = None
    reason: str = ""
    burnt: int = 0
    remote_id: str = ""
    remote_url: str = ""
    error_code: str = ""
    error_zh: str = ""
    error_en: str = ""
    platform_code: str = ""
    platform_message: str = ""
    receipt: dict[str, Any] = field(default_factory=dict)


def row_to_delivery(row: Any) -> Delivery:
    values = dict(row._mapping)
    values["purpose"] = Purpose(values["purpose"])
    values["state"] = DeliveryState(values["state"])
    return Delivery(**values)


def next_due() -> Select[Any]:
    """The earliest moment at which a planned or blocked delivery wants to be woken."""
    planned = (
        select(_d.due_at.label("at")).where(_d.state == _S.PLANNED).order_by(_d.due_at).limit(1)
    )
    blocked = (
        select(_d.next_at.label("at"))
        .where(_d.state == _S.BLOCKED, _d.next_at.is_not(None))
        .order_by(_d.next_at)
        .limit(1)
    )
    both = select(planned.subquery()).union_all(select(blocked.subquery())).subquery()
    return select(both.c.at).order_by(both.c.at).limit(1)


def promote(tx: Transaction, now: datetime, limit: int) -> int:
    """planned → ready for what is due, blocked → ready for what has waited long enough."""
    due = (
        select(_d.id)
        .where(_d.state == _S.PLANNED, _d.due_at <= now)
        .order_by(_d.due_at)
        .limit(limit)
    )
    rested = (
        select(_d.id)
        .where(_d.state == _S.BLOCKED, _d.next_at <= now)
        .order_by(_d.next_at)
        .limit(limit)
    )
    count = 0
    for chosen, expected in ((due, _S.PLANNED), (rested, _S.BLOCKED)):
        change = update(deliveries).where(_d.id.in_(chosen), _d.state == expected)
        count += tx.execute(change.values(state=_S.READY, next_at=now, reason="")).rowcount
    return count


def expire_late(tx: Transaction, now: datetime, limit: int = 1000) -> list[str]:
    """Waiting deliveries past their `not_after` → expired: too late is not sent."""
    late = (
        select(_d.id)
        .where(
            _d.state.in_((_S.PLANNED, _S.READY, _S.BLOCKED)), _d.not_after < now, _d.due_at <= now
        )
        .limit(limit)
    )
    change = update(deliveries).where(
        _d.id.in_(late), _d.state.in_((_S.PLANNED, _S.READY, _S.BLOCKED))
    )
    values = {"state": _S.EXPIRED, "next_at": None, "reason": "too-late"}
    return list(tx.execute(change.values(**values).returning(_d.id)).scalars())


def unblock_reconnected(tx: Transaction, now: datetime) -> int:
    """What waited for an account to be connected again, and now is, becomes ready."""
    well = select(accounts.c.id).where(accounts.c.needs_reconnecting == "")
    change = update(deliveries).where(
        _d.state == _S.BLOCKED, _d.reason == "reconnect", _d.account_id.in_(well)
    )
    return tx.execute(change.values(state=_S.READY, next_at=now, reason="")).rowcount


def hold_outage(tx: Transaction, older_than: datetime, *, ready_too: bool) -> int:
    """Freeze the backlog of an outage: what was due before `older_than` waits for a person.

    A planned delivery that old was promoted by nobody. A ready one may just be in a long queue,
    so it is held only when the scheduler is known to have been away (`ready_too`).
    """
    missed = and_(_d.state == _S.PLANNED, _d.due_at < older_than)
    if ready_too:
        queued = and_(_d.state == _S.READY, _d.due_at < older_than, _d.attempts == 0)
        missed = or_(missed, queued)
    change = update(deliveries).where(missed)
    return tx.execute(change.values(state=_S.BLOCKED, next_at=None, reason="outage")).rowcount


def claim(
    tx: Transaction, *, owner: str, now: datetime, lease_until: datetime, limit: int
) -> list[Delivery]:
    """Take up to `limit` ready deliveries, urgent and early first, one per account.

    The unique index on held accounts backs the "one per account" against other processes.
    """
    chosen = _claimable(tx, limit)
    if not chosen:
        return []
    change = (
        update(deliveries)
        .where(_d.id.in_(chosen), _d.state == _S.READY)
        .values(state=_S.CLAIMED, lease_owner=owner, next_at=lease_until, fence=_d.fence + 1)
        .returning(deliveries)
    )
    rows = [row_to_delivery(row) for row in tx.execute(change)]
    return sorted(rows, key=lambda d: (-d.priority, d.due_at, d.id))


def _claimable(tx: Transaction, limit: int) -> list[str]:
    """Ids of ready deliveries of distinct, idle accounts.

    A page from the index is enough as long as accounts differ; only when one account's flood
    fills the page does the slower ranked query run.
    """
    held = deliveries.alias("held")
    idle = ~(
        select(held.c.id)
        .where(held.c.account_id == _d.account_id, held.c.state.in_(tuple(HELD)))
        .exists()
    )
    page_size = limit * _PAGE_FACTOR
    query = (
        select(_d.id, _d.account_id)
        .where(_d.state == _S.READY, idle)
        .order_by(_d.priority.desc(), _d.due_at, _d.id)
        .limit(page_size)
    )
    if tx.connection.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True)
    rows = tx.connection.execute(query).all()
    first: dict[str, str] = {}
    for row in rows:
        first.setdefault(row.account_id, row.id)
    if len(first) < limit and len(rows) == page_size:
        return _claimable_ranked(tx, limit)
    return list(first.values())[:limit]


def _claimable_ranked(tx: Transaction, limit: int) -> list[str]:
    statement = """
        SELECT id FROM (
            SELECT d.id, d.priority, d.due_at, row_number() OVER (
                PARTITION BY d.account_id ORDER BY d.priority DESC, d.due_at, d.id) AS place
            FROM deliveries d
            WHERE d.state = 'ready' AND NOT EXISTS (
                SELECT 1 FROM deliveries h
                WHERE h.account_id = d.account_id AND h.state IN ('claimed', 'sending'))
        ) ranked
        WHERE place = 1 ORDER BY priority DESC, due_at, id LIMIT ?
    """
    marker = "?" if tx.connection.dialect.name == "sqlite" else "$1"
    rows = tx.connection.exec_driver_sql(statement.replace("?", marker), (limit,))
    return [row.id for row in rows]


def begin(
    tx: Transaction, *, owner: str, starts: Sequence[tuple[Delivery, str, str]], now: datetime
) -> set[str]:
    """Write ahead: an attempt row with payload hash and key for each delivery still ours.

    `starts` are (delivery, payload_hash, key). Returns the ids that may now be sent; one that
    was cancelled or lost its lease meanwhile is not among them.
    """
    ids = [delivery.id for delivery, _, _ in starts]
    change = (
        update(deliveries)
        .where(_d.id.in_(ids), _d.state == _S.CLAIMED, _d.lease_owner == owner)
        .values(
            state=_S.SENDING,
            attempts=_d.attempts + 1,
            first_started_at=case((_d.first_started_at.is_(None), now), else_=_d.first_started_at),
            handed_over_at=now,
        )
        .returning(_d.id)
    )
    ours = set(tx.execute(change).scalars())
    rows = [
        {
            "delivery_id": delivery.id,
            "no": delivery.attempts + 1,
            "fence": delivery.fence,
            "payload_hash": payload_hash,
            "idempotency_key": key,
            "started_at": now,
        }
        for delivery, payload_hash, key in starts
        if delivery.id in ours
    ]
    if rows:
        tx.execute(insert(attempts), rows)
    return ours


_FINISH = (
    update(deliveries)
    .where(
        _d.id == bindparam("b_id"),
        _d.fence == bindparam("b_fence"),
        _d.state.in_((_S.SENDING, _S.UNKNOWN)),
    )
    .values(
        state=bindparam("b_state"),
        next_at=bindparam("b_next_at"),
        reason=bindparam("b_reason"),
        tries=_d.tries + bindparam("b_burnt"),
        remote_id=bindparam("b_remote_id"),
        remote_url=bindparam("b_remote_url"),
        error_code=bindparam("b_error_code"),
        error_zh=bindparam("b_error_zh"),
        error_en=bindparam("b_error_en"),
        receipt=bindparam("b_receipt"),
        lease_owner="",
    )
)
_FINISH_ATTEMPT = (
    update(attempts)
    .where(attempts.c.delivery_id == bindparam("b_id"), attempts.c.no == bindparam("b_no"))
    .values(
        finished_at=bindparam("b_finished_at"),
        outcome=bindparam("b_outcome"),
        platform_code=bindparam("b_platform_code"),
        platform_message=bindparam("b_platform_message"),
    )
)


def finish(tx: Transaction, endings: Sequence[Ending]) -> int:
    """Record how attempts ended; returns how many deliveries were still theirs to change.

    An answer that arrives after the lease ran out still counts while the delivery is unknown.
    """
    rows = [
        {
            "b_id": e.delivery_id,
            "b_fence": e.fence,
            "b_state": e.state,
            "b_next_at": e.next_at,
            "b_reason": e.reason,
            "b_burnt": e.burnt,
            "b_remote_id": e.remote_id,
            "b_remote_url": e.remote_url,
            "b_error_code": e.error_code,
            "b_error_zh": e.error_zh,
            "b_error_en": e.error_en,
            "b_receipt": e.receipt,
        }
        for e in endings
    ]
    changed = tx.execute(_FINISH, rows).rowcount
    tx.execute(
        _FINISH_ATTEMPT,
        [
            {
                "b_id": e.delivery_id,
                "b_no": e.no,
                "b_finished_at": e.finished_at,
                "b_outcome": e.outcome,
                "b_platform_code": e.platform_code[:64],
                "b_platform_message": e.platform_message[:500],
            }
            for e in endings
        ],
    )
    return changed


def block(
    tx: Transaction,
    ids: Sequence[str],
    *,
    owner: str,
    reason: str,
    next_at: datetime | None,
) -> int:
    """Give claimed deliveries back: blocked for `reason` until `next_at`."""
    change = update(deliveries).where(
        _d.id.in_(ids), _d.state == _S.CLAIMED, _d.lease_owner == owner
    )
    values = {"state": _S.BLOCKED, "reason": reason, "next_at": next_at, "lease_owner": ""}
    return tx.execute(change.values(**values)).rowcount


def extend(tx: Transaction, ids: Sequence[str], *, owner: str, lease_until: datetime) -> int:
    """Prolong the leases of deliveries that `owner` still works on."""
    change = update(deliveries).where(
        _d.id.in_(ids), _d.lease_owner == owner, _d.state.in_(tuple(HELD))
    )
    return tx.execute(change.values(next_at=lease_until)).rowcount


def save_progress(
    tx: Transaction, delivery: Delivery, progress: dict[str, Any], lease_until: datetime
) -> bool:
    """Keep a publisher's progress and prolong its lease; False when the lease is lost."""
    change = update(deliveries).where(
        _d.id == delivery.id, _d.fence == delivery.fence, _d.state == _S.SENDING
    )
    return tx.execute(change.values(progress=progress, next_at=lease_until)).rowcount == 1


def reap(
    tx: Transaction, now: datetime, *, all_leases: bool = False
) -> tuple[list[str], list[str]]:
    """Take back leases that ran out: claimed → ready, sending → unknown.

    `all_leases` is for the start of the embedded hub: its lock file proves that no other worker
    lives, so no lease needs to run out first. Returns (released ids, lost ids).
    """
    expired = [] if all_leases else [_d.next_at < now]
    release = update(deliveries).where(_d.state == _S.CLAIMED, *expired)
    released = tx.execute(
        release.values(state=_S.READY, next_at=now, lease_owner="").returning(_d.id)
    )
    lose = update(deliveries).where(_d.state == _S.SENDING, *expired)
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
