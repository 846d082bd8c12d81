"""Asking to be told, and telling: from a case's public answer to a notice for each who asked.

People are told through the account that they wrote to. Who they are is opened only then, by no
person, and is one event of the case in the audit log.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from hub.catalogue.events import ITEM_PUBLISHED
from hub.catalogue.public import store as public
from hub.conversation.contacts import store as contacts
from hub.conversation.notices import store as notices
from hub.conversation.notices.models import Notice, NoticeKind
from hub.conversation.notices.rules import Manners
from hub.conversation.subscriptions.models import Reader
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.events import Event, chain_head, read_events_of
from hub.kernel.ids import IdSource
from hub.opinion.cases import store as cases
from hub.opinion.cases.models import Case, CaseState
from hub.opinion.cases.results import events, store
from hub.opinion.cases.results.models import ResultRequest
from hub.opinion.cases.stepping import respond_in
from hub.opinion.errors import UnknownSignal
from hub.opinion.signals.pseudonyms import Pseudonyms, open_pseudonyms
from hub.opinion.signals.store import get_signal
from hub.organisations.keys.service import InstallationKeys

__all__ = ["Results"]

_ACTOR = "system:cases"
_CURSOR = "cases"
_EVENTS = 100
_CASES = 20  # of one look at who came late
_REMEMBERED = timedelta(days=180)  # longer than any deadline of a case, with a reopening


class Results:
    """`want` is for the bots, `follow` for the clock; both may run in any process."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ids: IdSource,
        keys: InstallationKeys,
        manners: Manners,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._keys = keys
        self._manners = manners

    async def want(self, signal_id: str, reader: Reader) -> bool:
        """Keep that the author of a signal wants to hear of its outcome, at the account they said
        it to; whether that is new. Raises UnknownSignal, also for another person's signal."""
        pseudonyms, now = await open_pseudonyms(self._keys), self._clock.now()
        author = pseudonyms.of(reader.channel, reader.sender)
        told = {"channel": reader.channel, "account": reader.account, "sender": reader.sender}
        new = ResultRequest(
            signal_id=signal_id, sealed=pseudonyms.seal(_about(signal_id), told), asked_at=now
        )

        def work(tx: Transaction) -> bool:
            signal = get_signal(tx.connection, signal_id)
            if signal is None or signal.author != author:
                raise UnknownSignal(signal_id)
            contacts.keep(tx, reader, now + _REMEMBERED)
            added = store.add(tx, new)
            kind = events.RESULT_WANTED
            tx.record(Event(kind=kind, subject=signal_id, actor="system:bots", at=now))
            return added

        return await self._database.write(work)

    async def follow(self) -> int:
        """Tell of every case whose answer became public since the last look; how many people are
        to be told. The first look of an installation begins at the chain's end."""
        at = await self._database.read(lambda c: notices.cursor(c, _CURSOR))
        if at is None:
            await self._database.write(
                lambda tx: notices.move_cursor(tx, _CURSOR, chain_head(tx.connection)[0]),
                audited=False,
            )
            return 0
        made = 0
        kinds = [ITEM_PUBLISHED.name]
        while found := await self._database.read(
            lambda c, at=at: read_events_of(c, kinds, after=at, limit=_EVENTS)  # type: ignore[misc]
        ):
            for event in found:
                made += await self._take(event)
            at = found[-1]["seq"]
        return made

    async def catch_up(self) -> int:
        """Tell whoever asked after the answer was public, or whose words were put under its issue
        only then; how many people are to be told."""
        late = await self._database.read(lambda c: store.answered_before(c, _CASES))
        if not late:
            return 0
        pseudonyms = await open_pseudonyms(self._keys)

        def work(tx: Transaction) -> int:
            found = (cases.get_case(tx.connection, case_id) for case_id in late)
            return sum(self._tell(tx, case, pseudonyms) for case in found if case is not None)

        return await self._database.write(work, audited=False)

    async def _take(self, event: Mapping[str, Any]) -> int:
        """An event, in the transaction that moves the place in the chain."""
        pseudonyms = await open_pseudonyms(self._keys)
        item_id, seq = event["subject"], event["seq"]

        def work(tx: Transaction) -> int:
            case_id = store.answered_by(tx.connection, item_id)
            case = cases.get_case(tx.connection, case_id) if case_id else None
            count = 0 if case is None else self._tell(tx, case, pseudonyms)
            notices.move_cursor(tx, _CURSOR, seq)
            return count

        return await self._database.write(work, audited=False)

    def _tell(self, tx: Transaction, case: Case, pseudonyms: Pseudonyms) -> int:
        version = public.public_numbers(tx.connection, [case.item_id]).get(case.item_id)
        if version is None:
            return 0
        now = self._clock.now()
        if case.state is CaseState.DRAFTED:
            case = respond_in(tx, case, actor=_ACTOR, at=now)
        wanted = store.open_of(tx.connection, case)
        if not wanted:
            return 0
        new = [self._notice(one, case, version, pseudonyms, now) for one in wanted]
        store.mark_told(tx, [one.signal_id for one in wanted], case.item_id)
        kind, data = events.AUTHORS_LOOKED_UP, {"people": len(new), "item": case.item_id}
        tx.record(Event(kind=kind, subject=case.id, actor=_ACTOR, at=now, data=data))
        return notices.add(tx, new)

    def _notice(
        self,
        wanted: ResultRequest,
        case: Case,
        version: int,
        pseudonyms: Pseudonyms,
        now: datetime,
    ) -> Notice:
        return Notice(
            id=self._ids.new(now),
            kind=NoticeKind.RESULT,
            reader=Reader(**pseudonyms.open(_about(wanted.signal_id), wanted.sealed)),
            item_id=case.item_id,
            version=version,
            about=case.id,
            asked_at=wanted.asked_at,
            made_at=now,
            due_at=now,
            expires_at=now + self._manners.expires_after,
        )


def _about(signal_id: str) -> str:
    return f"result:{signal_id}"
