"""Giving items their index numbers, inside a transaction that the caller already has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hub.catalogue.errors import IndexTaken
from hub.catalogue.models import ItemDraft
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

    def numbers(
        self, tx: Transaction, bodies: Mapping[str, Body], drafts: Sequence[ItemDraft], at: datetime
    ) -> list[str]:
        """The numbers of new items in their order: the one it brought, else its body's next free
        one.

        The year is that of formation, else of `at`, the time of entry. `bodies` are those of the
        items, by id. Raises IndexTaken for a number that another item of the body has or had.
        """
        self.claim(tx, [(bodies[one.body_id], one.index_no) for one in drafts if one.index_no])
        today = self.today(at)
        waiting = {
            place: (one.body_id, one.formed_on or today)
            for place, one in enumerate(drafts)
            if not one.index_no
        }
        drawn = self._drawn(tx, bodies, waiting)
        return [one.index_no or drawn[place] for place, one in enumerate(drafts)]

    def claim(self, tx: Transaction, numbers: Sequence[tuple[Body, str]]) -> None:
        """Numbers that came from elsewhere are the bodies' from now on; raises IndexTaken."""
        for _, index_no in store.taken(tx.connection, [(body.id, no) for body, no in numbers]):
            raise index_taken(index_no)
        highest: dict[tuple[str, int], int] = {}
        for body, index_no in numbers:
            found = self.pattern.serial_of(index_no, org_of(body))
            if found and 0 < found[1] < 2**31:
                key = (body.id, found[0])
                highest[key] = max(found[1], highest.get(key, 0))
        store.raise_to(tx, highest)

    def _drawn(
        self,
        tx: Transaction,
        bodies: Mapping[str, Body],
        waiting: Mapping[int, tuple[str, date]],
    ) -> dict[int, str]:
        """place → number, for the body id and day at each place. One that is taken all the same
        (another pattern made it, or a person gave it) is passed over."""
        drawn: dict[int, str] = {}
        while waiting:
            counts = Counter((body_id, day.year) for body_id, day in waiting.values())
            following = store.draw(tx, counts)
            made: dict[tuple[str, str], int] = {}
            for place, (body_id, day) in waiting.items():
                serial = following[body_id, day.year]
                following[body_id, day.year] += 1
                made[body_id, self.pattern.render(org_of(bodies[body_id]), day, serial)] = place
            taken = store.taken(tx.connection, made)
            drawn |= {
                place: index_no
                for (b, index_no), place in made.items()
                if (b, index_no) not in taken
            }
            waiting = {place: said for place, said in waiting.items() if place not in drawn}
        return drawn

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
