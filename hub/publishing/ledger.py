"""The hot path of the ledger: claim, begin, finish, and the leases between them.

Everything here works on many rows at once: one row per statement costs five times the raw
driver, a hundred rows per statement next to nothing. Every change is guarded by the state and
the lease it expects, so a worker that lost its lease changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, bindparam, select, update

from hub.kernel.bulk import Bulk
from hub.kernel.columns import microseconds
from hub.kernel.database import Transaction
from hub.kernel.packing import PackedQuery
from hub.publishing.models import HELD, Delivery, DeliveryState, Outcome, Purpose
from hub.publishing.tables import deliveries, in_states

__all__ = [
    "Ending",
    "begin",
    "block",
    "claim",
    "extend",
    "finish",
    "release",
    "row_to_delivery",
    "save_progress",
]

_S = DeliveryState
_d = deliveries.c
_COLUMNS = tuple(column.name for column in deliveries.c)


@dataclass(slots=True, kw_only=True)  # not frozen: thousands a second are made
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


def row_to_delivery(row: Row[Any]) -> Delivery:
    """A row of the table as a value."""
    return _delivery(dict(zip(_COLUMNS, row, strict=True)))


def _delivery(values: dict[str, Any]) -> Delivery:
    values["purpose"] = Purpose(values["purpose"])
    values["state"] = DeliveryState(values["state"])
    return Delivery(**values)


_held = deliveries.alias("held")
_idle = ~(
    select(_held.c.id)
    .where(_held.c.account_id == _d.account_id, in_states(*HELD, table="held"))
    .exists()
)
_ready = select(deliveries).where(in_states(_S.READY), _idle)
_first = _ready.order_by(_d.priority.desc(), _d.due_at, _d.id).limit(bindparam("most"))
_ranked = _ready.where(_d.id.in_(bindparam("ids", expanding=True)))
# On PostgreSQL other workers look at the same time; what they hold is passed over.
_CLAIMABLE = {
    "sqlite": (PackedQuery(deliveries, _first), PackedQuery(deliveries, _ranked)),
    "postgresql": (
        PackedQuery(deliveries, _first.with_for_update(skip_locked=True)),
        PackedQuery(deliveries, _ranked.with_for_update(skip_locked=True)),
    ),
}
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
    chosen = [row["id"] for row in rows]
    tx.execute(_CLAIM, {"chosen": chosen, "owner": owner, "lease_until": lease_until})
    claimed = {"state": _S.CLAIMED, "lease_owner": owner, "next_at": lease_until}
    return [_delivery(row | claimed | {"fence": row["fence"] + 1}) for row in rows]


def _claimable(tx: Transaction, limit: int) -> list[dict[str, Any]]:
    """Ready deliveries of distinct, idle accounts, urgent and early first.

    A page from the index is enough as long as accounts differ; only when one account's flood
    fills the page does the slower ranked query run.
    """
    first_page, by_rank = _CLAIMABLE[tx.connection.dialect.name]
    rows = first_page.rows(tx.connection, {"most": limit})
    rows.sort(key=_urgency)
    first: dict[str, dict[str, Any]] = {}
    for row in rows:
        first.setdefault(row["account_id"], row)
    if len(first) < limit // 2 and len(rows) == limit:
        ids = _claimable_ranked(tx, limit)
        return sorted(by_rank.rows(tx.connection, {"ids": ids}), key=_urgency)
    return list(first.values())


def _urgency(row: Mapping[str, Any]) -> tuple[int, datetime, str]:
    return (-row["priority"], row["due_at"], row["id"])


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
