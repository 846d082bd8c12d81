"""Looks at what is hot, proposes cases and tells of them; accepts and refuses proposals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Words
from hub.kernel.events import Event, Kind
from hub.kernel.ids import IdSource
from hub.opinion.cases.models import Case, CaseKind, CaseLevel, NewCase
from hub.opinion.cases.proposals import events, store
from hub.opinion.cases.proposals.models import (
    PROPOSALS,
    IssueFigures,
    Proposal,
    ProposalEvent,
    ProposalState,
)
from hub.opinion.cases.proposals.rules import again, kind_of, level_of, reason_of, worth_a_case
from hub.opinion.cases.roles import CaseStep
from hub.opinion.cases.service import CaseService
from hub.opinion.cases.stepping import needed, refuse
from hub.opinion.errors import UnknownProposal
from hub.opinion.issues.models import HotIssue
from hub.opinion.issues.service import IssueService
from hub.opinion.telling.teller import Teller

__all__ = ["Proposals"]

_ACTOR = "system:proposals"
_LOOKED_AT = 200
_RECENT = timedelta(days=6)  # with today a week
_LEVEL_WORDS: Mapping[CaseLevel, Words] = {
    CaseLevel.ORDINARY: Words("一般", "ordinary"),
    CaseLevel.MAJOR: Words("重大", "major"),
    CaseLevel.GRAVE: Words("特别重大", "grave"),
}
_KIND_WORDS: Mapping[CaseKind, Words] = {
    CaseKind.OPINION: Words("政务舆情", "public opinion"),
    CaseKind.SUGGESTION: Words("建议", "suggestion"),
    CaseKind.COMPLEX_SUGGESTION: Words("复杂建议", "complex suggestion"),
    CaseKind.MESSAGE: Words("诉求", "message"),
}


class Proposals:
    """`cases` opens what is accepted; `zone` is that of the issues' days."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ids: IdSource,
        issues: IssueService,
        cases: CaseService,
        teller: Teller,
        zone: str,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._issues = issues
        self._cases = cases
        self._teller = teller
        self._zone = ZoneInfo(zone)

    async def look(self) -> list[Proposal]:
        """Propose a case for every issue that deserves one and has none, and tell of it once;
        what was proposed or raised."""
        lines = {line.issue.id: line for line in await self._issues.hot(_LOOKED_AT)}
        if not lines:
            return []
        since = self._clock.now().astimezone(self._zone).date() - _RECENT
        figures = await self._database.read(lambda c: store.figures_of(c, list(lines), since))
        worth = [line for one, line in lines.items() if worth_a_case(line, figures[one])]
        news = await self._database.read(lambda c: _news(c, worth, figures))
        if not news:
            return []

        def propose(tx: Transaction) -> list[Proposal]:
            fresh = _news(tx.connection, news, figures)  # another process may have been quicker
            return [one for line in fresh if (one := self._propose(tx, line, figures))]

        return await self._database.write(propose, audited=False)  # each records its own event

    def _propose(
        self, tx: Transaction, line: HotIssue, figures: Mapping[str, IssueFigures]
    ) -> Proposal | None:
        now, own = self._clock.now(), figures[line.issue.id]
        made = Proposal(
            id=self._ids.new(now),
            issue_id=line.issue.id,
            title=line.issue.title,
            kind=kind_of(line, own),
            level=level_of(line, own),
            reason=reason_of(line, own),
            week=line.week,
            acute=own.acute,
            state=ProposalState.OPEN,
            made_at=now,
        )
        held = store.last_proposals(tx.connection, [line.issue.id]).get(line.issue.id)
        kind = events.CASE_PROPOSED
        if held is not None and held.state is ProposalState.OPEN:
            made = replace(made, id=held.id, made_at=held.made_at)
            kind = events.PROPOSAL_RAISED
            if not store.raise_level(tx, made):
                return None
        else:
            store.add_proposal(tx, made)
        data = {"issue": made.issue_id, "level": made.level, "why": made.reason.zh}
        self._record(tx, kind, made.id, _ACTOR, data)
        self._tell(tx, made)
        return made

    def _tell(self, tx: Transaction, one: Proposal) -> None:
        level, kind = _LEVEL_WORDS[one.level], _KIND_WORDS[one.kind]
        title = Words(
            f"舆情突增，建议按{level.zh}{kind.zh}立件：{one.title}",
            f"public opinion, a {level.en} case is proposed: {one.title}",
        )
        text = Words(
            f"{one.reason.zh}。采纳：gongkai case accept-proposal {one.id}",
            f"{one.reason.en}. To open it: gongkai case accept-proposal {one.id}",
        )
        self._teller.tell(tx, title, text, grave=one.level is CaseLevel.GRAVE)

    async def open(self, limit: int = 50) -> list[Proposal]:
        """Proposals that wait for a person, the newest first."""
        return await self._database.read(lambda c: store.open_proposals(c, limit))

    async def accept(self, proposal_id: str, *, actor: str) -> Case:
        """Open the case that is proposed; its clocks start now. Raises UnknownProposal, Conflict
        where it is settled, and RoleNeeded."""

        def work(tx: Transaction) -> Case:
            held = _open(tx.connection, proposal_id)
            new = NewCase(
                title=held.title, kind=held.kind, level=held.level, issue_id=held.issue_id
            )
            case = self._cases.begin(tx, new, actor=actor)
            self._settle(tx, held, ProposalEvent.ACCEPTED, actor, case_id=case.id)
            data = {"case": case.id}
            self._record(tx, events.PROPOSAL_ACCEPTED, proposal_id, actor, data)
            return case

        return await self._cases.asked(proposal_id, CaseStep.OPEN, actor, work)

    async def refuse(self, proposal_id: str, why: str, *, actor: str) -> None:
        """No case of this; it is proposed again only when it becomes graver or three times as
        large. Raises as `accept`, and InvalidInput without a reason."""
        needed(why, "why")

        def work(tx: Transaction) -> None:
            self._cases.allow(tx.connection, CaseStep.OPEN, actor, None)
            held = _open(tx.connection, proposal_id)
            self._settle(tx, held, ProposalEvent.REFUSED, actor, why=why.strip())
            self._record(tx, events.PROPOSAL_REFUSED, proposal_id, actor, {"why": why.strip()})

        await self._cases.asked(proposal_id, CaseStep.OPEN, actor, work)

    def _settle(
        self, tx: Transaction, held: Proposal, event: ProposalEvent, actor: str, **values: str
    ) -> None:
        state = PROPOSALS.next(held.state, event)
        settled = {"settled_at": self._clock.now(), "settled_by": actor, **values}
        if not store.settle(tx, held.id, state, **settled):
            refuse("已被他人处理", "somebody else was quicker")

    def _record(
        self, tx: Transaction, kind: Kind, subject: str, actor: str, data: Mapping[str, object]
    ) -> None:
        at = self._clock.now()
        tx.record(Event(kind=kind, subject=subject, actor=actor, at=at, data=data))


def _news(
    connection: Connection, lines: Sequence[HotIssue], figures: Mapping[str, IssueFigures]
) -> list[HotIssue]:
    """Those that have no open case and no proposal that already says it."""
    last = store.last_proposals(connection, [line.issue.id for line in lines])
    found = []
    for line in lines:
        held = last.get(line.issue.id)
        level = level_of(line, figures[line.issue.id])
        if held is not None and not again(held, line, level):
            continue
        if not store.has_open_case(connection, line.issue.id):
            found.append(line)
    return found


def _open(connection: Connection, proposal_id: str) -> Proposal:
    found = store.get_proposal(connection, proposal_id)
    if found is None:
        raise UnknownProposal(proposal_id)
    if found.state is not ProposalState.OPEN:
        refuse("该建议已处理", "this proposal is settled")
    return found
