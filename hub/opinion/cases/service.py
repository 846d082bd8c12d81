"""What may be done with cases: open, route, handle, answer, close; each step one transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from hub.catalogue.numbering.assigning import Numbering
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Conflict, InvalidInput, Words
from hub.kernel.ids import IdSource
from hub.opinion.cases import events, store
from hub.opinion.cases.assigning import Assigning
from hub.opinion.cases.models import (
    Case,
    CaseEvent,
    CaseLevel,
    CaseState,
    Deadline,
    DeadlineKind,
    NewCase,
    Routing,
)
from hub.opinion.cases.roles import CaseStep
from hub.opinion.cases.rules import route
from hub.opinion.cases.stepping import known, needed, refuse
from hub.opinion.issues import store as issues
from hub.opinion.judging import store as judgements
from hub.opinion.judging.taxonomy import Labels
from hub.organisations.store import get_body, list_bodies

__all__ = ["CaseService"]

_LONGEST_TITLE = 200


class CaseService(Assigning):
    """`departments` is the list that routing goes by."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ids: IdSource,
        departments: Labels,
        numbering: Numbering | None = None,
        strict: bool = False,
    ) -> None:
        super().__init__(
            database=database, clock=clock, ids=ids, numbering=numbering, strict=strict
        )
        self._departments = departments

    async def open(self, new: NewCase, *, actor: str) -> Case:
        """Open a case; its clocks start now. Raises InvalidInput without a title."""
        subject = new.issue_id or new.signal_id or "cases"
        return await self.asked(
            subject, CaseStep.OPEN, actor, lambda tx: self.begin(tx, new, actor=actor)
        )

    def begin(self, tx: Transaction, new: NewCase, *, actor: str) -> Case:
        """Open a case in a transaction of somebody else; raises as `open`."""
        title = new.title.strip()
        if not 0 < len(title) <= _LONGEST_TITLE:
            raise InvalidInput(
                Words(f"标题须为 1 至 {_LONGEST_TITLE} 字", "a title is needed"), field="title"
            )
        self.allow(tx.connection, CaseStep.OPEN, actor, None)
        now = self._clock.now()
        case = _opened(replace(new, title=title), self._ids.new(now), now, actor)
        store.add_case(tx, case)
        self._start(tx, case)
        data = {"kind": case.kind, "level": case.level, "issue": case.issue_id}
        self._record(tx, events.CASE_OPENED, case.id, actor, data)
        return case

    async def set_level(self, case_id: str, level: CaseLevel, *, actor: str) -> Case:
        """Raise or lower the level; clocks of the new level that do not run yet start now, those
        that run go on: what was promised stays promised."""

        def work(tx: Transaction, case: Case) -> Case:
            changed = self._changed(tx, case, level=level)
            self._start(tx, changed)
            self._record(tx, events.CASE_LEVEL_SET, case_id, actor, {"level": level})
            return changed

        return await self._with(case_id, CaseStep.LEVEL, actor, work)

    async def routing(self, case_id: str) -> Routing | None:
        """The body that the judgement of what the case is about points to, and why."""

        def read(connection: Connection) -> Routing | None:
            case = known(connection, case_id)
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
                remedy=Words("请指定责任单位并写明理由", "name the body, and say why"),
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
            store.set_joint(tx, case_id, others)
            return self._step(tx, case, CaseEvent.ROUTED, actor, data, **values)

        return await self._with(case_id, CaseStep.ROUTE, actor, work)

    async def send_back(self, case_id: str, reason: str, *, actor: str) -> Case:
        """The body says that it is not its matter; clocks go on."""
        needed(reason, "reason")

        def work(tx: Transaction, case: Case) -> Case:
            data = {"body": case.body_id, "reason": reason}
            values = {"body_id": "", "joint": (), "assignee": ""}
            store.set_joint(tx, case_id, ())
            return self._step(tx, case, CaseEvent.RETURNED, actor, data, **values)

        return await self._with(case_id, CaseStep.RETURN, actor, work)

    async def accept(self, case_id: str, *, actor: str) -> Case:
        return await self._with(
            case_id,
            CaseStep.ACCEPT,
            actor,
            lambda tx, case: self._step(tx, case, CaseEvent.ACCEPTED, actor, {}),
        )

    async def note(
        self, case_id: str, *, actor: str, assessment: str = "", disposal: str = ""
    ) -> Case:
        """Write down how a case is assessed (研判), or what was done (处置)."""
        given = {"assessment": assessment.strip(), "disposal": disposal.strip()}
        told = {name: text for name, text in given.items() if text}
        if not told:
            needed("", "assessment")

        def work(tx: Transaction, case: Case) -> Case:
            if case.state not in (CaseState.HANDLING, CaseState.DRAFTED, CaseState.RESPONDED):
                refuse("尚未受理或已办结", "not accepted yet, or closed")
            changed = self._changed(tx, case, **told)
            self._record(tx, events.CASE_NOTED, case_id, actor, told)
            return changed

        return await self._with(case_id, CaseStep.NOTE, actor, work)

    async def announce(self, case_id: str, kind: DeadlineKind, *, actor: str) -> Case:
        """Authoritative information is out, or the press conference was held: its clock stops.

        The answer's clock stops when the answer is public. Raises Conflict where no such clock
        runs.
        """
        if kind is DeadlineKind.ANSWER:
            refuse("答复以公开为准，用 case respond", "an answer counts when it is public")

        def work(tx: Transaction, case: Case) -> Case:
            if not store.meet(tx, case, (kind,), self._clock.now()):
                refuse("没有在计时的这一时限", "no such clock runs")
            self._record(tx, events.CASE_ANNOUNCED, case_id, actor, {"kind": kind})
            return case

        return await self._with(case_id, CaseStep.ANNOUNCE, actor, work)

    async def case(self, case_id: str) -> tuple[Case, list[Deadline]]:
        """A case with the clocks of its round; raises UnknownCase."""

        def read(connection: Connection) -> tuple[Case, list[Deadline]]:
            found = known(connection, case_id)
            return found, store.deadlines_of(connection, case_id, found.round)

        return await self._database.read(read)

    async def cases(
        self,
        *,
        state: CaseState | None = None,
        body_id: str = "",
        before: str = "",
        limit: int = 50,
        bodies: Collection[str] | None = None,
        assignee: str = "",
    ) -> list[Case]:
        """Newest first; with `bodies` only those that one of these answers for, with `assignee`
        only those that this login handles."""
        return await self._database.read(
            lambda c: store.cases_of(c, state, body_id, before, limit, bodies, assignee)
        )

    async def about(self, issue_id: str) -> list[Case]:
        """Cases that came of an issue, the newest first."""
        return await self._database.read(lambda c: store.cases_about(c, issue_id))


def _opened(new: NewCase, case_id: str, now: datetime, actor: str) -> Case:
    return Case(
        id=case_id,
        title=new.title,
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
