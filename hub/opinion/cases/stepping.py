"""What every step of a case shares: one transaction, the state table, the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NoReturn, TypeVar

from sqlalchemy import Connection

from hub.catalogue.numbering.assigning import Numbering
from hub.catalogue.store import get_item
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Conflict, Forbidden, InvalidInput, Words
from hub.kernel.events import Event, Kind
from hub.kernel.ids import IdSource
from hub.opinion.cases import events, store
from hub.opinion.cases.models import CASES, Case, CaseEvent, DeadlineKind
from hub.opinion.cases.roles import CaseStep, require_step
from hub.opinion.cases.rules import deadlines_of
from hub.opinion.errors import UnknownCase
from hub.review.history.refusals import record_refusal

__all__ = ["Steps", "known", "needed", "refuse", "reopen_in", "respond_in"]

T = TypeVar("T")


class Steps:
    """The ground that `CaseService` and its parts stand on. `strict`: a step needs the role that
    `CASE_ROLES` demands, and a refusal is recorded."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ids: IdSource,
        numbering: Numbering | None = None,
        strict: bool = False,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._numbering = numbering
        self._strict = strict

    async def _with(
        self, case_id: str, step: CaseStep, actor: str, work: Callable[[Transaction, Case], Case]
    ) -> Case:
        def stepped(tx: Transaction) -> Case:
            case = known(tx.connection, case_id)
            self.allow(tx.connection, step, actor, case)
            return work(tx, case)

        return await self.asked(case_id, step, actor, stepped)

    async def asked(
        self, subject: str, step: CaseStep, actor: str, work: Callable[[Transaction], T]
    ) -> T:
        """Run `work`; that somebody lacked the role for it is recorded beside `subject`."""
        try:
            return await self._database.write(work)
        except Forbidden as error:
            now = self._clock.now()
            await record_refusal(
                self._database, error, attempt=step, subject=subject, login=actor, at=now
            )
            raise

    def allow(self, connection: Connection, step: CaseStep, actor: str, case: Case | None) -> None:
        """Raises RoleNeeded and UnknownPerson where roles are asked for."""
        if self._strict:
            require_step(connection, actor, step, case)

    def _start(self, tx: Transaction, case: Case) -> None:
        clocks = deadlines_of(case.id, case.kind, case.level, self._clock.now())
        store.add_deadlines(tx, clocks, case.round)

    def _step(
        self,
        tx: Transaction,
        case: Case,
        event: CaseEvent,
        actor: str,
        data: Mapping[str, object],
        **values: Any,
    ) -> Case:
        """Take the case to where `event` leads; raises IllegalTransition."""
        state = CASES.next(case.state, event)
        changed = self._changed(tx, case, state=state, **values)
        self._record(tx, events.CASE_STEPS[event], case.id, actor, data)
        return changed

    def _changed(self, tx: Transaction, case: Case, **values: Any) -> Case:
        if not store.change(tx, case, **values):
            refuse("已被他人改动，请重试", "somebody else was quicker, look again")
        return replace(case, **values)

    def _record(
        self, tx: Transaction, kind: Kind, subject: str, actor: str, data: Mapping[str, object]
    ) -> None:
        at = self._clock.now()
        tx.record(Event(kind=kind, subject=subject, actor=actor, at=at, data=data))


def respond_in(tx: Transaction, case: Case, *, actor: str, at: datetime) -> Case:
    """The answer is public: the clocks of answering stop at the moment it became so. Raises
    Conflict while nobody can read it."""
    state = CASES.next(case.state, CaseEvent.RESPONDED)
    public = get_item(tx.connection, case.item_id).published_at
    if public is None:
        refuse("回应尚未公开", "the answer is not public yet")
    store.meet(tx, case, (DeadlineKind.ANSWER, DeadlineKind.AUTHORITATIVE), public)
    if not store.change(tx, case, state=state, responded_at=public):
        refuse("已被他人改动，请重试", "somebody else was quicker, look again")
    data = {"item": case.item_id, "public": public.isoformat()}
    kind = events.CASE_STEPS[CaseEvent.RESPONDED]
    tx.record(Event(kind=kind, subject=case.id, actor=actor, at=at, data=data))
    return replace(case, state=state, responded_at=public)


def reopen_in(tx: Transaction, case: Case, reason: str, *, actor: str, at: datetime) -> Case:
    """It was not solved: back to the same body, to be answered anew under new clocks."""
    values: dict[str, Any] = {
        "state": CASES.next(case.state, CaseEvent.REOPENED),
        "round": case.round + 1,
        "item_id": "",
        "satisfaction": 0,
        "responded_at": None,
        "closed_at": None,
    }
    if not store.change(tx, case, **values):
        refuse("已被他人改动，请重试", "somebody else was quicker, look again")
    again = replace(case, **values)
    kind, data = events.CASE_STEPS[CaseEvent.REOPENED], {"reason": reason}
    tx.record(Event(kind=kind, subject=case.id, actor=actor, at=at, data=data))
    store.add_deadlines(tx, deadlines_of(case.id, case.kind, case.level, at), again.round)
    return again


def known(connection: Connection, case_id: str) -> Case:
    found = store.get_case(connection, case_id)
    if found is None:
        raise UnknownCase(case_id)
    return found


def needed(text: str, field: str) -> None:
    if not text.strip():
        raise InvalidInput(Words("须写明", "it has to be said"), field=field)


def refuse(zh: str, en: str) -> NoReturn:
    raise Conflict(Words(zh, en), field="case")
