"""A supervisor's board: every indicator of 74 bodies, among a year's items and deliveries.

The year of `bench_console` is stocked (all bodies of a made-up province, every state of delivery),
and the board is asked for a week, a month and a year, nothing remembered. The limit beside it is
one pass over the table of deliveries by a bare SQL statement that counts those sent, the least that
a figure over all of them could cost without counters: `ratio_month` and `ratio_year` are the
board's time over that one's.

    python -m benchmarks.bench_supervision [--quick] [--deliveries N] [--items N] [--data DIR]
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import uvloop

from app.compose import Hub, open_hub
from app.settings import Settings
from benchmarks.console_stock import Size, stock
from hub.organisations.authority.sight import Sight
from hub.supervision.models import Period
from hub.supervision.service import Supervision

_QUICK = Size(deliveries=40_000, items=8_000, accounts=600)
_FULL = Size(deliveries=1_000_000, items=200_000, accounts=15_600)
_ROUNDS = 3
_DAYS = {"week": 7, "month": 30, "year": 365}
_SENT = "SELECT count(*), sum(state IN ('accepted', 'verified')) FROM deliveries"


async def _board_ms(hub: Hub, days: int) -> tuple[float, int]:
    """Milliseconds of a board that nobody asked for before, and how many bodies it has."""
    now, took, bodies = hub.clock.now(), [], 0
    for number in range(_ROUNDS):
        supervision = Supervision(hub.database, hub.clock, hub.settings.liveness_days)
        until = now + timedelta(seconds=number)
        begun = time.perf_counter()
        board = await supervision.board(
            Period(until - timedelta(days=days), until), Sight(frozenset(), whole=True)
        )
        took.append((time.perf_counter() - begun) * 1e3)
        bodies = len(board.rows)
    return statistics.median(took), bodies


def _scan_ms(file: Path) -> float:
    took = []
    connection = sqlite3.connect(file)
    for _ in range(_ROUNDS):
        begun = time.perf_counter()
        connection.execute(_SENT).fetchone()
        took.append((time.perf_counter() - begun) * 1e3)
    connection.close()
    return statistics.median(took)


async def measure(folder: Path, size: Size, texts: Path | None) -> dict[str, Any]:
    settings = Settings(home=folder, database_url=f"sqlite:///{folder / 'gongkai.db'}")
    async with open_hub(settings) as hub:
        await stock(hub, size, texts)
        boards = {name: await _board_ms(hub, days) for name, days in _DAYS.items()}
        scan = _scan_ms(folder / "gongkai.db")
    told: dict[str, Any] = {"deliveries": size.deliveries, "items": size.items}
    told["bodies"] = boards["month"][1]
    told |= {f"board_{name}_ms": round(took, 1) for name, (took, _) in boards.items()}
    told["scan_ms"] = round(scan, 1)
    return told | {f"ratio_{name}": round(boards[name][0] / scan, 2) for name in ("month", "year")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="some thousands, done within 50 s")
    parser.add_argument("--deliveries", type=int, default=0)
    parser.add_argument("--items", type=int, default=0)
    parser.add_argument("--data", type=Path, help="folder with regulations.jsonl.gz")
    options = parser.parse_args()
    given = _QUICK if options.quick else _FULL
    size = Size(
        deliveries=options.deliveries or given.deliveries,
        items=options.items or given.items,
        accounts=given.accounts,
    )
    texts = options.data and options.data / "regulations.jsonl.gz"
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(uvloop.run(measure(Path(folder), size, texts))))


if __name__ == "__main__":
    main()
