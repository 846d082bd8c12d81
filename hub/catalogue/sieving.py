"""From raw rows to what may land: each checked, and a key that comes twice in a file found.

What was seen is kept in a scratch file, not in memory: a million keys would be a fifth of a
gigabyte.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hub.catalogue import rules
from hub.catalogue.classification.rules import Themes
from hub.catalogue.imports import RowFault
from hub.catalogue.models import ItemDraft, Validity
from hub.catalogue.reading import RawRow, fault
from hub.catalogue.shapes import draft_of_row
from hub.kernel.errors import InvalidInput, Words

__all__ = ["GoodRow", "Sieve", "Sorted"]

_CACHE_KIB = 32_768


@dataclass(frozen=True, slots=True)
class GoodRow:
    """A row that may land; `content` is canonical JSON, and `digest` says whether the row differs
    from the last import of its key."""

    number: int
    draft: ItemDraft
    content: str
    content_hash: str
    digest: str

    @property
    def key(self) -> tuple[str, str]:
        return self.draft.body_id, self.draft.external_key


@dataclass(slots=True)
class Sorted:
    """The good rows, how many repeat an earlier one word for word, the faults and remarks."""

    good: list[GoodRow] = field(default_factory=list)
    repeated: int = 0
    faults: list[RowFault] = field(default_factory=list)
    remarks: list[RowFault] = field(default_factory=list)


class Sieve:
    """Sorts raw rows into good ones and faults. Used by one thread at a time."""

    def __init__(
        self, bodies: Mapping[str, tuple[str, str]], default_body: str, themes: Themes
    ) -> None:
        self._bodies = bodies
        self._default = default_body
        self._themes = themes
        # an empty name is a file of its own that vanishes with the connection
        self._seen = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._seen.execute("PRAGMA journal_mode=OFF")
        self._seen.execute("PRAGMA synchronous=OFF")
        self._seen.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")  # keys come in no order
        self._seen.execute(
            "CREATE TABLE seen (key BLOB PRIMARY KEY, row INTEGER, content BLOB) WITHOUT ROWID"
        )

    def close(self) -> None:
        self._seen.close()

    def sort(self, rows: Sequence[RawRow]) -> Sorted:
        found = Sorted()
        checked: list[GoodRow] = []
        for row in rows:
            good, wrong, remarks = self._check(row)
            found.faults += [RowFault(row.number, error) for error in wrong]
            if good is not None:
                checked.append(good)
                found.remarks += [RowFault(row.number, error) for error in remarks]
        self._once(checked, found)
        return found

    def _check(
        self, row: RawRow
    ) -> tuple[GoodRow | None, Sequence[InvalidInput], Sequence[InvalidInput]]:
        if row.fault is not None:
            return None, [row.fault], ()
        read = draft_of_row(row.values, self._bodies, self._default, self._themes)
        if read.draft is None:
            return None, read.faults, ()
        return _good(row.number, read.draft), (), (*row.remarks, *read.remarks)

    def _once(self, rows: Sequence[GoodRow], found: Sorted) -> None:
        """Keep every row whose key did not come before; the same content again is no news."""
        marks = [(_mark(row), row.number, bytes.fromhex(row.digest)) for row in rows]
        before = self._seen.total_changes
        self._seen.execute("BEGIN")
        self._seen.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?, ?)", marks)
        self._seen.execute("COMMIT")
        if self._seen.total_changes - before == len(rows):  # none of them came before
            found.good += rows
            return
        look = "SELECT row, content FROM seen WHERE key = ?"
        for row, (mark, number, content) in zip(rows, marks, strict=True):
            first, held = self._seen.execute(look, (mark,)).fetchone()
            if first == number:
                found.good.append(row)
            elif held == content:
                found.repeated += 1
            else:
                found.faults.append(RowFault(number, _doubled(first)))


def _mark(row: GoodRow) -> bytes:
    return hashlib.sha256("\n".join(row.key).encode()).digest()[:16]


def _good(number: int, draft: ItemDraft) -> GoodRow:
    content, content_hash = rules.sealed(draft)
    digest = content_hash
    if draft.validity is not Validity.IN_FORCE:
        digest = hashlib.sha256(f"{digest} {draft.validity}".encode()).hexdigest()
    return GoodRow(number, draft, content, content_hash, digest)


def _doubled(first: int) -> InvalidInput:
    return fault(
        "key",
        f"外部编号与第 {first} 行相同而内容不同",
        f"the same key as row {first}, with other content",
        Words("每行给一个不重复的编号", "give every row a key of its own"),
    )
