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

import msgspec
from sqlalchemy import Row, Select, and_, bindparam, or_, select, update

from hub.kernel.bulk import Bulk
from hub.kernel.columns import microseconds
from hub.kernel.database import Transaction
from hub.organisations.tables import accounts
from hub.publishing.models import HELD, Delivery, DeliveryState, Outcome, Purpose
from hub.publishing.tables import attempts, deliveries, in_states

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
    "release",
    "row_to_delivery",
    "save_progress",
    "unblock_reconnected",
]

_S = DeliveryState
_d = deliveries.c
_COLUMNS = tuple(column.name for column in deliveries.c)
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


def row_to_delivery(row: Row[Any], **changed: Any) -> Delivery:
    """A row of the table as a value, with `changed` columns replaced."""
    values = dict(zip(_COLUMNS, row, strict=True))
    values["purpose"] = Purpose(values["purpose"])
    values["state"] = DeliveryState(values["state"])
    values.update(changed)
    return Delivery(**values)


def next_due() -> Select[Any]:
    """The earliest moment at which a planned or blocked delivery wants to be woken."""
    planned = (
        select(_d.due_at.label("at")).where(in_states(_S.PLANNED)).order_by(_d.due_at).limit(1)
    )
    blocked = (
        select(_d.next_at.label("at"))
        .where(in_states(_S.BLOCKED), _d.next_at.is_not(None))
        .order_by(_d.next_at)
        .limit(1)
    )
    both = select(planned.subquery()).union_all(select(blocked.subquery())).subquery()
    return select(both.c.at).order_by(both.c.at).limit(1)


_due = select(_d.id).where(in_states(_S.PLANNED), _d.due_at <= bindparam("now"))
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


def promote(tx: Transaction, now: datetime, limit: int) -> int:
    """planned → ready for what is due, blocked → ready for what has waited long enough."""
    return sum(tx.execute(change, {"now": now, "most": limit}).rowcount for change in _PROMOTE)


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
    """What waited for an account to be connected again, and now is, becomes ready."""
    well = select(accounts.c.id).where(accounts.c.needs_reconnecting == "")
    change = update(deliveries).where(
        in_states(_S.BLOCKED), _d.reason == "reconnect", _d.account_id.in_(well)
    )
    return tx.execute(change.values(state=_S.READY, next_at=now, reason="")).rowcount


def hold_outage(tx: Transaction, older_than: datetime, *, ready_too: bool) -> int:
    """Freeze the backlog of an outage: what was due before `older_than` waits for a person.

    A planned delivery that old was promoted by nobody. A ready one may just be in a long queue,
    so it is held only when the scheduler is known to have been away (`ready_too`).
    """
    missed = and_(in_states(_S.PLANNED), _d.due_at < older_than)
    if ready_too:
        queued = and_(in_states(_S.READY), _d.due_at < older_than, _d.attempts == 0)
        missed = or_(missed, queued)
    change = update(deliveries).where(missed)
    return tx.execute(change.values(state=_S.BLOCKED, next_at=None, reason="outage")).rowcount


_held = deliveries.alias("held")
_idle = ~(
    select(_held.c.id)
    .where(_held.c.account_id == _d.account_id, in_states(*HELD, table="held"))
    .exists()
)
_CLAIMABLE = (
    select(deliveries)
    .where(in_states(_S.READY), _idle)
    .order_by(_d.priority.desc(), _d.due_at, _d.id)
    .limit(bindparam("most"))
)
# On PostgreSQL other workers look at the same time; what they hold is passed over.
_CLAIMABLE_SHARED = _CLAIMABLE.with_for_update(skip_locked=True)
_CLAIM = (
    update(deliveries)
    .where(_d.id.in_(bindparam("chosen", expanding=True)), in_states(_S.READY))
    .values(
        state=_S.CLAIMED,
        lease_owner=bindparam("owner"),
        next_at=bindparam("lease_until"),
        fence=_d.fence + 1,
    )
)


def claim(
    tx: Transaction, *, owner: str, now: datetime, lease_until: datetime, limit: int
) -> list[Delivery]:
    """Take up to `limit` ready deliveries, urgent and early first, one per account.

    The unique index on held accounts backs the "one per account" against other processes.
    """
    rows = _claimable(tx, limit)
    if not rows:
        return []
    chosen = [row.id for row in rows]
    tx.execute(_CLAIM, {"chosen": chosen, "owner": owner, "lease_until": lease_until})
    claimed = {"state": _S.CLAIMED, "lease_owner": owner, "next_at": lease_until}
    return [row_to_delivery(row, fence=row.fence + 1, **claimed) for row in rows]


def _claimable(tx: Transaction, limit: int) -> list[Row[Any]]:
    """Ready deliveries of distinct, idle accounts.

    A page from the index is enough as long as accounts differ; only when one account's flood
    fills the page does the slower ranked query run.
    """
    shared = tx.connection.dialect.name == "postgresql"
    query = _CLAIMABLE_SHARED if shared else _CLAIMABLE
    rows = tx.connection.execute(query, {"most": limit}).all()
    first: dict[str, Row[Any]] = {}
    for row in rows:
        first.setdefault(row.account_id, row)
    if len(first) < limit // 2 and len(rows) == limit:
        ids = _claimable_ranked(tx, limit)
        ranked = query.where(_d.id.in_(bindparam("ids", expanding=True)))
        return list(tx.connection.execute(ranked, {"most": limit, "ids": ids}))
    return list(first.values())


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


