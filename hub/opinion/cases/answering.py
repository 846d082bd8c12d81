"""The answer to a case: drafted as an item, public, rated, closed, and opened anew."""

from __future__ import annotations

from hub.catalogue.editing import enter_item
from hub.catalogue.models import Attribute, ItemDraft
from hub.kernel.database import Transaction
from hub.kernel.errors import InvalidInput, Words
from hub.opinion.cases import events, store
from hub.opinion.cases.models import CASES, Case, CaseEvent, CaseState
from hub.opinion.cases.quoting.rules import exchanged
from hub.opinion.cases.quoting.standing import facts_that_hold
from hub.opinion.cases.roles import CaseStep
from hub.opinion.cases.stepping import Steps, needed, refuse, reopen_in, respond_in

__all__ = ["Answering"]

_BEST = 5


class Answering(Steps):
    """The steps from the draft of an answer to the end of a case."""

    async def draft(self, case_id: str, title: str, body: str, *, actor: str) -> Case:
        """Write the answer as an item of the responsible body, with the facts that were quoted for
        it at its end; from there it goes through the three reviews and the planner as any other.
        Raises what the catalogue raises, and Conflict where a quoted source says so no more."""
        now = self._clock.now()
        item_id = self._ids.new(now)

        def work(tx: Transaction, case: Case) -> Case:
            facts = facts_that_hold(tx.connection, case)
            draft = ItemDraft(
                body_id=case.body_id,
                title=title,
                body=exchanged(body, (), facts) if facts else body,
                attribute=Attribute.PROACTIVE,
                external_key=f"case-{case.id}-{case.round}",
                keywords=("舆情回应",),
            )
            data = {"item": item_id}
            changed = self._step(tx, case, CaseEvent.DRAFTED, actor, data, item_id=item_id)
            enter_item(tx, draft, item_id=item_id, actor=actor, at=now, numbering=self._numbering)
            return changed

        return await self._with(case_id, CaseStep.DRAFT, actor, work)

    async def respond(self, case_id: str, *, actor: str) -> Case:
        """The answer is public: the clocks of answering stop at the moment it became so. Nothing
        is left to do where the hub has seen that by itself.

        Raises Conflict while nobody can read it.
        """
        now = self._clock.now()

        def work(tx: Transaction, case: Case) -> Case:
            if case.state is CaseState.RESPONDED:
                return case
            return respond_in(tx, case, actor=actor, at=now)

        return await self._with(case_id, CaseStep.RESPOND, actor, work)

    async def satisfied(self, case_id: str, stars: int, *, actor: str) -> Case:
        """What the citizen says of the answer, 1 to 5; asked once after each answer."""
        if not 1 <= stars <= _BEST:
            raise InvalidInput(Words("满意度为 1 至 5", "1 to 5"), field="stars")

        def work(tx: Transaction, case: Case) -> Case:
            if case.state is not CaseState.RESPONDED or case.satisfaction:
                refuse("尚未回应或已评价", "not answered yet, or rated already")
            changed = self._changed(tx, case, satisfaction=stars)
            self._record(tx, events.CASE_RATED, case_id, actor, {"stars": stars})
            return changed

        return await self._with(case_id, CaseStep.RATE, actor, work)

    async def close(self, case_id: str, review: str, *, actor: str) -> Case:
        """Close a case with a review of how it was handled; assessment and disposal are on record.

        Raises Conflict while they are not, or while a clock of the level still runs.
        """
        needed(review, "review")

        def work(tx: Transaction, case: Case) -> Case:
            CASES.next(case.state, CaseEvent.CLOSED)
            if not (case.assessment and case.disposal):
                refuse("缺研判或处置记录", "assessment or disposal is not on record")
            running = [
                one
                for one in store.deadlines_of(tx.connection, case.id, case.round)
                if one.met_at is None
            ]
            if running:
                refuse(f"尚未完成：{running[0].explained.zh}", "a clock still runs")
            values = {"review": review.strip(), "closed_at": self._clock.now()}
            return self._step(tx, case, CaseEvent.CLOSED, actor, {"review": review}, **values)

        return await self._with(case_id, CaseStep.CLOSE, actor, work)

    async def reopen(self, case_id: str, reason: str, *, actor: str) -> Case:
        """It was not solved: back to the same body, with new clocks."""
        needed(reason, "reason")

        now = self._clock.now()

        def work(tx: Transaction, case: Case) -> Case:
            return reopen_in(tx, case, reason, actor=actor, at=now)

        return await self._with(case_id, CaseStep.REOPEN, actor, work)
