"""What public opinion does by itself while the hub runs: recurring jobs of the clock."""

from __future__ import annotations

from contextlib import AsyncExitStack, suppress
from datetime import timedelta

import structlog

from app.briefs import brief_clock
from app.compose import Hub
from app.opinion import (
    case_watch,
    issue_service,
    judging_service,
    nightly,
    proposals,
    rumours,
    watches,
)
from app.opinion_sources import open_sources
from app.reports import report_clock
from hub.kernel.errors import Conflict
from hub.kernel.nodes.errors import LostLead
from hub.opinion.cases.proposals.service import Proposals
from hub.opinion.issues.service import IssueService
from hub.opinion.judging.service import JudgingService
from hub.opinion.rounds.service import Rounds
from scheduler.clock import Jobs

__all__ = ["PLACING", "Following", "schedule_opinion"]

_log = structlog.get_logger(__name__)
PLACING = "placing"  # what one process does at a time
_FOLLOW_EVERY = timedelta(seconds=15)
_CASES_EVERY = timedelta(minutes=1)
_PROPOSE_EVERY = timedelta(minutes=10)
_NIGHT_EVERY = timedelta(minutes=5)
_BRIEFS_EVERY = timedelta(minutes=1)
_WATCHES_EVERY = timedelta(minutes=1)
_RUMOURS_EVERY = timedelta(minutes=5)
_SOURCES_EVERY = timedelta(seconds=30)
_AT_ONCE = 5_000  # signals of one look; the next follows in seconds, and others have their turn


class Following:
    """Judges what is new, puts it under issues and proposes cases for what bursts."""

    def __init__(
        self,
        judging: JudgingService,
        issues: IssueService,
        cases: Proposals,
        rounds: Rounds,
        owner: str,
    ) -> None:
        self._judging = judging
        self._issues = issues
        self._cases = cases
        self._rounds = rounds
        self._owner = owner
        self._led = False

    def forget(self) -> None:
        """What this process remembers may be old: another one worked meanwhile."""
        self._led = False

    async def follow(self) -> int:
        """How many signals were placed. Of several processes one places, for what belongs together
        is remembered; another follows when that one has been silent for 90 seconds."""
        await self._judging.judge_waiting(_AT_ONCE)
        leads = await self._rounds.leads(PLACING, self._owner)
        if leads and not self._led:
            self._issues.forget()
        self._led = leads
        if not leads:
            return 0
        try:
            placed = await self._issues.place_waiting()
        except Conflict as error:
            _log.info("opinion.placed-elsewhere", error=error.words.en)
            return 0
        if placed:
            await self._cases.look()
        return placed


async def schedule_opinion(stack: AsyncExitStack, jobs: Jobs, hub: Hub) -> Following:
    """Every job of public opinion; what is heavy in them runs in threads."""
    issues, judging = issue_service(hub), judging_service(hub)
    cases = proposals(hub, issues)
    rounds = Rounds(hub.database, hub.clock)
    owner = hub.ids.new(hub.clock.now())  # names this process
    following = Following(judging, issues, cases, rounds, owner)
    stack.push_async_callback(_yielded, rounds, owner)
    sources = await stack.enter_async_context(open_sources(hub))
    jobs.every("opinion", _FOLLOW_EVERY, following.follow)
    jobs.every("opinion-proposals", _PROPOSE_EVERY, cases.look)
    jobs.every("opinion-cases", _CASES_EVERY, case_watch(hub).watch)
    jobs.every("opinion-night", _NIGHT_EVERY, nightly(hub, issues, judging).look)
    jobs.every("opinion-briefs", _BRIEFS_EVERY, brief_clock(hub).look)
    jobs.every("opinion-reports", _BRIEFS_EVERY, report_clock(hub).look)
    jobs.every("opinion-watches", _WATCHES_EVERY, watches(hub).look)
    jobs.every("opinion-rumours", _RUMOURS_EVERY, rumours(hub).look)
    jobs.every("opinion-sources", _SOURCES_EVERY, sources.look)
    return following


async def _yielded(rounds: Rounds, owner: str) -> None:
    with suppress(LostLead):  # then it is another's already
        await rounds.yields(PLACING, owner)
