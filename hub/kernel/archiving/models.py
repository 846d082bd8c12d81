"""What is kept for how long, and what an archive says about itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Column, Table

from hub.kernel.errors import InvalidInput, Words

__all__ = ["Archive", "AuditRange", "Kept", "Made", "Manifest", "Month", "Pruned", "Unfinished"]

_MONTH = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of the installation's own calendar."""

    year: int
    number: int

    @staticmethod
    def of(at: datetime, zone: ZoneInfo) -> Month:
        local = at.astimezone(zone)
        return Month(local.year, local.month)

    @staticmethod
    def read(text: str) -> Month:
        """Raises InvalidInput for anything but YYYY-MM."""
        found = _MONTH.fullmatch(text)
        if found is None or not 1970 <= int(found[1]) < 3000 or not 1 <= int(found[2]) <= 12:
            raise InvalidInput(
                Words(f"{text} 不是月份", f"{text} is no month"),
                field="month",
                remedy=Words("格式为 YYYY-MM", "write YYYY-MM"),
            )
        return Month(int(found[1]), int(found[2]))

    @property
    def next(self) -> Month:
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    def begins(self, zone: ZoneInfo) -> datetime:
        return datetime(self.year, self.number, 1, tzinfo=zone)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Rows that are archived by the month in which their key was made.

    `finished` is a condition in SQL on a row after which nothing changes it any more. `parts` are
    columns by which rows of other tables belong to one and go with it; `holds` are columns by which
    something that is still needed refers to one, which is left as long as it does. `rule` says
    where the period for keeping comes from.
    """

    name: str
    table: Table
    words: Words
    rule: Words
    finished: str = "1 = 1"
    parts: tuple[Column[Any], ...] = ()
    holds: tuple[Column[Any], ...] = ()
    chained: bool = False  # the audit chain: a range without gaps, nothing left behind


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRange:
    """A piece of the audit chain: from `first`, which follows on the hash `previous`, to `last`,
    whose hash is `hash`."""

    first: int
    previous: str
    last: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What stands beside an archive's file. `since` and `until` are the ends of its month; `table`
    has the records, `rows` counts them and what belongs to them; `chain` is the audit chain's head
    when it was made (SEQ:HASH); `audit` only where it holds events."""

    format: int
    kind: str
    month: str
    part: int
    since: datetime
    until: datetime
    made_at: datetime
    file: str
    bytes: int
    sha256: str
    table: str
    records: int
    rows: dict[str, int]
    chain: str
    audit: AuditRange | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """What the database knows of an archive: where it is, that its manifest is the one that was
    written, and how many of its records have been removed here."""

    kind: str
    month: str
    part: int
    file: str
    sha256: str  # of the manifest
    records: int
    made_at: datetime
    pruned_at: datetime | None
    pruned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """A month that is not archived because so many of its rows are not finished."""

    kind: str
    month: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    archives: tuple[Archive, ...]
    unfinished: tuple[Unfinished, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What became of an archive's records in the database: `removed`; `held` by something that
    refers to them; `changed` since they were archived, which need another archive first."""

    kind: str
    month: str
    part: int
    removed: int
    held: int
    changed: int
