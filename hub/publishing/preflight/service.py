"""Looks at plans before they are due and keeps what it finds."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import NotFound, Words
from hub.kernel.events import Event
from hub.organisations.authority.sight import Sight
from hub.publishing import events
from hub.publishing.models import Plan
from hub.publishing.ports import ChannelBook
from hub.publishing.preflight import store
from hub.publishing.preflight.checks import look
from hub.publishing.preflight.facts import editions_to_send, gather, links_of
from hub.publishing.preflight.models import Done, LinkAnswer, Listed, Report, Watched
from hub.publishing.preflight.points import next_moment, reached
from hub.publishing.preflight.ports import Keyring, Outside

__all__ = ["Preflight"]

_ACTOR = "system:preflight"
_TAKEN_FOR = timedelta(minutes=5)  # a look that died is taken up again after this
_LINKS_AT_ONCE = 8
_PLANS_AT_ONCE = 4


class Preflight:
    """`look` asks now and keeps nothing; `run_due` is the recurring job's work."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        channels: ChannelBook,
        keyring: Keyring,
        outside: Outside,
    ) -> None:
        self._database = database
        self._clock = clock
        self._channels = channels
        self._keyring = keyring
        self._outside = outside
        self._slots = asyncio.Semaphore(_LINKS_AT_ONCE)
        self._plans = asyncio.Semaphore(_PLANS_AT_ONCE)

    async def look(self, plan_id: str) -> Report:
        """Every check over what waits of a plan, at this moment. Raises NotFound."""
        watched = await self._database.read(lambda c: store.get_watched(c, plan_id))
        if watched is None:
            raise NotFound(Words(f"没有计划 {plan_id}", f"no plan {plan_id}"), field="plan")
        return await self._look(watched.plan)

    async def _look(self, plan: Plan) -> Report:
        texts = await self._database.read(lambda c: editions_to_send(c, plan.id))
        links = await self._ask(links_of(texts))
        now = self._clock.now()

        def work(connection: Connection) -> Report:
            # in the reader's thread: thousands of accounts would hold up the loop
            facts = gather(
                connection,
                plan,
                now,
                book=self._channels,
                keyring=self._keyring,
                outside=self._outside,
                links=links,
            )
            tally, problems = look(facts)
            return Report(
                plan=plan, at=now, deliveries=len(facts.targets), tally=tally, problems=problems
            )

        return await self._database.read(work)

    async def _ask(self, urls: list[str]) -> Mapping[str, LinkAnswer]:
        async def one(url: str) -> tuple[str, LinkAnswer]:
            async with self._slots:
                return url, await self._outside.ask(url)

        return dict(await asyncio.gather(*(one(url) for url in urls)))

    async def run_due(self, limit: int = 20) -> int:
        """Look at plans whose check point has come, also long ago; how many were taken up.

        Each point is done once for a due time: what several processes or a restart do is settled
        by the row, and a point that died half way is done again as a whole.
        """
        now = self._clock.now()
        taken = await self._database.write(
            lambda tx: store.take_due(tx, now, now + _TAKEN_FOR, limit), audited=False
        )
        await asyncio.gather(*(self._run(watched) for watched in taken))
        return len(taken)

    async def _run(self, watched: Watched) -> None:
        async with self._plans:
            await self._pass_point(watched)

    async def _pass_point(self, watched: Watched) -> None:
        plan, now = watched.plan, self._clock.now()
        come = reached(plan.due_at, watched.created_at, watched.done, now)
        report = await self._look(plan) if come else None
        done = watched.done | set(come)

        def work(tx: Transaction) -> None:
            waits = report is None or report.deliveries > 0
            following = next_moment(plan.due_at, watched.created_at, done, now) if waits else None
            kept = store.set_next_check(tx, plan, following)
            if not kept or report is None or not report.deliveries:
                return
            store.record(tx, report, come[-1], come[:-1])
            warnings = len(report.problems) - report.blocking
            data = {"point": come[-1], "blocking": report.blocking, "warnings": warnings}
            data |= {"due_at": plan.due_at.isoformat()}
            tx.record(
                Event(kind=events.PREFLIGHT, subject=plan.id, actor=_ACTOR, at=now, data=data)
            )

        await self._database.write(work, audited=False)  # with its event, where one was kept

    async def history(self, plan_id: str) -> list[Done]:
        """The check points that a plan has passed, with what each counted."""
        return await self._database.read(lambda c: store.done_points(c, plan_id))

    async def problems(self, limit: int = 200, sight: Sight | None = None) -> list[Listed]:
        """The board: problems of plans that wait, by due time; with `sight` of items of the bodies
        in it."""
        now = self._clock.now()
        return await self._database.read(lambda c: store.list_problems(c, now, limit, sight))

    async def counts(self) -> dict[tuple[str, str], int]:
        """Problems of plans that wait by (check, severity), for whoever measures."""
        now = self._clock.now()
        return await self._database.read(lambda c: store.count_problems(c, now))
