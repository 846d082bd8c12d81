"""Storage: how many bytes a row takes with its indexes, in the tables that grow, on both databases.

Rows of the length that the hub writes (texts are the regulations' own) go into the hub's tables,
one table after the other; the growth of the file, or of the relation and its indexes, is divided by
their number. The tables have all their keys and indexes and no checks. PostgreSQL is asked where
GONGKAI_TEST_POSTGRES names a server. Archives are the same deliveries as `gongkai archive make`
writes them.

    python -m benchmarks.bench_storage [--quick] [--rows 100000]
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import hashlib
import json
import lzma
import os
import tempfile
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import (
    CheckConstraint,
    Connection,
    ForeignKeyConstraint,
    MetaData,
    Table,
    create_engine,
    insert,
    text,
)
from sqlalchemy.ext.asyncio import create_async_engine

from app.migrate import load_tables
from hub.kernel.ids import IdSource
from hub.kernel.rows import stored

_QUICK, _FULL = 20_000, 100_000
_AT_ONCE = 2_000
_START = datetime(2026, 1, 1, tzinfo=UTC)
_TEXTS = Path(__file__).parent / "data" / "regulations.jsonl.xz"

Row = dict[str, Any]


class Stock:
    """Rows for the tables that grow, the nth of each; `ids` are as many as wanted."""

    def __init__(self, rows: int) -> None:
        source = IdSource()
        self.ids = source.many(_START, rows)
        with lzma.open(_TEXTS) as lines:
            self.texts = [json.loads(line) for line in lines]
        self.moment = int(_START.timestamp() * 1_000_000)

    def at(self, number: int) -> int:
        return self.moment + number * int(timedelta(seconds=5) / timedelta(microseconds=1))

    def digest(self, number: int) -> str:
        return hashlib.sha256(str(number).encode()).hexdigest()

    def items(self, n: int) -> Row:
        title = str(self.texts[n % len(self.texts)].get("title", ""))[:200]
        told = {"title": title, "external_key": f"{n:020d}", "doc_no": f"川府发〔2026〕{n}号"}
        return told | {"index_no": f"510000-{n:012d}"}

    def item_versions(self, n: int) -> Row:
        told = {"title": "", "body": "", **self.texts[n % len(self.texts)]}
        return {"version": 1, "content": msgspec.json.encode(told).decode()}

    def deliveries(self, n: int) -> Row:
        receipt = {"at": "2026-01-01T01:00:00Z", "id": f"49{n:014d}"}
        return {
            "state": "verified",
            "purpose": "publish",
            "remote_id": f"49{n:014d}",
            "remote_url": f"https://weibo.com/2656274875/{n:09d}",
            "receipt": json.dumps(receipt),
        }

    def attempts(self, n: int) -> Row:
        return {"no": 1, "fence": 1, "outcome": "accepted", "idempotency_key": self.ids[n]}

    def audit_events(self, n: int) -> Row:
        kind = "publishing.delivery.accepted"
        told = {"actor": "system:dispatcher", "at": "2026-01-01T01:00:00.123456+00:00"}
        data = {"remote_id": f"49{n:014d}", "attempt": 1, "account": self.ids[n % 97]}
        body = told | {"data": data, "kind": kind, "subject": self.ids[n // 5]}
        packed = msgspec.json.encode(body, order="sorted").decode()
        row = {"seq": n + 1, "kind": kind, "subject": self.ids[n // 5]}
        return row | {"actor": "system:dispatcher", "body": packed}

    def signals(self, n: int) -> Row:
        words = str(self.texts[n % len(self.texts)].get("text", ""))[:120] or "路灯坏了" * 20
        return {"external_id": f"{n:020d}", "text": words, "state": "placed", "title": ""}

    def inbound_messages(self, n: int) -> Row:
        answer = {"paragraphs": ["您好，相关规定如下：" * 6], "sources": [self.ids[n]]}
        return {
            "external_key": f"{n:024d}",
            "text": "公积金提取需要什么材料" * 2,
            "answer": json.dumps(answer, ensure_ascii=False),
            "state": "answered",
        }

    def row(self, table: Table, n: int) -> Row:
        """What a maker gives, and for the other columns something of their type and length."""
        given = getattr(self, table.name)(n)
        return {column.name: self._filled(column, n) for column in table.columns} | given

    def _filled(self, column: Any, n: int) -> Any:
        kind = stored(column.table).c[column.name].type
        if kind.python_type is str:
            length = getattr(kind, "length", None)
            if length == 26:
                own = column.primary_key or column.name in {"edition_id", "sender"}
                return self.ids[n] if own else self.ids[n % 97]
            plain = "{}" if type(column.type).__name__ == "Json" else ""
            return self.digest(n)[:64] if length == 64 and "hash" in column.name else plain
        if column.nullable and column.name not in {"answered_at", "masked_at"}:
            return None
        if kind.python_type is bool:
            return True
        return self.at(n) if column.name.endswith("_at") else 0


def bare() -> MetaData:
    """The tables without foreign keys and checks: these take no room."""
    found = MetaData()
    for table in load_tables().sorted_tables:
        copied = table.to_metadata(found)
        for constraint in list(copied.constraints):
            if isinstance(constraint, (CheckConstraint, ForeignKeyConstraint)):
                copied.constraints.discard(constraint)
        for column in copied.columns:
            column.constraints.clear()
    return found


MADE = tuple(name for name in vars(Stock) if name in load_tables().tables)


def batches(stock: Stock, table: Table, rows: int) -> Iterator[list[Row]]:
    every = (stock.row(table, n) for n in range(rows))
    while batch := list(islice(every, _AT_ONCE)):
        yield batch


def fill(
    connection: Connection, stock: Stock, rows: int, size: Callable[[Table], int]
) -> dict[str, int]:
    """Bytes a row of each table."""
    found = {}
    for name in MADE:
        table = load_tables().tables[name]
        before = size(table)
        for batch in batches(stock, table, rows):
            connection.execute(insert(stored(table)), batch)
        found[name] = round((size(table) - before) / rows)
    return found


def on_sqlite(stock: Stock, rows: int) -> dict[str, int]:
    with tempfile.TemporaryDirectory(prefix="bench-storage-") as folder:
        engine = create_engine(f"sqlite:///{folder}/gongkai.db")
        bare().create_all(engine)
        with engine.begin() as connection:

            def size(table: Table) -> int:
                pages, each = (
                    connection.execute(text(f"PRAGMA {name}")).scalar_one()
                    for name in ("page_count", "page_size")
                )
                return int(pages * each)

            found = fill(connection, stock, rows, size)
        engine.dispose()
    return found


async def on_postgres(server: str, stock: Stock, rows: int) -> dict[str, int]:
    name = f"gongkai_bench_{uuid.uuid4().hex[:8]}"
    admin = create_async_engine(server, isolation_level="AUTOCOMMIT")
    async with admin.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    engine = create_async_engine(f"{server.rsplit('/', 1)[0]}/{name}")
    try:
        async with engine.begin() as opened:
            return await opened.run_sync(_filled_on_postgres, stock, rows)
    finally:
        await engine.dispose()
        async with admin.connect() as connection:
            await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        await admin.dispose()


def _filled_on_postgres(connection: Connection, stock: Stock, rows: int) -> dict[str, int]:
    bare().create_all(connection)

    def size(table: Table) -> int:
        query = text("SELECT pg_total_relation_size(CAST(:name AS regclass))")
        return int(connection.execute(query, {"name": table.name}).scalar_one())

    return fill(connection, stock, rows, size)


def archived(stock: Stock, rows: int) -> int:
    """Bytes of a delivery with its attempt in an archive."""
    tables = load_tables().tables
    lines = []
    for n in range(rows):
        attempt = [stock.row(tables["attempts"], n)]
        row = stock.row(tables["deliveries"], n)
        lines.append(msgspec.json.encode({"row": row, "with": {"attempts": attempt}}))
    return round(len(gzip.compress(b"\n".join(lines), 6)) / rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rows", type=int, default=0)
    chosen = parser.parse_args()
    rows = chosen.rows or (_QUICK if chosen.quick else _FULL)
    stock = Stock(rows)
    figures: dict[str, int] = {"rows": rows}
    figures |= {f"sqlite_{name}": size for name, size in on_sqlite(stock, rows).items()}
    server = os.environ.get("GONGKAI_TEST_POSTGRES")
    if server:
        found = asyncio.run(on_postgres(server, stock, rows))
        figures |= {f"postgres_{name}": size for name, size in found.items()}
    figures["archive_delivery"] = archived(stock, min(rows, _QUICK))
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
