"""Findings of every check in one list; a person says in writing that they know, and why it stays.

A word stands for the finding as it was: once that changes it comes back unanswered.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Conflict, InvalidInput, Words
from hub.kernel.events import Event
from hub.organisations.authority.sight import Sight
from hub.publishing.afterwards import store as afterwards
from hub.publishing.afterwards.models import Found
from hub.publishing.explanation import REASONS
from hub.publishing.findings import events, store
from hub.publishing.findings.models import Acknowledgement, Finding, Topic, fingerprint
from hub.publishing.liveness.models import Life, Standing
from hub.publishing.liveness.service import Liveness
from hub.publishing.preflight.models import Listed, Severity
from hub.publishing.preflight.service import Preflight

__all__ = ["Findings"]

_MOST = 2_000
_SPARE = 4  # times as many are looked at as are shown, before all are
_LONGEST_REMARK = 500
_NEVER = Words("从未更新", "was never updated")


class Findings:
    def __init__(
        self, database: Database, clock: Clock, preflight: Preflight, liveness: Liveness
    ) -> None:
        self._database = database
        self._clock = clock
        self._preflight = preflight
        self._liveness = liveness

    async def find(
        self, topic: Topic, sight: Sight, *, limit: int = 200, unanswered: bool = False
    ) -> list[Finding]:
        """What there is of a topic in `sight`, the most pressing first, with what was said to it;
        `unanswered`: only what nobody has acknowledged as it is now."""
        found = await self._answered(topic, sight, limit * _SPARE if unanswered else limit)
        if unanswered:
            enough = [one for one in found if one.said is None]
            if len(enough) < limit and len(found) == limit * _SPARE:  # most of them are answered
                found = await self._answered(topic, sight, _MOST)
            found = [one for one in found if one.said is None]
        return found[:limit]

    async def _answered(self, topic: Topic, sight: Sight, limit: int) -> list[Finding]:
        """The first of a topic, each with what was said to exactly it."""
        match topic:
            case Topic.PREFLIGHT:
                listed = await self._preflight.problems(limit=limit, sight=sight)
                found = [_of_plan(one) for one in listed]
            case Topic.LIVENESS:
                board = await self._liveness.board(sight=sight, limit=limit, suggest=0)
                found = [_of_account(life) for life in board.lives]
            case Topic.READING:
                found = await self._readings(sight, limit)
        subjects = {one.subject for one in found}
        said = await self._database.read(lambda c: store.said_to(c, topic, subjects))
        return [replace(one, said=_same(one, said.get(one.subject))) for one in found]

    async def acknowledge(
        self,
        topic: Topic,
        subject: str,
        seen: str,
        sight: Sight,
        actor: str,
        remark: str,
    ) -> Acknowledgement:
        """A person has seen exactly this (`seen` is its fingerprint) and says why it stays.

        Raises InvalidInput without a remark, Conflict where it is gone or has changed.
        """
        text = remark.strip()[:_LONGEST_REMARK]
        if not text:
            raise InvalidInput(
                Words("请写明意见", "write a remark"),
                field="remark",
                remedy=Words("写明已知悉及如何处理", "that it is known, and what is done about it"),
            )
        there = await self.find(topic, sight, limit=_MOST)
        if (subject, seen) not in {(one.subject, one.fingerprint) for one in there}:
            raise Conflict(
                Words("该发现已变化或已消失", "the finding has changed or is gone"),
                field="subject",
                remedy=Words("刷新后重新查看", "look at the list again"),
            )
        at = self._clock.now()
        said = Acknowledgement(
            topic=topic, subject=subject, fingerprint=seen, remark=text, by=actor, at=at
        )

        def work(tx: Transaction) -> None:
            store.put(tx, said)
            data = {"topic": topic.value, "remark": text, "fingerprint": seen}
            kind = events.ACKNOWLEDGED
            tx.record(Event(kind=kind, subject=subject[:64], actor=actor, at=at, data=data))

        await self._database.write(work)
        return said

    async def _readings(self, sight: Sight, limit: int) -> list[Finding]:
        def look(connection: Connection) -> list[Finding]:
            rows = afterwards.bad_findings(connection, limit=_MOST)
            owners = store.owners(connection, {account_id for _, account_id in rows})
            return [
                _of_post(found, account_id, owners[account_id][0])
                for found, account_id in rows
                if sight.whole or owners[account_id][1] in sight.bodies
            ]

        found = await self._database.read(look)
        newest = {one.subject: one for one in reversed(found)}
        return [one for one in found if newest[one.subject] is one][:limit]


def _same(one: Finding, said: Acknowledgement | None) -> Acknowledgement | None:
    return said if said is not None and said.fingerprint == one.fingerprint else None


def _of_plan(listed: Listed) -> Finding:
    problem = listed.problem
    return Finding(
        topic=Topic.PREFLIGHT,
        subject=f"{listed.plan_id}/{problem.name}/{problem.subject}",
        fingerprint=fingerprint(problem.severity, problem.words.zh, listed.due_at.isoformat()),
        grave=problem.severity is Severity.BLOCKING,
        title=listed.title,
        label=problem.label,
        words=problem.words,
        remedy=problem.remedy,
        at=listed.due_at,
        plan_id=listed.plan_id,
    )


def _of_account(life: Life) -> Finding:
    since = life.published_at.isoformat() if life.published_at else ""
    words = _NEVER
    if life.days is not None:
        words = Words(
            f"{life.days} 天未更新，限 {life.limit} 天",
            f"{life.days} days without an update, {life.limit} are allowed",
        )
    return Finding(
        topic=Topic.LIVENESS,
        subject=life.account.id,
        fingerprint=fingerprint(life.standing, since, life.limit),
        grave=life.standing is Standing.OVER,
        title=life.account.name,
        label=life.account.channel,
        words=words,
        at=life.published_at,
        account_id=life.account.id,
    )


def _of_post(found: Found, account_id: str, account: str) -> Finding:
    words = REASONS[found.discovery.value]
    return Finding(
        topic=Topic.READING,
        subject=found.delivery_id,
        fingerprint=fingerprint(found.discovery, found.detail, found.no),
        grave=True,
        title=account,
        label=found.detail,
        words=words,
        at=found.last_at,
        account_id=account_id,
        delivery_id=found.delivery_id,
    )
