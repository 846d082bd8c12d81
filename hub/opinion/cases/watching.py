"""Warnings before each deadline of a case, and escalation after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.events import Event, Kind
from hub.opinion.cases import events, store
from hub.opinion.cases.models import Deadline, Notice
from hub.opinion.cases.rules import notice_due
from hub.opinion.cases.warning import tell_of
from hub.opinion.telling.teller import Teller

__all__ = ["CaseWatch"]

_ACTOR = "system:cases"
_LOOKED_AT = 1_000  # clocks per look
_AHEAD = timedelta(days=14)  # a fifth of 15 working days lies within it, over any holiday
_NOTICES: Mapping[Notice, Kind] = {
    Notice.WARNING: events.CASE_NEAR,
    Notice.PASSED: events.CASE_OVERDUE,
    Notice.LEADER: events.CASE_ESCALATED,
    Notice.OFFICE: events.CASE_ESCALATED,
}


class CaseWatch:
    """Where a clock stands is in the database alone: a look may be missed, the next one tells."""

    def __init__(self, *, database: Database, clock: Clock, teller: Teller | None = None) -> None:
        self._database = database
        self._clock = clock
        self._teller = teller

    async def watch(self) -> list[Deadline]:
        """Look at every clock that runs and tell whoever is to be told by now, each once; what was
        told, as the audit log has it."""
        now = self._clock.now()
        found = await self._database.read(
            lambda c: store.open_deadlines(c, now + _AHEAD, _LOOKED_AT)
        )
        due = [(one, notice_due(one, now)) for one in found]
        news = [(one, notice) for one, notice in due if notice is not one.told]
        if not news:
            return []

        def tell(tx: Transaction) -> list[Deadline]:
            told = []
            for one, notice in news:
                if store.tell(tx, one, notice):
                    kind = _NOTICES[notice]
                    whom = tell_of(tx, self._teller, one, notice) if self._teller else ()
                    data = {"kind": one.kind, "told": notice, "clock": one.explained.zh}
                    data["whom"] = "、".join(whom)
                    tx.record(
                        Event(kind=kind, subject=one.case_id, actor=_ACTOR, at=now, data=data)
                    )
                    told.append(replace(one, told=notice))
            return told

        return await self._database.write(tell)
