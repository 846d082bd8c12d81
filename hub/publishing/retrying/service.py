"""Sending many again: a look that changes nothing, then exactly what was looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import InvalidInput, Words
from hub.kernel.events import Event
from hub.organisations.authority.sight import Sight
from hub.publishing.board import store as board
from hub.publishing.board.models import GROUPS, Group, Looked
from hub.publishing.models import DeliveryState
from hub.publishing.retrying import events, store
from hub.publishing.retrying.models import MOST, Candidate, Facts, Preview, Retried, Why
from hub.publishing.retrying.models import Group as Left
from hub.publishing.retrying.rules import grouped, why_not

__all__ = ["Retrying"]

_S = DeliveryState
_GRACE = timedelta(hours=1)
_AGAIN = (_S.FAILED, _S.EXPIRED)


@dataclass(frozen=True, slots=True)
class _Judged:
    asked: Candidate
    name: str
    why: Why | None


class Retrying:
    """One transaction per method."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._on_change = on_change

    async def look(self, looked: Looked, sight: Sight, *, late: bool = False) -> Preview:
        """What of a list of the board would be sent again and what would not, of accounts in
        `sight`; the first MOST of the list, in its order. Nothing is changed."""
        narrowed = replace(
            looked, states=looked.states or GROUPS[Group.TROUBLE], after="", limit=MOST
        )

        def work(connection: Connection) -> Preview:
            few = None
            if not looked.plan_id and not looked.account_id:
                few = board.few_accounts(connection, sight, looked.channel)
            ids, more = board.ids_of(connection, narrowed, sight, few)
            judged = self._judged(connection, ids, sight, late)
            good = [one for one in judged if one.why is None]
            return Preview(
                ids=tuple(one.asked.id for one in good),
                will=grouped((_cause(one.asked), None, one.asked.state, one.name) for one in good),
                cannot=_left(judged),
                more=more,
            )

        return await self._database.read(work)

    async def retry(
        self, ids: Sequence[str], sight: Sight, actor: str, *, late: bool = False
    ) -> Retried:
        """Start those again that may be at this moment, in one transaction; the others stay and
        are told. Raises InvalidInput for more than MOST, or none."""
        asked = list(dict.fromkeys(ids))
        if not 0 < len(asked) <= MOST:
            raise InvalidInput(
                Words(f"一次重发 1 至 {MOST} 条", f"1 to {MOST} at once"),
                field="ids",
                remedy=Words("先预览，再分次重发", "look first, then send them in turns"),
            )
        done = await self._database.write(lambda tx: self._retry(tx, asked, sight, actor, late))
        self._on_change()
        return done

    def _retry(
        self, tx: Transaction, ids: Sequence[str], sight: Sight, actor: str, late: bool
    ) -> Retried:
        now = self._clock.now()
        judged = self._judged(tx.connection, ids, sight, late)
        good = [one.asked.id for one in judged if one.why is None]
        ready = store.make_ready(tx, _AGAIN, good, now, _GRACE)
        if ready:
            data = {"deliveries": ready, "late": late}
            kind = events.RETRIED_TOGETHER
            tx.record(Event(kind=kind, subject="deliveries", actor=actor, at=now, data=data))
        return Retried(ready=len(ready), cannot=_left(judged))

    def _judged(
        self, connection: Connection, ids: Sequence[str], sight: Sight, late: bool
    ) -> list[_Judged]:
        """Each in the order of `ids`, with why it may not be sent again."""
        now = self._clock.now()
        known = {one.id: one for one in store.wanted(connection, ids)}
        rows = [known[one] for one in ids if one in known]
        names = store.owners(connection, {row.account_id for row in rows})
        later = [row.id for row in rows if row.part and row.state in _AGAIN]
        unhindered = store.after_what_is_out(connection, later)
        behind = {one for one in later if one not in unhindered}
        recalled = store.recalled(connection, {row.edition_id for row in rows})

        def facts(row: Candidate) -> Facts:
            return Facts(
                id=row.id,
                state=row.state,
                reason=row.reason,
                purpose=row.purpose,
                not_after=row.not_after,
                behind=row.id in behind,
                recalled=row.edition_id in recalled,
                foreign=not sight.whole and names[row.account_id][1] not in sight.bodies,
            )

        return [
            _Judged(row, names[row.account_id][0], why_not(facts(row), now, late=late))
            for row in rows
        ]


def _left(judged: Iterable[_Judged]) -> tuple[Left, ...]:
    return grouped(
        (one.why.words, one.why.remedy, None, one.name) for one in judged if one.why is not None
    )


def _cause(asked: Candidate) -> Words:
    """Why it did not go out, as the platform or the ledger says."""
    if asked.error.zh:
        return asked.error
    late = Words("过期未发", "too late, not sent")
    return late if asked.state is _S.EXPIRED else Words("发送失败", "it failed")
