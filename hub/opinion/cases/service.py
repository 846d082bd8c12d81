"""What may be done with cases: open, route, handle, answer, close; each step one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NoReturn

from sqlalchemy import Connection

from hub.catalogue import store as catalogue
from hub.catalogue.editing import enter_item
from hub.catalogue.models import Attribute, ItemDraft
from hub.catalogue.numbering.assigning import Numbering
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Conflict, InvalidInput, Words
from hub.kernel.events import Event, Kind
from hub.kernel.ids import IdSource
from hub.opinion.cases import events, store
from hub.opinion.cases.models import (
    CASES,
    Case,
    CaseEvent,
    CaseLevel,
    CaseState,
    Deadline,
    DeadlineKind,
    NewCase,
    Routing,
)
from hub.opinion.cases.rules import deadlines_of, route
from hub.opinion.errors import UnknownCase
from hub.opinion.issues import store as issues
from hub.opinion.judging import store as judgements
from hub.opinion.judging.taxonomy import Labels
from hub.organisations.store import get_body, list_bodies

__all__ = ["CaseService"]

_BEST = 5
_LONGEST_TITLE = 200


class CaseService:
    """`departments` is the list that routing goes by."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ids: IdSource,
        departments: Labels,
        numbering: Numbering | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._departments = departments
        self._numbering = numbering

    async def open(self, new: NewCase, *, actor: str) -> Case:
        """Open a case; its clocks start now. Raises InvalidInput without a title."""
        if not 0 < len(new.title.strip()) <= _LONGEST_TITLE:
            raise InvalidInput(
                Words(f"标题须为 1 至 {_LONGEST_TITLE} 字", "a title is needed"), field="title"
            )
        now = self._clock.now()
        case = Case(
            id=self._ids.new(now),
            title=new.title.strip(),
            kind=new.kind,
            level=new.level,
            state=CaseState.REGISTERED,
            issue_id=new.issue_id,
            signal_id=new.signal_id,
            body_id="",
            joint=(),
            reason="",
            assessment="",
            disposal="",
            item_id="",
            satisfaction=0,
            review="",
            round=1,
            opened_at=now,
            opened_by=actor,
            responded_at=None,
            closed_at=None,
        )

        def work(tx: Transaction) -> Case:
            store.add_case(tx, case)
            self._start(tx, case)
            data = {"kind": case.kind, "level": case.level, "issue": case.issue_id}
            self._record(tx, events.CASE_OPENED, case.id, actor, data)
            return case

        return await self._database.write(work)

    async def set_level(self, case_id: str, level: CaseLevel, *, actor: str) -> Case:
        """Raise or lower the level; clocks of the new level that do not run yet start now, those
        that run go on: what was promised stays promised."""

        def work(tx: Transaction, case: Case) -> Case:
            changed = self._changed(tx, case, level=level)
            self._start(tx, changed)
            self._record(tx, events.CASE_LEVEL_SET, case_id, actor, {"level": level})
            return changed

        return await self._with(case_id, work)

    async def routing(self, case_id: str) -> Routing | None:
        """The body that the judgement of what the case is about points to, and why."""

        def read(connection: Connection) -> Routing | None:
            case = _known(connection, case_id)
            departments, place = _about(connection, case)
            return route(list_bodies(connection), self._departments, departments, place)

        return await self._database.read(read)

    async def route(
        self,
        case_id: str,
        *,
        actor: str,
        body_id: str = "",
        reason: str = "",
        joint: Sequence[str] = (),
    ) -> Case:
        """Hand a case to the responsible body, with others that take part.

        Without `body_id` to the one that `routing` names. Raises Conflict where none fits, and
        InvalidInput for a body of one's own choosing without a reason.
        """
        suggested = None if body_id else await self.routing(case_id)
        if not body_id and suggested is None:
            raise Conflict(
                Words("判断不出责任单位", "no body fits"),
                field="body",
                remedy=Words("用 --body 指定并写明理由", "name one with --body and a reason"),
            )
        if body_id and not reason.strip():
            raise InvalidInput(Words("指定单位须写明理由", "a reason is needed"), field="reason")
        target = suggested.body_id if suggested else body_id
        why = suggested.reason.zh if suggested else reason.strip()

        def work(tx: Transaction, case: Case) -> Case:
            for one in (target, *joint):
                get_body(tx.connection, one)
            others = tuple(one for one in dict.fromkeys(joint) if one != target)
            values = {"body_id": target, "reason": why, "joint": others}
            data = {"body": target, "joint": list(others), "reason": why}
            return self._step(tx, case, CaseEvent.ROUTED, actor, data, **values)

        return await self._with(case_id, work)

    async def send_back(self, case_id: str, reason: str, *, actor: str) -> Case:
        """The body says that it is not its matter; clocks go on."""
        _needed(reason, "reason")

        def work(tx: Transaction, case: Case) -> Case:
            data = {"body": case.body_id, "reason": reason}
            return self._step(tx, case, CaseEvent.RETURNED, actor, data, body_id="", joint=())

        return await self._with(case_id, work)

    async def accept(self, case_id: str, *, actor: str) -> Case:
        return await self._with(
            case_id, lambda tx, case: self._step(tx, case, CaseEvent.ACCEPTED, actor, {})
        )

    async def note(
        self, case_id: str, *, actor: str, assessment: str = "", disposal: str = ""
    ) -> Case:
        """Write down how a case is assessed (研判), or what was done (处置)."""
        given = {"assessment": assessment.strip(), "disposal": disposal.strip()}
        told = {name: text for name, text in given.items() if text}
        if not told:
            _needed("", "assessment")

        def work(tx: Transaction, case: Case) -> Case:
            if case.state not in (CaseState.HANDLING, CaseState.DRAFTED, CaseState.RESPONDED):
                _refuse("尚未受理或已办结", "not accepted yet, or closed")
            changed = self._changed(tx, case, **told)
            self._record(tx, events.CASE_NOTED, case_id, actor, told)
            return changed

        return await self._with(case_id, work)

    async def announce(self, case_id: str, kind: DeadlineKind, *, actor: str) -> Case:
        """Authoritative information is out, or the press conference was held: its clock stops.

        The answer's clock stops when the answer is public. Raises Conflict where no such clock
        runs.
        """
        if kind is DeadlineKind.ANSWER:
            _refuse("答复以公开为准，用 case respond", "an answer counts when it is public")

        def work(tx: Transaction, case: Case) -> Case:
            if not store.meet(tx, case, (kind,), self._clock.now()):
                _refuse("没有在计时的这一时限", "no such clock runs")
            self._record(tx, events.CASE_ANNOUNCED, case_id, actor, {"kind": kind})
            return case

        return await self._with(case_id, work)

    async def draft(self, case_id: str, title: str, body: str, *, actor: str) -> Case:
        """Write the answer as an item of the responsible body; from there it goes through the
        three reviews and the planner as any other. Raises what the catalogue raises."""
        now = self._clock.now()
        item_id = self._ids.new(now)

        def work(tx: Transaction, case: Case) -> Case:
            draft = ItemDraft(
                body_id=case.body_id,
                title=title,
                body=body,
                attribute=Attribute.PROACTIVE,
                external_key=f"case-{case.id}-{case.round}",
                keywords=("舆情回应",),
            )
            data = {"item": item_id}
            changed = self._step(tx, case, CaseEvent.DRAFTED, actor, data, item_id=item_id)
            enter_item(tx, draft, item_id=item_id, actor=actor, at=now, numbering=self._numbering)
            return changed

        return await self._with(case_id, work)

    async def respond(self, case_id: str, *, actor: str) -> Case:
        """The answer is public: the clocks of answering stop at the moment it became so.

        Raises Conflict while nobody can read it.
        """

        def work(tx: Transaction, case: Case) -> Case:
            CASES.next(case.state, CaseEvent.RESPONDED)
            public = catalogue.get_item(tx.connection, case.item_id).published_at
            if public is None:
                _refuse("回应尚未公开", "the answer is not public yet")
            store.meet(tx, case, (DeadlineKind.ANSWER, DeadlineKind.AUTHORITATIVE), public)
            data = {"item": case.item_id, "public": public.isoformat()}
            return self._step(tx, case, CaseEvent.RESPONDED, actor, data, responded_at=public)

        return await self._with(case_id, work)

    async def satisfied(self, case_id: str, stars: int, *, actor: str) -> Case:
        """What the citizen says of the answer, 1 to 5; asked once after each answer."""
        if not 1 <= stars <= _BEST:
            raise InvalidInput(Words("满意度为 1 至 5", "1 to 5"), field="stars")

        def work(tx: Transaction, case: Case) -> Case:
            if case.state is not CaseState.RESPONDED or case.satisfaction:
                _refuse("尚未回应或已评价", "not answered yet, or rated already")
            changed = self._changed(tx, case, satisfaction=stars)
            self._record(tx, events.CASE_RATED, case_id, actor, {"stars": stars})
            return changed

        return await self._with(case_id, work)

    async def close(self, case_id: str, review: str, *, actor: str) -> Case:
        """Close a case with a review of how it was handled; assessment and disposal are on record.

        Raises Conflict while they are not, or while a clock of the level still runs.
        """
        _needed(review, "review")

        def work(tx: Transaction, case: Case) -> Case:
            CASES.next(case.state, CaseEvent.CLOSED)
            if not (case.assessment and case.disposal):
                _refuse("缺研判或处置记录", "assessment or disposal is not on record")
            running = [
                one
                for one in store.deadlines_of(tx.connection, case.id, case.round)
                if one.met_at is None
            ]
            if running:
                _refuse(f"尚未完成：{running[0].explained.zh}", "a clock still runs")
            values = {"review": review.strip(), "closed_at": self._clock.now()}
            return self._step(tx, case, CaseEvent.CLOSED, actor, {"review": review}, **values)

        return await self._with(case_id, work)

    async def reopen(self, case_id: str, reason: str, *, actor: str) -> Case:
        """It was not solved: back to the same body, with new clocks."""
        _needed(reason, "reason")

        def work(tx: Transaction, case: Case) -> Case:
            values = {
                "round": case.round + 1,
                "item_id": "",
                "satisfaction": 0,
                "responded_at": None,
                "closed_at": None,
            }
            data = {"reason": reason}
            changed = self._step(tx, case, CaseEvent.REOPENED, actor, data, **values)
            self._start(tx, changed)
            return changed

        return await self._with(case_id, work)

    async def case(self, case_id: str) -> tuple[Case, list[Deadline]]:
        """A case with the clocks of its round; raises UnknownCase."""

        def read(connection: Connection) -> tuple[Case, list[Deadline]]:
            found = _known(connection, case_id)
            return found, store.deadlines_of(connection, case_id, found.round)

        return await self._database.read(read)

    async def cases(
        self,
        *,
        state: CaseState | None = None,
        body_id: str = "",
        before: str = "",
        limit: int = 50,
    ) -> list[Case]:
        return await self._database.read(lambda c: store.cases_of(c, state, body_id, before, limit))

    async def _with(self, case_id: str, work: Callable[[Transaction, Case], Case]) -> Case:
        return await self._database.write(lambda tx: work(tx, _known(tx.connection, case_id)))

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
            _refuse("已被他人改动，请重试", "somebody else was quicker, look again")
        return replace(case, **values)

    def _record(
        self, tx: Transaction, kind: Kind, subject: str, actor: str, data: Mapping[str, object]
    ) -> None:
        at = self._clock.now()
        tx.record(Event(kind=kind, subject=subject, actor=actor, at=at, data=data))


def _known(connection: Connection, case_id: str) -> Case:
    found = store.get_case(connection, case_id)
    if found is None:
        raise UnknownCase(case_id)
    return found


def _about(connection: Connection, case: Case) -> tuple[list[str], str]:
    """The likeliest departments and the place of what a case is about."""
    if case.signal_id:
        row = judgements.judgement_row(connection, case.signal_id)
        if row is not None:
            guesses = row["detail"]["department"]["guesses"]
            corrected = row["department"]
            return [corrected, *(one["label"] for one in guesses)], row["place"]
    issue = issues.get_issue(connection, case.issue_id) if case.issue_id else None
    return ([issue.department], issue.place) if issue else ([], "")


def _needed(text: str, field: str) -> None:
    if not text.strip():
        raise InvalidInput(Words("须写明", "it has to be said"), field=field)


def _refuse(zh: str, en: str) -> NoReturn:
    raise Conflict(Words(zh, en), field="case")
