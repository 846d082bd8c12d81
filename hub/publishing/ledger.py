"""The hot path of the ledger: claim, begin, finish, and the leases between them.

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
from sqlalchemy import Connection, Row, bindparam, select, text, update

from hub.kernel.bulk import Bulk
from hub.kernel.columns import microseconds
from hub.kernel.database import Transaction
from hub.kernel.packing import PackedQuery
from hub.organisations.tables import accounts
from hub.publishing.models import HELD, Delivery, DeliveryState, Outcome, Priority, Purpose
from hub.publishing.tables import deliveries, in_states

__all__ = [
    "Ending",
    "Lease",
    "begin",
    "block",
    "claim",
    "extend",
    "finish",
    "ready_emergencies",
    "release",
    "row_to_delivery",
    "save_progress",
]

_S = DeliveryState
Lease = tuple[str, int]  # a delivery's id and the fence under which it was claimed
_d = deliveries.c
# a look-up costs a quarter of what the enumeration does
_PURPOSES = {purpose.value: purpose for purpose in Purpose}
_STATES = {state.value: state for state in DeliveryState}
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
    moved_to: str = ""


def row_to_delivery(row: Row[Any] | Sequence[Any]) -> Delivery:
    """A row of the table, every column in order, as a value."""
    values = dict(zip(_COLUMNS, row, strict=True))
    values["purpose"] = _PURPOSES[values["purpose"]]
    values["state"] = _STATES[values["state"]]
    return Delivery(**values)


_held = deliveries.alias("held")
_idle = ~(
    select(_held.c.id)
    .where(_held.c.account_id == _d.account_id, in_states(*HELD, table="held"))
    .exists()
)
_ready = select(deliveries).where(in_states(_S.READY), _d.priority >= bindparam("least"), _idle)
_first = _ready.order_by(_d.priority.desc(), _d.due_at, _d.id).limit(bindparam("most"))
_ranked = _ready.where(_d.id.in_(bindparam("ids", expanding=True)))
# On PostgreSQL other workers look at the same time; what they hold is passed over.
_CLAIMABLE = {
    "sqlite": (PackedQuery(Delivery, _first), PackedQuery(Delivery, _ranked)),
    "postgresql": (
        PackedQuery(Delivery, _first.with_for_update(skip_locked=True)),
        PackedQuery(Delivery, _ranked.with_for_update(skip_locked=True)),
    ),
}
_CLAIM = Bulk(
    """
    UPDATE deliveries SET state = 'claimed', lease_owner = {1}, next_at = {2},
        fence = deliveries.fence + 1
    FROM {rows} WHERE deliveries.id = r.id AND deliveries.state = 'ready'
    """,
    {"id": "text"},
)


def claim(
    tx: Transaction,
    *,
    owner: str,
    now: datetime,
    lease_until: datetime,
    limit: int,
    least: Priority = Priority.ROUTINE,
) -> list[Delivery]:
    """Take up to `limit` ready deliveries of at least that priority, one per account, urgent and
    early first.

    The unique index on held accounts backs the "one per account" against our own mistakes.
    """
    found = _claimable(tx, limit, least)
    if found and tx.connection.dialect.name == "postgresql":
        found = _of_free_accounts(tx, found)
    if not found:
        return []
    tx.bulk(_CLAIM, [(one.id,) for one in found], owner, microseconds(lease_until))
    for one in found:
        one.state, one.lease_owner, one.next_at = _S.CLAIMED, owner, lease_until
        one.fence += 1
    return found


def _claimable(tx: Transaction, limit: int, least: Priority) -> list[Delivery]:
    """Ready deliveries of distinct, idle accounts, urgent and early first.

    A page from the index is enough as long as accounts differ; only when one account's flood
    fills the page does the slower ranked query run.
    """
    first_page, by_rank = _CLAIMABLE[tx.connection.dialect.name]
    found = first_page.values(tx.connection, {"most": limit, "least": int(least)})
    found.sort(key=_urgency)
    first: dict[str, Delivery] = {}
    for one in found:
        first.setdefault(one.account_id, one)
    if len(first) < limit // 2 and len(found) == limit:
        ids = _claimable_ranked(tx, limit, least)
        ranked = by_rank.values(tx.connection, {"ids": ids, "least": int(least)})
        return sorted(ranked, key=_urgency)
    return list(first.values())


def _of_free_accounts(tx: Transaction, found: list[Delivery]) -> list[Delivery]:
    """Those whose account nobody else is claiming for or has claimed for since we looked.

    Another worker may have chosen another delivery of the same account: what it has not committed
    we cannot see, so the accounts are locked first and looked at again after that.
    """
    wanted = [one.account_id for one in found]
    lock = select(accounts.c.id).where(accounts.c.id.in_(wanted))
    free = set(
        tx.connection.execute(lock.with_for_update(skip_locked=True, key_share=True)).scalars()
    )
    held = select(_d.account_id).where(_d.account_id.in_(free), in_states(*HELD))
    free -= set(tx.connection.execute(held).scalars())
    return [one for one in found if one.account_id in free]


def _urgency(delivery: Delivery) -> tuple[int, datetime, str]:
    return (-delivery.priority, delivery.due_at, delivery.id)


_RANKED = """
    SELECT id FROM (
        SELECT d.id, d.priority, d.due_at, row_number() OVER (
            PARTITION BY d.account_id ORDER BY d.priority DESC, d.due_at, d.id) AS place
        FROM deliveries d
        WHERE d.state = 'ready' AND d.priority >= :least AND NOT EXISTS (
            SELECT 1 FROM deliveries h
            WHERE h.account_id = d.account_id AND h.state IN ('claimed', 'sending'))
    ) ranked
    WHERE place = 1 ORDER BY priority DESC, due_at, id LIMIT :most
