"""Settling an unknown outcome: read back what the account shows; the key is the second belt.

A repeat with the same key gives the first post, within an hour of it and on servers that heed the
key. It does not where the server died between its commit and writing the key down, and not while
the first call is still at work. So the account's own posts are read first, after a call could no
longer be at work. Scheduled posts are not asked about: the platform never gets a time from us.

Progress: `first_call` and `last_call` are when calls that publish began, ISO 8601; `asked` says
that a person had to settle them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.kernel.clock import Clock
from hub.kernel.errors import Words
from hub.publishing.errors import Unknown
from hub.publishing.models import Declaration
from hub.publishing.ports import Finding, Job, Verdict
from publishers.mastodon.client import MastodonClient, Status
from publishers.mastodon.codes import ScopeMissing
from publishers.mastodon.matching import find_post
from publishers.mastodon.pictures import Pictures
from publishers.mastodon.servers import Servers

__all__ = ["Settling", "begun", "status_id"]

_FIRST, _LAST, _ASKED = "first_call", "last_call", "asked"
# Mastodon's own dist/nginx.conf leaves proxy_read_timeout at its 60 s; what the application has
# not answered by then nobody will hear of.
_AT_WORK = timedelta(seconds=60)
# A replica that is read may lag behind; a picture that is taken says that a post was made.
_SHOWN_WITHIN = timedelta(minutes=10)
# The key is trusted a little less long than the server keeps it.
_MARGIN = timedelta(minutes=5)
_CLOCKS = timedelta(minutes=2)  # how far the server's clock may be from ours
_PAGES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """What the account shows: our post, or whether it was read back far enough to miss it."""

    post: Status | None
    covered: bool


class Settling:
    """Answers what became of a call whose answer is missing."""

    def __init__(
        self,
        declaration: Declaration,
        client: MastodonClient,
        servers: Servers,
        pictures: Pictures,
        clock: Clock,
    ) -> None:
        self._window = (declaration.key_window or timedelta()) - _MARGIN
        self._client = client
        self._servers = servers
        self._pictures = pictures
        self._clock = clock

    async def look(self, job: Job) -> Finding:
        """Whether an earlier call of `job` published it."""
        if _called_at(job, _FIRST) is None:
            return Finding(verdict=Verdict.ABSENT, detail="no call that publishes was begun")
        search = await self._search(job)
        if search.post is not None:
            return _found(search.post)
        waited = self._clock.now() - (_called_at(job, _LAST) or self._clock.now())
        if waited < _AT_WORK:
            return _pending("the server may still be at work on it", _AT_WORK - waited)
        if await self._pictures.are_taken(job):
            if waited < _SHOWN_WITHIN:
                return _pending("a post has its pictures and is not shown yet", _AT_WORK)
            return _for_a_person("a post has its pictures, yet the account does not show it")
        if search.covered:
            return Finding(verdict=Verdict.ABSENT, detail="the account's posts were read")
        if await self.may_repeat(job):
            return Finding(verdict=Verdict.ABSENT, detail="the key makes a repeat harmless")
        return _for_a_person("the account's posts could not be read back to the first call")

    async def may_repeat(self, job: Job) -> bool:
        """Whether the same call again is surely no second post: nothing was called, or the key
        is still known there."""
        first = _called_at(job, _FIRST)
        if first is None:
            return True
        in_time = self._clock.now() - first < self._window
        return in_time and await self._servers.heeds_keys(job.access)

    async def earlier_post(self, job: Job) -> Status | None:
        """What an earlier call of `job` published, looked up once more right before the next one
        where the key is no help; None: go ahead.

        Raises Unknown where nobody can tell. Then a person does, and the next attempt, which only
        that person's word leads to, goes ahead.
        """
        if await self.may_repeat(job):
            return None
        search = await self._search(job)
        if search.post is None and not search.covered and not job.progress.get(_ASKED):
            await job.checkpoint({**job.progress, _ASKED: True})
            raise Unknown(
                Words(
                    "先前的发送结果不明，未再发送", "an earlier call is unsettled; nothing was sent"
                ),
                remedy=Words("将先核对再决定", "it is looked up first"),
            )
        return search.post

    async def _search(self, job: Job) -> _Search:
        """Read the account's posts, newest first, until ours or the first call is reached."""
        called_at = _called_at(job, _LAST) or self._clock.now()
        since = (_called_at(job, _FIRST) or called_at) - _CLOCKS
        try:
            person = await self._client.person(job.access)
            max_id = ""
            for _ in range(_PAGES):
                page = await self._client.statuses(job.access, person.id, max_id)
                answers = status_id(job.previous_id)
                post = find_post(page, job.part, answers=answers, since=since, called_at=called_at)
                if post is not None:
                    return _Search(post=post, covered=True)
                if not page or any(status.written_at < since for status in page):
                    return _Search(post=None, covered=True)
                max_id = page[-1].id
        except ScopeMissing:
            return _Search(post=None, covered=False)
        return _Search(post=None, covered=False)


def begun(progress: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """`progress` with a call that publishes beginning now."""
    return {_FIRST: now.isoformat(), **progress, _LAST: now.isoformat()}


def status_id(remote_id: str) -> str:
    """A post's id; a person may have given its address, which ends in it."""
    return remote_id.rstrip("/").rpartition("/")[2]


def _called_at(job: Job, which: str) -> datetime | None:
    saved = job.progress.get(which)
    return datetime.fromisoformat(str(saved)).astimezone(UTC) if saved else None


def _found(post: Status) -> Finding:
    receipt = {"written_at": post.written_at.isoformat()}
    return Finding(verdict=Verdict.FOUND, remote_id=post.id, url=post.url, receipt=receipt)


def _pending(detail: str, wait: timedelta) -> Finding:
    seconds = max(1.0, wait.total_seconds())
    return Finding(verdict=Verdict.PENDING, detail=detail, retry_after=seconds)


def _for_a_person(detail: str) -> Finding:
    return Finding(verdict=Verdict.PERSON, detail=detail)
