"""What a copy is about, how far it is, and what it found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hub.kernel.rows import Fingerprint

__all__ = ["BEGINNING", "Bookmark", "Copied", "Told"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookmark:
    """How far a table is: its rows down to `depth` (see `hub.kernel.rows.batches`), there up to
    the key `after` (JSON; empty: none yet)."""

    depth: int
    after: str
    rows: int
    done: bool


BEGINNING = Bookmark(depth=0, after="", rows=0, done=False)

# what is done (copy, verify, audit), with which table, and how many rows since it was told last
Told = Callable[[str, str, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A proved copy. `resumed` rows were there from a run before; `head` is of the source's chain
    of audit events, which the target's goes on from."""

    tables: dict[str, Fingerprint]
    resumed: int
    head: str

    @property
    def rows(self) -> int:
        return sum(found.rows for found in self.tables.values())
