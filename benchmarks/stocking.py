"""Fills a catalogue with the items of a made-up province, by SQL over its tables.

The catalogue's own import checks, numbers, hashes and audits every item; that is measured beside it
on a few thousand rows, and by `bench_import.py` on a million.
"""

from __future__ import annotations

import itertools
import json
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from app.compose import Hub
from benchmarks.corpus import ROOT, Province, Text, bodies_of, regulations
from hub.catalogue.models import Attribute, ItemDraft
from hub.catalogue.rules import content_hash
from hub.kernel.columns import microseconds
from hub.kernel.ids import IdSource

__all__ = ["SEED", "import_rate", "province", "stock", "write_rows"]

SEED = 20161231
_BATCH = 5_000
_PUBLISHED = {"state": "approved", "public_version": 1}


def province(texts: Path | None = None) -> tuple[Province, list[Any]]:
    """The generator and the bodies in whose name it writes."""
    listed = json.loads((ROOT / "simulators" / "data" / "bodies.json").read_text("utf-8"))
    bodies = bodies_of([(body["code"], body["name"]) for body in listed])
    return Province(bodies, regulations(texts), SEED), bodies


def write_rows(file: Path, rows: int, texts: Path | None = None) -> None:
    """A file to import, in JSON Lines: items of all the bodies, in no order."""
    made, bodies = province(texts)
    with file.open("wb") as out:
        for n, item in enumerate(made.items(rows)):
            row = {
                "key": f"imported-{n}",
                "title": item.title,
                "body": item.text,
                "attribute": "proactive",
                "body_code": bodies[item.body].code,
                "doc_no": item.doc_no,
                "theme": item.theme,
                "genre": item.genre,
                "formed_on": item.formed_on.isoformat(),
            }
            out.write(msgspec.json.encode(row) + b"\n")


async def import_rate(hub: Hub, folder: Path, rows: int, texts: Path | None) -> float:
    """Rows a second of `gongkai item import` with items like the others."""
    file = folder / "import.jsonl"
    write_rows(file, rows, texts)
    begun = time.perf_counter()
    report = await hub.catalogue.import_file(file, actor="bench")
    if report.added != rows:
        raise RuntimeError(f"{report.added} of {rows} imported: {report.faults[:3]}")
    return rows / (time.perf_counter() - begun)


async def stock(hub: Hub, count: int, texts: Path | None) -> float:
    """Put `count` public items into the catalogue; rows a second."""
    made, bodies = province(texts)
    await hub.organisations.import_bodies(bodies, actor="bench")
    ids = {body.code: body.id for body in await hub.organisations.bodies()}
    draft = ItemDraft(
        body_id=ids[bodies[0].code], title="样本", body="样本", attribute=Attribute.PROACTIVE
    )
    sample = await hub.catalogue.add(draft, actor="bench")
    connection = sqlite3.connect(hub.settings.database_path)
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous=OFF")
        rows = _Rows(connection, sample.id, [ids[body.code] for body in bodies])
        begun = time.perf_counter()
        items = made.items(count)
        while batch := list(itertools.islice(items, _BATCH)):
            rows.insert(batch)
        return count / (time.perf_counter() - begun)
    finally:
        connection.close()


class _Rows:
    """Items as rows like those of a sample that came in through the catalogue."""

    def __init__(self, connection: sqlite3.Connection, sample: str, body_ids: list[str]) -> None:
        self._connection = connection
        self._body_ids = body_ids
        self._item = self._one("items WHERE id = ?", sample)
        self._version = self._one("item_versions WHERE item_id = ?", sample)
        self._content = json.loads(self._version["content"])
        now = datetime.now(UTC)
        self._ids, self._now = IdSource(), now
        fixed = _PUBLISHED | {"published_at": microseconds(now)}
        self._item |= {name: value for name, value in fixed.items() if name in self._item}

    def _one(self, where: str, key: str) -> dict[str, Any]:
        return dict(self._connection.execute(f"SELECT * FROM {where}", (key,)).fetchone())

    def insert(self, batch: list[Text]) -> None:
        pairs = list(self._pairs(batch))
        with self._connection:
            for table, rows in (
                ("items", [item for item, _ in pairs]),
                ("item_versions", [version for _, version in pairs]),
            ):
                names = ", ".join(rows[0])
                marks = ", ".join("?" for _ in rows[0])
                self._connection.executemany(
                    f"INSERT INTO {table} ({names}) VALUES ({marks})",
                    [tuple(row.values()) for row in rows],
                )

    def _pairs(self, batch: list[Text]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        for item in batch:
            item_id = self._ids.new(self._now)
            said = {
                "body_id": self._body_ids[item.body],
                "title": item.title,
                "doc_no": item.doc_no,
                "theme": item.theme,
                "genre": item.genre,
                "formed_on": item.formed_on.isoformat(),
            }
            content = self._content | said | {"body": item.text}
            said |= {"public_theme": item.theme, "public_genre": item.genre}
            known = {name: value for name, value in said.items() if name in self._item}
            known |= {"public_theme": item.theme, "public_genre": item.genre}
            keys = {"id": item_id, "external_key": item_id, "content_hash": content_hash(content)}
            if "index_no" in self._item:
                keys |= {"index_no": item_id}
            version = {
                "item_id": item_id,
                "content_hash": keys["content_hash"],
                "content": msgspec.json.encode(content, order="sorted").decode(),
            }
            yield self._item | known | keys, self._version | version
