"""Import: how many rows a second enter the catalogue, beside bare SQLite, in flat memory.

A file of JSON Lines with the items of a province's bodies, in no order (`corpus.py`), goes through
everything an import does: checks, theme and genre, document and index numbers, content hashes,
versions, the audit chain, a checkpoint with every batch, all durable (`synchronous=FULL`). The
process that imports it is killed with SIGKILL on the way, and another one goes on. Then the same
file is given again: nothing may change. Beside it sqlite3's `executemany` writes the same titles,
numbers and texts into one table of a file of its own, a thousand rows to a durable transaction,
and does nothing else.

    python -m benchmarks.bench_import [--quick] [--rows 200000]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import re
import sqlite3
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import uvloop

from app.compose import open_hub
from app.settings import LogLevel, Settings
from benchmarks.stocking import province, write_rows
from hub.catalogue.importing import ImportReport

_QUICK, _FULL = 15_000, 200_000
_BATCH = 1_000
_KILLED_AT = 0.4  # of the rows
_FRESH = multiprocessing.get_context("spawn")


def memory() -> float:
    """This process's memory in MiB, without the pages of files, which the system takes back."""
    status = Path("/proc/self/status").read_text("ascii")
    found = re.search(r"RssAnon:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def begun_and_killed(home: Path, file: Path, rows: int) -> int:
    """Let a process import and kill it on the way; how many rows it had told of."""
    ours, theirs = _FRESH.Pipe(duplex=False)
    process = _FRESH.Process(target=_begin, args=(home, file, theirs))
    process.start()
    theirs.close()
    told = 0
    try:
        while told < rows * _KILLED_AT:
            told = ours.recv()
    finally:
        process.kill()
        process.join()
    return told


def _begin(home: Path, file: Path, told: Connection) -> None:
    async def work() -> None:
        async with open_hub(_settings(home)) as hub:
            await hub.organisations.import_bodies(province()[1], actor="bench")
            await hub.catalogue.import_file(
                file, actor="bench", progress=lambda report: told.send(report.added)
            )

    uvloop.run(work())


def finished(home: Path, file: Path) -> dict[str, Any]:
    """In another process: go on to the end, then give the same file again."""
    return uvloop.run(_finish(home, file))


async def _finish(home: Path, file: Path) -> dict[str, Any]:
    held: list[float] = []

    def watch(report: ImportReport) -> None:
        held.append(memory())

    async with open_hub(_settings(home)) as hub:
        begun = time.perf_counter()
        first = await hub.catalogue.import_file(file, actor="bench", progress=watch)
        took = time.perf_counter() - begun
        begun = time.perf_counter()
        again = await hub.catalogue.import_file(file, actor="bench")
        took_again = time.perf_counter() - begun
    if first.refused or again.added or again.unchanged != first.added:
        raise SystemExit(f"the import did not land once: {first} {again}")
    return {
        "rows": first.added,
        "resumed_after": first.resumed_after,
        "rows_per_s": round((first.added - first.resumed_after) / took),
        "again_rows_per_s": round(again.unchanged / took_again),
        "memory_mib": round(held[-1], 1),
        # from a fifth of the way on: what comes before is caches that fill
        "memory_growth_mib": round(held[-1] - held[len(held) // 5], 1),
    }


def _settings(home: Path) -> Settings:
    return Settings(home=home, log_level=LogLevel.WARNING)


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
        write_rows(file, count)
        before = bare(file, Path(folder) / "before.db")
        killed_at = begun_and_killed(Path(folder) / "home", file, count)
        with ProcessPoolExecutor(1, mp_context=_FRESH) as pool:
            figures = pool.submit(finished, Path(folder) / "home", file).result()
        after = bare(file, Path(folder) / "after.db")
    if figures["rows"] != count or figures["resumed_after"] < killed_at:
        raise SystemExit(f"killed at {killed_at} of {count}: {figures}")
    peer = (before + after) / 2
    figures["peer"] = round(peer)
    figures["ratio_to_bare_insert"] = round(figures["rows_per_s"] / peer, 3)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
