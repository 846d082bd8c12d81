"""The other peer of the search benchmark: PostgreSQL's full text over the same words.

A tsvector a row, its words and places made by our tokenizer: titles have weight A, bodies D, codes
of body, year and document number C. GIN finds the rows, ts_rank orders them, a title weighing four
times a body.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterable, Iterator, Sequence

import asyncpg
import uvloop

from benchmarks.peer_fts5 import Cut

__all__ = ["SETTINGS", "FullText"]

# memory as SQLite's cache beside it has it, and enough for a sort and for making the index
SETTINGS = {
    "shared_buffers": "256MB",
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "jit": "off",
}
_LAST_PLACE = 16_383  # of a word in a tsvector; later ones are all there
_MOST_PLACES = 255  # of one word
_LONGEST = 2_000  # bytes of a word
_ASK = """
    SELECT id FROM words WHERE found @@ $1::text::tsquery
    ORDER BY ts_rank('{0.25, 0, 0, 1}', found, $1::text::tsquery) DESC LIMIT 10
"""


class FullText:
    """`dsn` is a database with nothing in it."""

    def __init__(self, dsn: str) -> None:
        self._loop = uvloop.new_event_loop()
        self._connection = self._loop.run_until_complete(asyncpg.connect(dsn, command_timeout=3600))
        self._next = 0

    def build(self, batches: Iterable[Sequence[Cut]]) -> None:
        self._run("CREATE UNLOGGED TABLE words (id integer, found tsvector)")
        for batch in batches:
            file = io.BytesIO("".join(self._lines(batch)).encode())
            copying = self._connection.copy_to_table("words", source=file, format="text")
            self._loop.run_until_complete(copying)
        self._run("CREATE INDEX words_found ON words USING gin (found) WITH (fastupdate = off)")
        self._run("VACUUM ANALYZE words")

    def _lines(self, batch: Sequence[Cut]) -> Iterator[str]:
        for cut in batch:
            self._next += 1
            vector = _vector(cut).replace("\\", "\\\\")
            yield f"{self._next}\t{vector}\n"

    @property
    def documents(self) -> int:
        return self._next

    @property
    def mib(self) -> int:
        """Of the table, its long rows and its index."""
        size = self._connection.fetchval("SELECT pg_total_relation_size('words')")
        return round(self._loop.run_until_complete(size) / 2**20)

    def ask(self, words: Sequence[str], codes: Sequence[str] = ()) -> float:
        """Seconds for the ten best rows with any of the words (in title or body) and all codes."""
        either = " | ".join(_quoted(word) + ":AD" for word in words)
        asked = [f"({either})"] if words else []
        asked += [_quoted(code) + ":C" for code in codes]
        begun = time.perf_counter()
        self._loop.run_until_complete(self._connection.fetch(_ASK, " & ".join(asked)))
        return time.perf_counter() - begun

    def close(self) -> None:
        self._loop.run_until_complete(self._connection.close())
        self._loop.close()

    def _run(self, statement: str) -> None:
        self._loop.run_until_complete(self._connection.execute(statement))


def _vector(cut: Cut) -> str:
    """A tsvector as it is written: 'word':1A,7D …"""
    title, body, codes = cut
    places: dict[str, list[str]] = {}
    place = 0
    for text, weight in ((title, "A"), (body, ""), (codes, "C")):
        for word in text.split():
            place = min(place + 1, _LAST_PLACE)
            if len(held := places.setdefault(word, [])) < _MOST_PLACES:
                held.append(f"{place}{weight}")
    fit = {word: held for word, held in places.items() if len(word.encode()) < _LONGEST}
    return " ".join(f"{_quoted(word)}:{','.join(held)}" for word, held in fit.items())


def _quoted(word: str) -> str:
    doubled = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"
