"""Fills a ledger with deliveries of days to come, by SQL over sets: a million in some seconds."""

from __future__ import annotations

from datetime import datetime, timedelta

from hub.kernel.columns import microseconds
from hub.kernel.database import Database, Transaction

__all__ = ["fill"]

_SPAN = timedelta(days=300)
_NOT_AFTER = timedelta(days=1)

# Copies of the one edition, so that each (edition, account) pair is a delivery of its own.
_EDITIONS = """
    WITH RECURSIVE numbers(n) AS (SELECT ? UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
    INSERT INTO editions (id, item_id, item_version, channel, name, variation, payload,
        payload_hash, parts, created_at)
    SELECT printf('0FUTURE%019d', n), item_id, item_version, channel, printf('future:%d', n),
        variation, payload, payload_hash, parts, created_at
    FROM numbers, (SELECT * FROM editions WHERE name NOT LIKE 'future:%' LIMIT 1)
"""
# Each copy of the edition goes to every account; their times lie scattered over the span.
_DELIVERIES = """
    INSERT INTO deliveries (id, plan_id, edition_id, account_id, channel, part, purpose, state,
        reason, priority, due_at, not_after)
    SELECT printf('0FUTURE%09d%010d', e, a), (SELECT id FROM plans LIMIT 1), edition_id,
        account_id, channel, 0, 'publish', 'planned', '', 0, at, at + ?
    FROM (
        SELECT edition_id, e, account_id, a, channel,
            ? + ((e * 7919 + a) * 1000003 % ?) * 1000 AS at
        FROM (SELECT id AS edition_id, CAST(substr(name, 8) AS INTEGER) AS e FROM editions
              WHERE name LIKE 'future:%'),
            (SELECT id AS account_id, channel, row_number() OVER (ORDER BY id) AS a
             FROM accounts)
        WHERE e BETWEEN ? AND ?
    )
"""


async def fill(database: Database, count: int, *, start: datetime) -> int:
    """Add `count` planned deliveries (rounded up to whole editions), due in the year that begins
    with `start`; returns how many are stored then. A plan must exist."""
    return await database.write(lambda tx: _fill(tx, count, start), audited=False)


def _fill(tx: Transaction, count: int, start: datetime) -> int:
    run = tx.connection.exec_driver_sql
    accounts = run("SELECT count(*) FROM accounts").scalar_one()
    first = run("SELECT count(*) FROM editions WHERE name LIKE 'future:%'").scalar_one()
    last = first - 1 + -(-count // accounts)
    run(_EDITIONS, (first, last))
    span = _SPAN // timedelta(milliseconds=1)
    not_after = _NOT_AFTER // timedelta(microseconds=1)
    run(_DELIVERIES, (not_after, microseconds(start), span, first, last))
    return int(run("SELECT count(*) FROM deliveries").scalar_one())
