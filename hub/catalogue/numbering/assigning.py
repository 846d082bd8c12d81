"""Giving items their index numbers, inside a transaction that the caller already has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hub.catalogue.errors import IndexTaken
from hub.catalogue.models import Item
from hub.catalogue.numbering import store
from hub.catalogue.numbering.index_numbers import IndexPattern
from hub.kernel.clock import CHINA
from hub.kernel.database import Transaction
from hub.kernel.errors import Words
from hub.organisations.models import Body

__all__ = ["Numbering"]


@dataclass(frozen=True, slots=True)
class Numbering:
    """How an installation numbers: the pattern, and the zone in which its years begin."""

    pattern: IndexPattern = field(default_factory=IndexPattern)
    zone: ZoneInfo = CHINA

    def numbered(self, tx: Transaction, body: Body, rows: Sequence[Item]) -> list[Item]:
        """New items of one body, each with its number: the one it brought, else the next free.

        The year is that of formation, else of entry. Raises IndexTaken for a number that another
        item of the body has or had.
        """
        brought = [row.index_no for row in rows if row.index_no]
        if brought:
            self.claim(tx, body, brought)
        drawn = self._drawn(tx, body, [row for row in rows if not row.index_no])
        return [row if row.index_no else replace(row, index_no=drawn[row.id]) for row in rows]

    def claim(self, tx: Transaction, body: Body, numbers: Sequence[str]) -> None:
        """Numbers that came from elsewhere are the body's from now on; raises IndexTaken."""
        for index_no in store.taken(tx.connection, body.id, numbers):
            raise index_taken(index_no)
        highest: dict[int, int] = {}
        for index_no in numbers:
            found = self.pattern.serial_of(index_no, org_of(body))
            if found and 0 < found[1] < 2**31:
                highest[found[0]] = max(found[1], highest.get(found[0], 0))
        for year, serial in sorted(highest.items()):
            store.raise_to(tx, body.id, year, serial)

    def _drawn(self, tx: Transaction, body: Body, rows: Sequence[Item]) -> dict[str, str]:
        """item id → number. One that is taken all the same (another pattern made it, or a person
        gave it) is passed over."""
        drawn: dict[str, str] = {}
        waiting = list(rows)
        while waiting:
            days = [self._day(row) for row in waiting]
            following = store.draw(tx, body.id, Counter(day.year for day in days))
            made = []
            for row, day in zip(waiting, days, strict=True):
                serial = following[day.year]
                following[day.year] += 1
                made.append((row.id, self.pattern.render(org_of(body), day, serial)))
            taken = store.taken(tx.connection, body.id, [index_no for _, index_no in made])
            drawn |= {item_id: index_no for item_id, index_no in made if index_no not in taken}
            waiting = [row for row in waiting if row.id not in drawn]
        return drawn

    def _day(self, item: Item) -> date:
        return item.formed_on or self.today(item.entered_at)

    def today(self, at: datetime) -> date:
        """The day it is at an instant, in the installation's zone."""
        return at.astimezone(self.zone).date()


def org_of(body: Body) -> str:
    """What stands for the body in its numbers: its official code, else ours."""
    return body.org_code or body.code


def index_taken(index_no: str) -> IndexTaken:
    return IndexTaken(
        Words(f"本单位已用过索引号 {index_no}", f"the body already used index number {index_no}"),
        field="index_no",
        remedy=Words("留空由系统编号，或核对后另填", "leave it empty to have one made"),
    )
