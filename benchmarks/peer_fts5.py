"""The peer of the search benchmark: SQLite's FTS5 over the same words, ranked by bm25.

Contentless, tokenised by unicode61, title weighing four times a body; codes of body, year and
document number are words of a third column, so that filters are part of its query.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from hub.catalogue.search.models import Entry
from hub.catalogue.search.normalise import normalised, prepared
from hub.catalogue.search.segment import segmenter
from hub.catalogue.search.store import Raw, entries_of

__all__ = ["Fts5", "cut_rows"]

Cut = tuple[str, str, str]
_RANK = "bm25(words, 4.0, 1.0, 0.0)"


def cut_rows(rows: Sequence[Raw]) -> list[Cut]:
    """Title, body and codes of the rows, cut into the words that our index takes as well."""
    return [_cut(entry) for row in rows for entry in entries_of(row)]


def _cut(entry: Entry) -> Cut:
    words = segmenter()
    title = " ".join(word for word, _, _ in words.pieces(normalised(entry.title)))
    body = " ".join(word for word, _, _ in words.pieces(prepared(entry.body)))
    year = entry.dated.year if entry.dated else 0
    return title, body, f"y{year} o{entry.body_id} d{entry.doc_no.encode().hex()}"


class Fts5:
    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.execute("PRAGMA cache_size=-262144")
        self._connection.execute("PRAGMA mmap_size=34359738368")

    def build(self, batches: Iterable[Sequence[Cut]]) -> None:
        self._connection.execute(
            "CREATE VIRTUAL TABLE words USING fts5"
            "(title, body, codes, content='', tokenize='unicode61')"
        )
        for batch in batches:
            with self._connection:
                self._connection.executemany(
                    "INSERT INTO words (title, body, codes) VALUES (?, ?, ?)", batch
                )

    @property
    def documents(self) -> int:
        found = self._connection.execute("SELECT count(*) FROM words_docsize").fetchone()
        return int(found[0])

    def ask(self, words: Sequence[str], codes: Sequence[str] = ()) -> float:
        """Seconds for the ten best rows with any of the words (in title or body) and all codes."""
        either = " OR ".join(f'"{word}"' for word in words)
        asked = [f"{{title body}}: ({either})"] if words else []
        asked += [f'codes: "{code}"' for code in codes]
        query = f"SELECT rowid FROM words WHERE words MATCH ? ORDER BY {_RANK} LIMIT 10"
        begun = time.perf_counter()
        self._connection.execute(query, (" AND ".join(asked),)).fetchall()
        return time.perf_counter() - begun

    def close(self) -> None:
        self._connection.close()
