"""Import: how many rows a second enter the catalogue, beside bare SQLite, in flat memory.

A file of JSON Lines with documents of about 1,300 bytes goes through everything an import does:
checks, theme and genre, document and index numbers, content hashes, versions, the audit chain, a
checkpoint with every batch, all durable (`synchronous=FULL`). Beside it sqlite3's `executemany`
writes the same titles, numbers and texts into one table of a file of its own, a thousand rows to a
durable transaction, and does nothing else. Then the same file is given again: nothing may change.

    python -m benchmarks.bench_import [--quick] [--rows 200000]
"""

from __future__ import annotations

import argparse
import json
import re
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvloop

from app.compose import open_hub
from app.settings import Settings
from hub.catalogue.importing import ImportReport
from hub.organisations.models import BodyKind, NewBody

_QUICK, _FULL = 15_000, 200_000
_BATCH = 1_000
_PARAGRAPH = "为贯彻落实国务院关于公文处理工作的要求，进一步推进政务公开，现就有关事项通知如下。"


def rows(count: int) -> Iterator[dict[str, str]]:
    for n in range(count):
        year = 2000 + n % 25
        yield {
            "key": f"doc-{n}",
            "title": f"四川省人民政府办公厅关于做好第{n}项工作的通知",
            "body": f"{_PARAGRAPH * 10}\n\n第{n}项。",
            "attribute": "主动公开",
            "doc_no": f"川办发[{year}]{n // 25 + 1}号",
            "theme": "综合政务/政务公开",
            "genre": "通知",
            "formed_on": f"{year}-0{n % 9 + 1}-11",
        }


def write_file(file: Path, count: int) -> None:
    with file.open("w", encoding="utf-8") as lines:
        for row in rows(count):
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")


def memory() -> float:
    """This process's resident memory in MiB."""
    status = Path("/proc/self/status").read_text("ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


async def ours(home: Path, file: Path) -> dict[str, Any]:
    held: list[float] = []

    def watch(report: ImportReport) -> None:
        held.append(memory())

    async with open_hub(Settings(home=home)) as hub:
        new = NewBody(code="sc", name="四川省人民政府办公厅", kind=BodyKind.PROVINCE)
        await hub.organisations.add_body(new, actor="bench")
        begun = time.perf_counter()
        first = await hub.catalogue.import_file(file, actor="bench", body_code="sc", progress=watch)
        took = time.perf_counter() - begun
        begun = time.perf_counter()
        again = await hub.catalogue.import_file(file, actor="bench", body_code="sc")
        took_again = time.perf_counter() - begun
    if first.refused or again.added or again.unchanged != first.added:
        raise SystemExit(f"the import did not land once: {first} {again}")
    return {
        "rows": first.added,
        "rows_per_s": round(first.added / took),
        "again_rows_per_s": round(again.unchanged / took_again),
        # from a fifth of the way on: what comes before is caches that fill
        "memory_growth_mib": round(held[-1] - held[len(held) // 5], 1),
    }


def bare(file: Path, target: Path) -> float:
    """Rows a second of sqlite3 alone, reading the same file."""
    database = sqlite3.connect(target, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE items (key TEXT PRIMARY KEY, title, body, doc_no, theme)")
    begun, count = time.perf_counter(), 0
    with file.open(encoding="utf-8") as lines:
        while batch := [json.loads(line) for _, line in zip(range(_BATCH), lines, strict=False)]:
            values = [(r["key"], r["title"], r["body"], r["doc_no"], r["theme"]) for r in batch]
            database.execute("BEGIN")
            database.executemany("INSERT INTO items VALUES (?, ?, ?, ?, ?)", values)
            database.execute("COMMIT")
            count += len(batch)
    took = time.perf_counter() - begun
    database.close()
    return count / took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="end within 50 seconds")
    parser.add_argument("--rows", type=int, default=0)
    options = parser.parse_args()
    count = options.rows or (_QUICK if options.quick else _FULL)
    with tempfile.TemporaryDirectory(prefix="gongkai-import-") as folder:
        file = Path(folder) / "rows.jsonl"
        write_file(file, count)
        before = bare(file, Path(folder) / "before.db")
        figures = uvloop.run(ours(Path(folder) / "home", file))
        after = bare(file, Path(folder) / "after.db")
    peer = (before + after) / 2
    figures["peer"] = round(peer)
    figures["ratio_to_bare_insert"] = round(figures["rows_per_s"] / peer, 3)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
