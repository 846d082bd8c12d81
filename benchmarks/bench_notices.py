"""Notices: one item becomes public that 100,000 people subscribed to.

Matched: from the event in the audit chain to a stored notice for each of them, in transactions of
2,000, durable (`synchronous=FULL`). Beside it sqlite3's `executemany` writes the same rows, as they
then stand, into one table of a file of its own with neither keys nor indexes, as many to a durable
transaction, and does nothing else. Then a share of them is sent to a platform that answers at once:
what the decisions, the writing ahead and the outcomes cost.

    python -m benchmarks.bench_notices [--quick] [--people 100000]
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import uvloop
from sqlalchemy import create_engine

from app.migrate import load_tables
from benchmarks.readers import (
    Freely,
    add_readers,
    batches,
    matching_of,
    publish,
    rows_of,
    sender_of,
    town,
)
from hub.catalogue.service import Catalogue
from hub.conversation.models import Outgoing
from hub.conversation.notices.models import Reach
from hub.conversation.subscriptions.service import Subscriptions
from hub.kernel.clock import SystemClock
from hub.kernel.ids import IdSource
from hub.kernel.sqlite import SqliteDatabase

_QUICK, _FULL = 20_000, 100_000
_BATCH = 2_000
_FEW, _MESSAGES = 200, 1_000  # sent


class Answering:
    """`NoticeCourier` whose platform takes everything at once."""

    def __init__(self) -> None:
        self.sent = 0

    async def send(self, channel: str, account_id: str, outgoing: Outgoing) -> None:
        self.sent += 1

    async def key_window(self, channel: str, account_id: str) -> timedelta | None:
        return None

    def reach(self, channel: str) -> Reach:
        return Reach()


async def measured(home: Path, people: int, messages: int) -> dict[str, Any]:
    file = home / "gongkai.db"
    engine = create_engine(f"sqlite:///{file}")
    load_tables().create_all(engine)
    engine.dispose()
    database, clock, ids = SqliteDatabase(file), SystemClock(), IdSource()
    body, account = await town(database, clock, ids)
    matching = matching_of(database, clock, ids)
    await matching.follow()
    add_readers(file, ids, clock.now(), account=account, body=body, count=people, daily=True)
    item_id = await publish(database, clock, ids, body, "关于公积金提取的通知")
    item = await Catalogue(database, clock, ids).get(item_id)
    begun = time.perf_counter()
    await Subscriptions(database, clock, ids).reached(item)
    counted = time.perf_counter() - begun
    begun, processor = time.perf_counter(), time.process_time()
    made = await matching.follow()
    matched, matching_cpu = time.perf_counter() - begun, time.process_time() - processor
    assert made == people, f"{made} notices for {people} people"
    courier = Answering()
    sender = sender_of(database, clock, ids, courier, Freely(messages))
    begun, processor = time.perf_counter(), time.process_time()
    sent = await sender.look()
    sending, busy = time.perf_counter() - begun, time.process_time() - processor
    assert sent == courier.sent > 0
    await database.close()
    return {
        "people": people,
        "matched_s": round(matched, 2),
        "matched_cpu_s": round(matching_cpu, 2),
        "notices_per_s": round(made / matched),
        "reach_s": round(counted, 3),
        "sent": sent,
        "messages_per_s": round(sent / sending),
        "cpu_ms_per_message": round(1_000 * busy / sent, 2),
    }


def bare(home: Path) -> float:
    """Seconds that the same rows take with nothing else."""
    rows = list(rows_of(home / "gongkai.db", "notices"))
    connection = sqlite3.connect(home / "bare.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(f"CREATE TABLE notices ({', '.join(f'c{n}' for n in range(len(rows[0])))})")
    places = ", ".join("?" * len(rows[0]))
    begun = time.perf_counter()
    for batch in batches(rows, _BATCH):
        connection.execute("BEGIN")
        connection.executemany(f"INSERT INTO notices VALUES ({places})", batch)
        connection.execute("COMMIT")
    took = time.perf_counter() - begun
    connection.close()
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--people", type=int)
    chosen = parser.parse_args()
    people = chosen.people or (_QUICK if chosen.quick else _FULL)
    with tempfile.TemporaryDirectory(prefix="gongkai-bench-") as folder:
        home = Path(folder)
        figures = uvloop.run(measured(home, people, _MESSAGES if people == _FULL else _FEW))
        took = bare(home)
    figures["bare_s"] = round(took, 2)
    figures["ratio_to_bare_insert"] = round(took / figures["matched_s"], 3)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
