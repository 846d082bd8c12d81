"""With many stored deliveries every recurring question is answered from a partial index or by id.

The statements are caught as they reach the driver, whoever wrote them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, event

from hub.kernel.database import Transaction
from hub.publishing import ledger, store, sweeping
from hub.publishing.ledger import Ending
from hub.publishing.models import Delivery, DeliveryState, Outcome
from hub.publishing.searching import find_deliveries
from tests.scheduler.stage import Stage

S = DeliveryState
ROWS = 20_000
_COUNT = (
    "WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {rows})"
)
_ACCOUNTS = """
    INSERT INTO accounts (id, channel, name, handle, body_id, base_url, region, tags, settings,
        sealed, filing, active, needs_reconnecting, pause_reason, revision)
    {count} SELECT 'a' || n, channel, name, 'many' || n, body_id, base_url, region, tags, settings,
        sealed, filing, active, needs_reconnecting, pause_reason, revision
    FROM counted, (SELECT * FROM accounts LIMIT 1) a
"""
# one in a hundred is not merely planned
_DELIVERIES = """
    INSERT INTO deliveries (id, plan_id, edition_id, account_id, channel, part, purpose, state,
        priority, due_at, not_after, next_at, reason, remote_id)
    {count} SELECT 'd' || n, plan_id, edition_id, 'a' || n, 'toy', 0, 'publish',
        CASE WHEN n % 100 <> 0 THEN 'planned' WHEN n % 500 = 0 THEN 'ready'
            WHEN n % 500 = 100 THEN 'blocked' WHEN n % 500 = 200 THEN 'unknown'
            WHEN n % 500 = 300 THEN 'claimed' ELSE 'accepted' END,
        0, {now} + CAST(n AS bigint) * 1000000, {now} + 90000000000,
        {now} + CAST(n AS bigint) * 1000000, 'busy', 'r'
    FROM counted, (SELECT plan_id, edition_id FROM deliveries LIMIT 1) d
"""


async def fill(stage: Stage) -> None:
    """20,000 deliveries, each of an account of its own, the first due in a second."""
    await stage.plan(await stage.approved(), stage.clock.now() + timedelta(hours=9))
    now = int(stage.clock.now().timestamp()) * 1_000_000
    count = _COUNT.format(rows=ROWS)

    def work(tx: Transaction) -> None:
        for statement in (_ACCOUNTS, _DELIVERIES):
            tx.connection.exec_driver_sql(statement.format(count=count, now=now))
        tx.connection.exec_driver_sql("ANALYZE")

    await stage.do(work)


@contextmanager
def caught() -> Iterator[list[tuple[str, Any]]]:
    """The statements and parameters that reach a driver meanwhile."""
    found: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if re.search(r"\bdeliveries\b", statement):
            found.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def _ended(delivery: Delivery, now: datetime) -> Ending:
    return Ending(
        delivery_id=delivery.id,
        fence=delivery.fence,
        no=delivery.attempts + 1,
        state=S.ACCEPTED,
        outcome=Outcome.ACCEPTED,
        finished_at=now,
        remote_id="r",
    )


def work_a_while(tx: Transaction, now: datetime) -> None:
    """Every statement of the recurring jobs and of a worker, once."""
    until = now + timedelta(minutes=1)
    sweeping.anything_due(tx.connection, now)
    sweeping.next_wake(tx.connection, now)
    sweeping.promote(tx, now, 50)
    sweeping.hold_outage(tx, now - timedelta(hours=1), ready_too=True)
    sweeping.reap(tx, now)
    sweeping.expire_late(tx, now)
    sweeping.unblock_reconnected(tx, now)
    claimed = ledger.claim(tx, owner="w", now=now, lease_until=until, limit=12)
    assert len(claimed) == 12
    ledger.begin(tx, owner="w", starts=[(d, "h", "k") for d in claimed[:8]], now=now)
    ledger.finish(tx, [_ended(d, now) for d in claimed[:6]])
    ledger.extend(tx, [d.id for d in claimed], owner="w", lease_until=until)
    ledger.save_progress(tx, claimed[7], {"a": 1}, until)
    ledger.block(tx, [claimed[8].id], owner="w", reason="busy", next_at=now)
    ledger.release(tx, [claimed[9].id], owner="w", now=now)
    for state in (S.UNKNOWN, S.ACCEPTED):
        assert store.lock_for_check(tx, state, until, until, 50) or state is S.UNKNOWN
    store.backlog(tx.connection)
    store.oldest_unknown(tx.connection)


async def explained(stage: Stage, statements: list[tuple[str, Any]]) -> list[tuple[str, str]]:
    """Every statement with the plan that the database has for it."""

    def explain(connection: Connection) -> list[tuple[str, str]]:
        verb = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        return [
            (text, "\n".join(r[-1] for r in connection.exec_driver_sql(f"{verb} {text}", given)))
            for text, given in statements
        ]

    return await stage.database.read(explain)


_PARTIAL = "(ix_deliveries_(ready|due|blocked|unknown|unverified)|uq_deliveries_held_account)"
_SCAN = {
    "sqlite": re.compile(
        rf"^SCAN (deliveries|d|h|held)\b(?! USING (COVERING )?INDEX {_PARTIAL})", re.M
    ),
    "postgresql": re.compile(r"Seq Scan on deliveries"),
}


# What people look for, beside what is so common that the first rows are found at once.
ASKED = sorted(set(DeliveryState) - {S.ACCEPTED, S.VERIFIED})


async def test_people_s_questions_are_answered_from_an_index(stage: Stage) -> None:
    await fill(stage)
    dialect = "sqlite" if "Sqlite" in type(stage.database).__name__ else "postgresql"

    def ask(connection: Connection) -> None:
        for state in ASKED:
            find_deliveries(connection, state=state)
            find_deliveries(connection, state=state, reason="busy", limit=10)

    with caught() as statements:
        await stage.database.read(ask)
    assert len(statements) == 2 * len(ASKED)
    for text, plan in await explained(stage, statements):
        assert not _SCAN[dialect].search(plan), f"{text}\n{plan}"
        assert re.search(rf"{_PARTIAL}|ix_deliveries_halted", plan), f"{text}\n{plan}"


async def test_no_recurring_question_reads_the_whole_table(stage: Stage) -> None:
    await fill(stage)
    now = stage.clock.now() + timedelta(seconds=5000)
    with caught() as statements:
        await stage.do(lambda tx: work_a_while(tx, now))
    assert len(statements) > 20

    scan = _SCAN["sqlite" if "Sqlite" in type(stage.database).__name__ else "postgresql"]
    for text, plan in await explained(stage, statements):
        assert not scan.search(plan), f"{text}\n{plan}"
        assert "ix_deliveries_plan" not in plan, f"{text}\n{plan}"
        assert "ix_deliveries_account" not in plan, f"{text}\n{plan}"