"""


def _claimable_ranked(tx: Transaction, limit: int, least: Priority) -> list[str]:
    rows = tx.connection.execute(text(_RANKED), {"least": int(least), "most": limit})
    return [row.id for row in rows]


_EMERGENCIES = (
    select(_d.account_id)
    .where(in_states(_S.READY), _d.priority >= int(Priority.EMERGENCY))
    .limit(bindparam("most"))
)


def ready_emergencies(connection: Connection, limit: int) -> list[str]:
    """The accounts of emergencies that nobody has claimed; after a claim, mostly those whose
    account is held for another delivery."""
    return list(connection.execute(_EMERGENCIES, {"most": limit}).scalars())


_BEGIN = Bulk(
    """
    UPDATE deliveries SET state = 'sending', attempts = deliveries.attempts + 1,
        first_started_at = coalesce(deliveries.first_started_at, {1}), handed_over_at = {1}
    FROM {rows}
    WHERE deliveries.id = r.id AND deliveries.fence = r.fence
        AND deliveries.state = 'claimed' AND deliveries.lease_owner = {2}
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
) -> set[Lease]:
    """Write ahead: an attempt row with payload hash and key for each delivery still ours.

    `starts` are (delivery, payload_hash, key). Returns the leases under which may now be sent;
    one that was cancelled or lost meanwhile is not among them, nor an older lease of ours.
    """
    at = microseconds(now)
    leases = [(delivery.id, delivery.fence) for delivery, _, _ in starts]
    begun = tx.bulk(_BEGIN, leases, at, owner).rowcount
    ours = set(leases)
    if begun != len(leases):
        ours = _still_ours(tx, leases, owner)
    rows = [
        (delivery.id, delivery.attempts + 1, delivery.fence, payload_hash, key)
        for delivery, payload_hash, key in starts
        if (delivery.id, delivery.fence) in ours
    ]
    if rows:
        tx.bulk(_BEGIN_ATTEMPTS, rows, at)
    return ours


def _still_ours(tx: Transaction, leases: Sequence[Lease], owner: str) -> set[Lease]:
    """Of deliveries just begun, those that really are: some had been taken away."""
    running = select(_d.id, _d.fence).where(
        _d.id.in_([delivery_id for delivery_id, _ in leases]),
        in_states(_S.SENDING),
        _d.lease_owner == owner,
    )
    return set(leases) & {(row[0], row[1]) for row in tx.connection.execute(running)}


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


def finish(tx: Transaction, endings: Sequence[Ending]) -> set[Lease]:
    """Record how attempts ended; the leases under which the delivery was theirs to change."""
    changed = tx.bulk(
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
    ).rowcount
    settled = {(e.delivery_id, e.fence) for e in endings}
    if changed != len(endings):
        settled = _settled(tx, endings)
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
    return settled


def _settled(tx: Transaction, endings: Sequence[Ending]) -> set[Lease]:
    """Of deliveries just finished, those that stand where their ending says."""
    ids = [e.delivery_id for e in endings]
    rows = tx.connection.execute(select(_d.id, _d.fence, _d.state).where(_d.id.in_(ids)))
    found = {(row[0], row[1], row[2]) for row in rows}
    return {(e.delivery_id, e.fence) for e in endings if (e.delivery_id, e.fence, e.state) in found}


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


def extend(
    tx: Transaction, ids: Sequence[str], *, owner: str, lease_until: datetime
) -> list[tuple[str, int]]:
    """Prolong the leases of deliveries that `owner` still works on: their ids and fences."""
    change = update(deliveries).where(_d.id.in_(ids), _d.lease_owner == owner, in_states(*HELD))
    held = tx.execute(change.values(next_at=lease_until).returning(_d.id, _d.fence))
    return [(row.id, row.fence) for row in held]


def save_progress(
    tx: Transaction, delivery: Delivery, progress: dict[str, Any], lease_until: datetime
) -> bool:
    """Keep a publisher's progress and prolong its lease; False when the lease is lost."""
    change = update(deliveries).where(
        _d.id == delivery.id, _d.fence == delivery.fence, in_states(_S.SENDING)
    )
    return tx.execute(change.values(progress=progress, next_at=lease_until)).rowcount == 1
