"""Weibo's outlet: one call publishes, and the account's own timeline settles every doubt.

Weibo has no idempotency key. What it has: it refuses the same text twice in a row (20017, 20019,
20111), and it shows an account its own posts. So the time of each call is saved before the call,
and an unknown outcome is settled by reading the timeline back to the first attempt. A post may
show late (review, 20032), so it counts as absent only after the account's `review_minutes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.kernel.clock import Clock
from hub.kernel.errors import Words
from hub.publishing.errors import (
    DeliveryError,
    Exhausted,
    Rejected,
    Throttled,
    Unauthorised,
    Unknown,
)
from hub.publishing.models import Declaration
from hub.publishing.ports import Accepted, Access, Finding, Job, Measured, Verdict
from publishers.weibo.checks import check_part
from publishers.weibo.client import Picture, Status, WeiboClient
from publishers.weibo.codes import GONE, REPEATED, TAKEN_SLOWLY
from publishers.weibo.matching import find_post, is_beginning, same_text, web_address
from publishers.wire import Wire

__all__ = ["WeiboOutlet"]

_CALLED_AT = "called_at"  # progress: when the last call that publishes began, ISO 8601
_TAKEN = "taken"  # progress: the platform said that it took the post, without an id
# How far a post's time may lie before our call: the clocks' difference is known from the Date
# header, to a second or two; without that header it is not.
_CLOCKS_COMPARED = timedelta(seconds=5)
_CLOCKS_UNKNOWN = timedelta(minutes=2)
_REVIEW_MINUTES = 10.0
_PAGE = 100  # posts per page, the most that Weibo gives
_PAGES = 3  # each costs one of the account's hundred calls a day
_FIRST_WAIT_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """What the timeline said: our post, or whether it was read back far enough to miss it."""

    post: Status | None
    covered: bool


class WeiboOutlet:
    """hub.publishing.ports.Outlet for Weibo."""

    def __init__(self, declaration: Declaration, wire: Wire, clock: Clock) -> None:
        self.declaration = declaration
        self._client = WeiboClient(wire, declaration.call_timeout)
        self._clock = clock

    async def deliver(self, job: Job) -> Accepted:
        check_part(job.part, job.access.settings, self.declaration)
        picture = await _picture(job)
        progress = {**job.progress, _CALLED_AT: self._clock.now().isoformat()}
        await job.checkpoint(progress)
        try:
            post = await self._client.post(job.access, job.part.text, picture)
        except DeliveryError as error:
            return await self._settle_refusal(job, progress, error)
        return _accepted(job, post)

    async def reconcile(self, job: Job) -> Finding:
        search = await self._search(job)
        if search.post is not None:
            return _found(job, search.post)
        waited, patience = self._clock.now() - _last_call(job, self._clock), _patience(job)
        if waited < patience:
            left = (patience - waited).total_seconds()
            # Doubling waits: each look costs one of the account's hundred calls a day.
            wait = min(left, max(_FIRST_WAIT_S, waited.total_seconds()))
            detail = "not shown yet; it may be under review"
            return Finding(verdict=Verdict.PENDING, detail=detail, retry_after=max(1.0, wait))
        if job.progress.get(_TAKEN):
            detail = f"Weibo answered {TAKEN_SLOWLY}, yet the timeline never showed the post"
            return Finding(verdict=Verdict.PERSON, detail=detail)
        if not search.covered:
            detail = "the timeline does not reach back to the first attempt"
            return Finding(verdict=Verdict.PERSON, detail=detail)
        return Finding(verdict=Verdict.ABSENT, detail="the timeline was read and does not have it")

    async def verify(self, job: Job) -> Finding:
        try:
            post = await self._client.show(job.access, job.remote_id)
        except DeliveryError as error:
            if not _has_code(error, GONE):
                raise
            return self._missing(job)
        same = same_text(post.text, job.part.text) and post.pictures == len(job.part.media)
        cut = not same and is_beginning(post.text, job.part.text)
        return replace(_found(job, post, same=same), truncated=cut)

    async def measure(self, job: Job) -> Measured:
        """Reposts, comments and likes as statuses/show has them; Weibo tells no number of reads."""
        counts = (await self._client.show(job.access, job.remote_id)).counts
        return Measured(
            likes=counts.get("attitudes_count"),
            comments=counts.get("comments_count"),
            shares=counts.get("reposts_count"),
        )

    async def withdraw(self, job: Job) -> None:
        try:
            await self._client.destroy(job.access, job.remote_id)
        except DeliveryError as error:
            if not _has_code(error, GONE):
                raise await self._with_reset(job.access, error) from error

    async def amend(self, job: Job) -> Accepted:
        raise Rejected(
            Words("微博不能修改已发内容", "Weibo cannot change a post"),
            remedy=Words("撤回后重新发布", "withdraw it and post again"),
        )

    async def close(self) -> None:
        """Nothing is held: the wire is its owner's."""

    async def authorised_until(self, access: Access) -> datetime | None:
        """When the authorisation ends; None where Weibo does not say.

        Only a person can renew it, so it is asked well before. Raises Unauthorised when it is
        dead already, or when the token belongs to another account than the one configured.
        """
        info = await self._client.token_info(access)
        if info.uid != access.credentials["uid"]:
            raise Unauthorised(
                Words("access_token 属于另一个微博账号", "the token is another account's"),
                field="uid",
                remedy=Words("用本账号重新授权", "authorise again with this very account"),
            )
        return None if info.lives_for is None else self._clock.now() + info.lives_for

    async def _settle_refusal(
        self, job: Job, progress: Mapping[str, Any], error: DeliveryError
    ) -> Accepted:
        """Turn what Weibo calls an error into what it is: a success, a repeat, or that error."""
        if _has_code(error, {TAKEN_SLOWLY}):
            await job.checkpoint({**progress, _TAKEN: True})
        elif not _has_code(error, REPEATED):
            raise await self._with_reset(job.access, error) from error
        search = await self._search_if_possible(job)
        if search is not None and search.post is not None:
            return _accepted(job, search.post, adopted=_has_code(error, REPEATED))
        if search is not None and _has_code(error, REPEATED) and self._is_settled(job):
            raise error  # another post has this text; it is not ours and ours is not there
        raise Unknown(
            error.words,
            platform_code=error.platform_code,
            platform_message=error.platform_message,
            remedy=Words("稍后从时间线核对", "the timeline is read again later"),
        ) from error

    async def _search_if_possible(self, job: Job) -> _Search | None:
        """A failure to read must not make a post that Weibo took look like one it refused."""
        try:
            return await self._search(job)
        except DeliveryError:
            return None

    def _is_settled(self, job: Job) -> bool:
        """Whether an earlier attempt would have shown by now."""
        return self._clock.now() - (job.started_at or self._clock.now()) >= _patience(job)

    async def _with_reset(self, access: Access, error: DeliveryError) -> DeliveryError:
        """A used-up limit with the time it is lifted, which Weibo tells on another call."""
        if not _has_code(error, {10023, 10024}):
            return error
        try:
            wait = await self._client.limits_reset_in(access)
        except DeliveryError:
            return error
        kind = Exhausted if isinstance(error, Exhausted) else Throttled
        return kind(
            error.words,
            platform_code=error.platform_code,
            platform_message=error.platform_message,
            remedy=error.remedy,
            retry_after=wait,
            until=self._clock.now() + wait,
        )

    async def _search(self, job: Job) -> _Search:
        """Read the timeline, newest first, until our post or the first attempt is reached."""
        seen = max_id = 0
        for _ in range(_PAGES):
            page = await self._client.timeline(job.access, count=_PAGE, max_id=max_id)
            since, called_at = self._window(job, page.at)
            post = find_post(page.statuses, job.part.text, since=since, called_at=called_at)
            if post is not None:
                return _Search(post=post, covered=True)
            seen += len(page.statuses)
            if seen >= page.total or any(post.written_at < since for post in page.statuses):
                return _Search(post=None, covered=True)
            if not page.statuses:
                break
            max_id = min(int(post.id) for post in page.statuses) - 1
        return _Search(post=None, covered=False)

    def _window(self, job: Job, platform_time: datetime | None) -> tuple[datetime, datetime]:
        """On the platform's clock: before when no post can be ours, and when ours was sent."""
        now = self._clock.now()
        ahead = platform_time - now if platform_time is not None else timedelta()
        margin = _CLOCKS_UNKNOWN if platform_time is None else _CLOCKS_COMPARED
        return (job.started_at or now) + ahead - margin, _last_call(job, self._clock) + ahead

    def _missing(self, job: Job) -> Finding:
        waited = self._clock.now() - _last_call(job, self._clock)
        if waited < _patience(job):
            left = (_patience(job) - waited).total_seconds()
            return Finding(verdict=Verdict.PENDING, detail="not shown yet", retry_after=left)
        return Finding(verdict=Verdict.GONE, remote_id=job.remote_id, detail="Weibo: 20101")