_BEGIN = Bulk(
    """
    UPDATE deliveries SET state = 'sending', attempts = deliveries.attempts + 1,
        first_started_at = coalesce(deliveries.first_started_at, {1}), handed_over_at = {1}
    FROM {rows}
    WHERE deliveries.id = r.id AND deliveries.fence = r.fence
        AND deliveries.state = 'claimed' AND deliveries.lease_owner = {2}
    RETURNING deliveries.id
    """,
    {"id": "text", "fence": "int"},
)
_BEGIN_ATTEMPTS = Bulk(
    """
    INSERT INTO attempts (delivery_id, no, fence, payload_hash, idempotency_key, started_at)
    SELECT r.id, r.no, r.fence, r.payload_hash, r.key, {1} FROM {rows}
    """,
    {"id": "text", "no": "int", "fence": "int", "payload_hash": "text", "key": "text"},
)


def begin(
    tx: Transaction, *, owner: str, starts: Sequence[tuple[Delivery, str, str]], now: datetime
) -> set[str]:
    """Write ahead: an attempt row with payload hash and key for each delivery still ours.

    `starts` are (delivery, payload_hash, key). Returns the ids that may now be sent; one that
    was cancelled or lost its lease meanwhile is not among them.
    """
    at = microseconds(now)
    leases = [(delivery.id, delivery.fence) for delivery, _, _ in starts]
    ours = set(tx.bulk(_BEGIN, leases, at, owner).scalars())
    rows = [
        (delivery.id, delivery.attempts + 1, delivery.fence, payload_hash, key)
        for delivery, payload_hash, key in starts
        if delivery.id in ours
    ]
    if rows:
        tx.bulk(_BEGIN_ATTEMPTS, rows, at)
    return ours


# An answer that arrives after the lease ran out still counts while the delivery is unknown.
_FINISH = Bulk(
    """
    UPDATE deliveries SET state = r.state, next_at = r.next_at, reason = r.reason,
        tries = deliveries.tries + r.burnt, remote_id = r.remote_id, remote_url = r.remote_url,
        error_code = r.error_code, error_zh = r.error_zh, error_en = r.error_en,
        receipt = r.receipt, lease_owner = ''
    FROM {rows}
    WHERE deliveries.id = r.id AND deliveries.fence = r.fence
        AND deliveries.state IN ('sending', 'unknown')
    """,
    {
        "id": "text",
        "fence": "int",
        "state": "text",
        "next_at": "int",
        "reason": "text",
        "burnt": "int",
        "remote_id": "text",
        "remote_url": "text",
        "error_code": "text",
        "error_zh": "text",
        "error_en": "text",
        "receipt": "text",
    },
)
_FINISH_ATTEMPTS = Bulk(
    """
    UPDATE attempts SET finished_at = r.finished_at, outcome = r.outcome,
        platform_code = r.platform_code, platform_message = r.platform_message
    FROM {rows}
    WHERE attempts.delivery_id = r.id AND attempts.no = r.no
    """,
    {
        "id": "text",
        "no": "int",
        "finished_at": "int",
        "outcome": "text",
        "platform_code": "text",
        "platform_message": "text",
    },
)


def finish(tx: Transaction, endings: Sequence[Ending]) -> None:
    """Record how attempts ended, where the delivery is still theirs to change."""
    tx.bulk(
        _FINISH,
        [
            (
                e.delivery_id,
                e.fence,
                e.state,
                microseconds(e.next_at),
                e.reason,
                e.burnt,
                e.remote_id,
                e.remote_url,
                e.error_code,
                e.error_zh,
                e.error_en,
                msgspec.json.encode(e.receipt, order="sorted").decode() if e.receipt else "{}",
            )
            for e in endings
        ],
    )
    tx.bulk(
        _FINISH_ATTEMPTS,
        [
            (
                e.delivery_id,
                e.no,
                microseconds(e.finished_at),
                e.outcome,
                e.platform_code[:64],
                e.platform_message[:500],
            )
            for e in endings
        ],
    )


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
        _d.id.in_(ids), in_states(_S.CLAIMED), _d.lease_owner == owner
    )
    values = {"state": _S.BLOCKED, "reason": reason, "next_at": next_at, "lease_owner": ""}
    return tx.execute(change.values(**values)).rowcount


def release(tx: Transaction, ids: Sequence[str], *, owner: str, now: datetime) -> int:
    """Give claimed deliveries back to whoever is there: claimed → ready."""
    change = update(deliveries).where(
        _d.id.in_(ids), in_states(_S.CLAIMED), _d.lease_owner == owner
    )
    return tx.execute(change.values(state=_S.READY, next_at=now, lease_owner="")).rowcount


def extend(tx: Transaction, ids: Sequence[str], *, owner: str, lease_until: datetime) -> int:
    """Prolong the leases of deliveries that `owner` still works on."""
    change = update(deliveries).where(_d.id.in_(ids), _d.lease_owner == owner, in_states(*HELD))
    return tx.execute(change.values(next_at=lease_until)).rowcount


def save_progress(
    tx: Transaction, delivery: Delivery, progress: dict[str, Any], lease_until: datetime
) -> bool:
    """Keep a publisher's progress and prolong its lease; False when the lease is lost."""
    change = update(deliveries).where(
        _d.id == delivery.id, _d.fence == delivery.fence, in_states(_S.SENDING)
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
    release = update(deliveries).where(in_states(_S.CLAIMED), *expired)
    released = tx.execute(
        release.values(state=_S.READY, next_at=now, lease_owner="").returning(_d.id)
    )
    lose = update(deliveries).where(in_states(_S.SENDING), *expired)
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
