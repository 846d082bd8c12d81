"""Adding, changing and removing what an answer quotes, until the answer goes to review.

An answer quotes only what the public can read now, word for word, with its source (answers are to
be accurate and founded: 国办发〔2016〕61号). While it is not written yet its facts wait; from the
draft on they stand at its end, and each change of them is a new version of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from hub.catalogue.editing import edit_item
from hub.catalogue.models import Item, ItemState
from hub.catalogue.public.store import public_items
from hub.catalogue.rules import draft_of
from hub.catalogue.store import lock_item
from hub.kernel.database import Transaction
from hub.kernel.errors import Conflict, Words
from hub.opinion.cases.models import Case, CaseState
from hub.opinion.cases.quoting import events, store
from hub.opinion.cases.quoting.errors import NoSource, UnknownFact
from hub.opinion.cases.quoting.models import Fact, Quoted
from hub.opinion.cases.quoting.rules import MOST, check_quote, exchanged
from hub.opinion.cases.quoting.standing import quoted, text_of
from hub.opinion.cases.roles import CaseStep
from hub.opinion.cases.stepping import Steps, known, refuse

__all__ = ["Quoting"]

_WRITTEN = frozenset({ItemState.DRAFT, ItemState.RETURNED})


class Quoting(Steps):
    """The quoted facts of a case's answer; who may draft it may quote in it."""

    async def facts(self, case_id: str) -> list[Quoted]:
        """Those of the round, and how their sources stand now. Raises UnknownCase."""

        return await self._database.read(lambda c: quoted(c, known(c, case_id)))

    async def add(self, case_id: str, item_id: str, quote: str, *, actor: str) -> Fact:
        """Quote a published item. Raises NoSource, InvalidInput where it does not say that, and
        Conflict once the answer is under review."""
        now = self._clock.now()

        def work(tx: Transaction, case: Case) -> Fact:
            before = store.facts_of(tx.connection, case.id, case.round)
            if len(before) >= MOST:
                refuse(f"一份回应最多引用 {MOST} 条", f"an answer quotes {MOST} facts at most")
            source = _source(tx.connection, item_id)
            fact = Fact(
                id=self._ids.new(now),
                case_id=case.id,
                round=case.round,
                item_id=source.id,
                version=source.version,
                title=source.title,
                doc_no=source.doc_no,
                quote=check_quote(text_of(source), quote),
                added_by=actor,
                added_at=now,
            )
            self._put(tx, case, before, [*before, fact], actor)
            store.add_fact(tx, fact)
            self._record(tx, events.FACT_ADDED, case.id, actor, _told(fact))
            return fact

        return await self._quoting(case_id, actor, work)

    async def change(
        self, case_id: str, fact_id: str, quote: str, *, actor: str, item_id: str = ""
    ) -> Fact:
        """Quote something else, of the same item or another; raises as `add`, and UnknownFact."""

        def work(tx: Transaction, case: Case) -> Fact:
            before = store.facts_of(tx.connection, case.id, case.round)
            old = _one(before, fact_id)
            source = _source(tx.connection, item_id or old.item_id)
            fact = replace(
                old,
                item_id=source.id,
                version=source.version,
                title=source.title,
                doc_no=source.doc_no,
                quote=check_quote(text_of(source), quote),
            )
            if fact == old:
                return old
            after = [fact if one is old else one for one in before]
            self._put(tx, case, before, after, actor)
            store.change_fact(tx, fact)
            data = {**_told(fact), "before": {"item": old.item_id, "quote": old.quote}}
            self._record(tx, events.FACT_CHANGED, case.id, actor, data)
            return fact

        return await self._quoting(case_id, actor, work)

    async def remove(self, case_id: str, fact_id: str, *, actor: str) -> Fact:
        """Quote it no more. Raises UnknownFact, and Conflict as `add`."""

        def work(tx: Transaction, case: Case) -> Fact:
            before = store.facts_of(tx.connection, case.id, case.round)
            old = _one(before, fact_id)
            self._put(tx, case, before, [one for one in before if one is not old], actor)
            store.remove_fact(tx, old.id)
            self._record(tx, events.FACT_REMOVED, case.id, actor, _told(old))
            return old

        return await self._quoting(case_id, actor, work)

    async def _quoting(
        self, case_id: str, actor: str, work: Callable[[Transaction, Case], Fact]
    ) -> Fact:
        def stepped(tx: Transaction) -> Fact:
            case = known(tx.connection, case_id)
            self.allow(tx.connection, CaseStep.QUOTE, actor, case)
            if case.state not in (CaseState.HANDLING, CaseState.DRAFTED):
                refuse("尚未受理，或回应已公开", "not accepted yet, or answered in public")
            # nobody drafts the answer meanwhile without what is quoted here
            return work(tx, self._changed(tx, case, title=case.title))

        return await self.asked(case_id, CaseStep.QUOTE, actor, stepped)

    def _put(
        self,
        tx: Transaction,
        case: Case,
        before: Sequence[Fact],
        after: Sequence[Fact],
        actor: str,
    ) -> None:
        """Into the answer, where it is written already."""
        if case.state is not CaseState.DRAFTED:
            return
        item = lock_item(tx, case.item_id)
        if item.state not in _WRITTEN:
            raise Conflict(
                Words("回应已送审，引用不能再改", "the answer is under review, or approved"),
                field="facts",
                remedy=Words(
                    "退回后修改，或修改回应另行送审", "have it returned, or edit the answer"
                ),
            )
        draft = replace(draft_of(item), body=exchanged(item.body, before, after))
        at = self._clock.now()
        edit_item(tx, item, draft, actor=actor, at=at, numbering=self._numbering)


def _source(connection: Connection, item_id: str) -> Item:
    """The item as the public sees it."""
    found = public_items(connection, [item_id]).get(item_id)
    if found is None:
        raise NoSource(item_id)
    return found


def _one(facts: Sequence[Fact], fact_id: str) -> Fact:
    found = next((one for one in facts if one.id == fact_id), None)
    if found is None:
        raise UnknownFact(fact_id)
    return found


def _told(fact: Fact) -> dict[str, object]:
    return {"fact": fact.id, "item": fact.item_id, "version": fact.version, "quote": fact.quote}