async def _picture(job: Job) -> Picture | None:
    if not job.part.media:
        return None
    media = job.part.media[0]
    return Picture(content=await job.media.read(media.sha256), media_type=media.media_type)


def _accepted(job: Job, post: Status, *, adopted: bool = False) -> Accepted:
    address = web_address(job.access.credentials["uid"], post.id)
    receipt = {"written_at": post.written_at.isoformat()}
    return Accepted(remote_id=post.id, url=address, receipt=receipt, adopted=adopted)


def _found(job: Job, post: Status, *, same: bool | None = None) -> Finding:
    return Finding(
        verdict=Verdict.FOUND,
        remote_id=post.id,
        url=web_address(job.access.credentials["uid"], post.id),
        same=same,
        receipt={"written_at": post.written_at.isoformat(), **post.counts},
    )


def _patience(job: Job) -> timedelta:
    minutes = job.access.settings.get("review_minutes") or _REVIEW_MINUTES
    return timedelta(minutes=float(minutes))


def _last_call(job: Job, clock: Clock) -> datetime:
    """When the last call that publishes began; the first attempt where none was saved."""
    saved = job.progress.get(_CALLED_AT)
    if saved:
        return datetime.fromisoformat(str(saved)).astimezone(UTC)
    return job.started_at or clock.now()


def _has_code(error: DeliveryError, codes: frozenset[int] | set[int]) -> bool:
    return error.platform_code.isdecimal() and int(error.platform_code) in codes
