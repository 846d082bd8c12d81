"""A supervisor's board: every indicator of 74 bodies, among a year's items and deliveries.

The year of `bench_console` is stocked (all bodies of a made-up province, every state of delivery),
and the board is asked for a week, a month and a year, nothing remembered. The limit beside it are
the statements that somebody would write by hand for the same counts by body: one GROUP BY over each
of the tables, sent by sqlite3 itself (`group_by_…_ms`). The board's CPU over theirs
(`ratio_to_group_by_…`) is what working days, dormant accounts, subtrees, rates and our own layers
cost beside the counting. `scan_ms` is one pass over all deliveries by a bare statement.

    python -m benchmarks.bench_supervision [--quick] [--deliveries N] [--items N] [--data DIR]
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import tempfile
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import uvloop

from app.compose import Hub, open_hub
from app.settings import Settings
from benchmarks.console_life import Life
from benchmarks.console_stock import Size, stock
from hub.kernel.columns import microseconds
from hub.kernel.ids import first_at
from hub.organisations.authority.sight import Sight
from hub.supervision.models import Period
from hub.supervision.service import Supervision

_FULL = Size(
    deliveries=1_000_000,
    items=200_000,
    accounts=15_600,
    life=Life(
        people=500,
        reviews=500,
        talks=1_000,
        signals=200_000,
        issues=2_000,
        cases=20_000,
        problems=200,
        incidents=200,
        events=1_000,
    ),
)
_QUICK = Size(
    deliveries=20_000,
    items=4_000,
    accounts=600,
    life=Life(
        people=50,
        reviews=50,
        talks=50,
        signals=4_000,
        issues=50,
        cases=400,
        problems=20,
        incidents=20,
        events=100,
    ),
)
_ROUNDS = 3
_DAYS = {"week": 7, "month": 30, "year": 365}
_SENT = "SELECT count(*), sum(state IN ('accepted', 'verified')) FROM deliveries"
# the same counts by body; times in microseconds since 1970, ids of approvals in the order of time
_BY_HAND = (
    """SELECT body_id, formed_on, (published_at + 28800000000) / 86400000000, count(*) FROM items
       WHERE public_version IS NOT NULL AND published_at >= :since AND published_at < :until
       GROUP BY 1, 2, 3""",
    """SELECT i.body_id, count(*), count(s.at), sum(s.at - a.submitted_at),
           sum(a.id IN (SELECT approval_id FROM review_steps WHERE approval_id >= :first
               AND action IN ('sent-back', 'returned')))
       FROM approvals a JOIN items i ON i.id = a.item_id
       LEFT JOIN signatures s ON s.approval_id = a.id AND s.step = 'sign-off'
       WHERE a.id >= :first AND a.id < :last GROUP BY 1""",
    """SELECT a.body_id, sum(d.state IN ('accepted', 'verified', 'failed', 'expired')),
           sum(d.state IN ('accepted', 'verified')),
           sum(d.state IN ('accepted', 'verified') AND d.handed_over_at - d.due_at <= 60000000)
       FROM deliveries d JOIN accounts a ON a.id = d.account_id
       WHERE d.due_at >= :since AND d.due_at < :until AND d.purpose = 'publish' GROUP BY 1""",
    """SELECT body_id, count(*) FROM signals
       WHERE event_at >= :since AND event_at < :until AND kind = 'unanswered' GROUP BY 1""",
    """SELECT c.body_id, count(*), sum(t.met_at <= t.due_at), sum(t.met_at IS NULL)
       FROM case_deadlines t JOIN cases c ON c.id = t.case_id
       WHERE t.due_at >= :since AND t.due_at < :until
       AND (t.met_at IS NOT NULL OR t.due_at < :until) GROUP BY 1""",
    """SELECT a.body_id, count(*), min(l.published_at) FROM accounts a
       LEFT JOIN account_liveness l ON l.account_id = a.id
       WHERE a.active AND a.filing = 'filed' GROUP BY 1""",
)


async def _board_ms(hub: Hub, days: int) -> tuple[float, float, int]:
    """Milliseconds of a board that nobody asked for before, those of CPU, and its bodies."""
    now, took, spent, bodies = hub.clock.now(), [], [], 0
    for number in range(_ROUNDS):
        supervision = Supervision(hub.database, hub.clock, hub.settings.liveness_days)
        until = now + timedelta(seconds=number)
        begun, cpu = time.perf_counter(), time.process_time()
        board = await supervision.board(
            Period(until - timedelta(days=days), until), Sight(frozenset(), whole=True)
        )
        took.append((time.perf_counter() - begun) * 1e3)
        spent.append((time.process_time() - cpu) * 1e3)
        bodies = len(board.rows)
    return statistics.median(took), statistics.median(spent), bodies


def _scan_ms(file: Path) -> float:
    took = []
    connection = sqlite3.connect(file)
    for _ in range(_ROUNDS):
        begun = time.perf_counter()
        connection.execute(_SENT).fetchone()
        took.append((time.perf_counter() - begun) * 1e3)
    connection.close()
    return statistics.median(took)


def _by_hand_ms(file: Path, until: datetime, days: int) -> tuple[float, float]:
    """Milliseconds of the statements, and those of CPU."""
    since = until - timedelta(days=days)
    given = {"since": microseconds(since), "until": microseconds(until)}
    given |= {"first": first_at(since), "last": first_at(until)}
    took, spent = [], []
    connection = sqlite3.connect(file)
    for _ in range(_ROUNDS):
        begun, cpu = time.perf_counter(), time.process_time()
        for statement in _BY_HAND:
            connection.execute(statement, given).fetchall()
        took.append((time.perf_counter() - begun) * 1e3)
        spent.append((time.process_time() - cpu) * 1e3)
    connection.close()
    return statistics.median(took), statistics.median(spent)


async def measure(folder: Path, size: Size, texts: Path | None) -> dict[str, Any]:
    settings = Settings(home=folder, database_url=f"sqlite:///{folder / 'gongkai.db'}")
    async with open_hub(settings) as hub:
        await stock(hub, size, texts)
        boards = {name: await _board_ms(hub, days) for name, days in _DAYS.items()}
        file, now = folder / "gongkai.db", hub.clock.now()
        by_hand = {name: _by_hand_ms(file, now, days) for name, days in _DAYS.items()}
        scan = _scan_ms(file)
    told: dict[str, Any] = {"deliveries": size.deliveries, "items": size.items}
    told["bodies"] = boards["month"][2]
    for name, (took, cpu, _) in boards.items():
        took_by_hand, cpu_by_hand = by_hand[name]
        told |= {f"board_{name}_ms": round(took, 1), f"board_{name}_cpu_ms": round(cpu, 1)}
        told[f"group_by_{name}_ms"] = round(took_by_hand, 1)
        told[f"group_by_{name}_cpu_ms"] = round(cpu_by_hand, 1)
        told[f"ratio_to_group_by_{name}"] = round(cpu / cpu_by_hand, 2)
    return told | {"scan_ms": round(scan, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="some thousands, done within 50 s")
    parser.add_argument("--deliveries", type=int, default=0)
    parser.add_argument("--items", type=int, default=0)
    parser.add_argument("--data", type=Path, help="folder with regulations.jsonl.gz")
    options = parser.parse_args()
    given = _QUICK if options.quick else _FULL
    size = replace(
        given,
        deliveries=options.deliveries or given.deliveries,
        items=options.items or given.items,
    )
    texts = options.data and options.data / "regulations.jsonl.gz"
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(uvloop.run(measure(Path(folder), size, texts))))


if __name__ == "__main__":
    main()
