"""Mastodon's outlet: pictures first, then one call with the delivery's key, then read back."""

from __future__ import annotations

import re
from datetime import datetime

from hub.kernel.clock import Clock
from hub.kernel.errors import Words
from hub.publishing.errors import Busy, Rejected, Unauthorised, Unknown
from hub.publishing.ports import Accepted, Access, Finding, Job, Measured, Verdict
from publishers.mastodon.client import Draft, MastodonClient, Status
from publishers.mastodon.codes import MediaTaken, NotThere
from publishers.mastodon.declaration import DECLARATION
from publishers.mastodon.matching import is_same
from publishers.mastodon.pictures import Pictures
from publishers.mastodon.servers import Servers
from publishers.mastodon.settling import Settling, begun, status_id
from publishers.wire import Wire

__all__ = ["MastodonOutlet"]

_VISIBILITIES = ("public", "unlisted", "private")
# Mastodon's ids are numbers, other software's letters and digits; 32 digits in hex are our own
# key, kept where a platform gave no id.
_ID = re.compile(r"(?![0-9a-f]{32}$)[0-9A-Za-z_-]{1,64}")


class MastodonOutlet:
    """hub.publishing.ports.Outlet, Forecasting and Measuring for Mastodon."""

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self.declaration = DECLARATION
        self._clock = clock
        self._client = MastodonClient(wire, clock, DECLARATION.call_timeout)
        self._servers = Servers(self._client, clock)
        self._pictures = Pictures(self._client, clock)
        self._settling = Settling(DECLARATION, self._client, self._servers, self._pictures, clock)

    async def deliver(self, job: Job) -> Accepted:
        """Publish once: again with the same key, or after the earlier call was proved void."""
        draft = _draft(job)
        await self._servers.check(job.part, job.access)
        before = job.progress
        if (post := await self._settling.earlier_post(job)) is not None:
            return _accepted(post, adopted=True)
        try:
            draft = await self._illustrated(job, draft)
            await job.checkpoint(begun(job.progress, self._clock.now()))
            status = await self._client.post(job.access, draft, job.key)
        except (MediaTaken, NotThere) as error:
            raise await self._without_pictures(job, error, called="first_call" in before) from error
        return _accepted(status)

    async def reconcile(self, job: Job) -> Finding:
        return await self._settling.look(job)

    async def verify(self, job: Job) -> Finding:
        if not _ID.fullmatch(named := status_id(job.remote_id)):
            return Finding(verdict=Verdict.PERSON, detail="the post's id is not known")
        try:
            status = await self._client.show(job.access, named)
        except NotThere as error:
            detail = f"{error.platform_code} {error.platform_message}"
            return Finding(verdict=Verdict.GONE, remote_id=job.remote_id, detail=detail)
        return Finding(
            verdict=Verdict.FOUND,
            remote_id=status.id,
            url=status.url,
            same=is_same(status, job.part),
            receipt={"written_at": status.written_at.isoformat(), **status.counts},
        )

    async def withdraw(self, job: Job) -> None:
        try:
            await self._client.delete(job.access, _known_id(job.remote_id))
        except NotThere:
            return

    async def amend(self, job: Job) -> Accepted:
        """Replace text, content warning and pictures; making the same edit twice is one edit."""
        draft = _draft(job)
        await self._servers.check(job.part, job.access)
        named = _known_id(job.remote_id)
        draft = await self._illustrated(job, draft)
        return _accepted(await self._client.edit(job.access, named, draft))

    async def measure(self, job: Job) -> Measured:
        """Favourites, boosts and replies that the account's own server knows of; it does not
        count readers."""
        status = await self._client.show(job.access, _known_id(job.remote_id))
        return Measured(
            likes=status.counts["favourites_count"],
            comments=status.counts["replies_count"],
            shares=status.counts["reblogs_count"],
        )

    async def authorised_until(self, access: Access) -> datetime | None:
        """None: tokens live until they are revoked. Raises Unauthorised when this one is dead or
        belongs to another account than the one configured."""
        person = await self._client.person(access)
        if person.username.lower() != _username(access.handle):
            raise Unauthorised(
                Words("access_token 属于另一个账号", "the token is another account's"),
                field="access_token",
                remedy=Words("用本账号重新授权", "authorise again with this very account"),
            )
        return None

    async def close(self) -> None:
        """Nothing is held: the wire is its owner's."""

    async def _illustrated(self, job: Job, draft: Draft) -> Draft:
        media = await self._pictures.ready(job)
        return Draft(
            text=draft.text,
            spoiler=draft.spoiler,
            visibility=draft.visibility,
            language=draft.language,
            media=media,
            answers=draft.answers,
        )

    async def _without_pictures(
        self, job: Job, error: MediaTaken | NotThere, *, called: bool
    ) -> Busy | Unknown | MediaTaken | NotThere:
        """A picture that is taken says that an earlier call made a post; without an earlier call
        the server forgot it, and it is uploaded again."""
        if not job.part.media:
            return error
        if called:
            return Unknown(
                error.words,
                platform_code=error.platform_code,
                platform_message=error.platform_message,
            )
        await self._pictures.forget(job)
        return Busy(
            error.words,
            platform_code=error.platform_code,
            platform_message=error.platform_message,
            remedy=Words("将重新上传图片", "the pictures are uploaded again"),
        )


def _draft(job: Job) -> Draft:
    settings = job.access.settings
    visibility = str(settings.get("visibility") or "public").strip().lower()
    if visibility not in _VISIBILITIES:
        raise Rejected(
            Words(f"可见范围“{visibility}”无效", f"'{visibility}' is no visibility"),
            field="visibility",
            remedy=Words(
                "改为 public、unlisted 或 private", "set it to public, unlisted or private"
            ),
        )
    return Draft(
        text=job.part.text,
        spoiler=job.part.digest,
        visibility=visibility,
        language=str(settings.get("language") or "zh").strip(),
        answers=_known_id(job.previous_id) if job.previous_id else "",
    )


def _known_id(remote_id: str) -> str:
    """The id in a receipt; raises Rejected where the platform never named the post."""
    named = status_id(remote_id)
    if not _ID.fullmatch(named):
        raise Rejected(
            Words("不知道嘟文编号", "the post's id is not known"),
            field="remote_id",
            remedy=Words("登录实例手工处理", "do it by hand at the server"),
        )
    return named


def _username(handle: str) -> str:
    """`gov` of gov, @gov, @gov@server and https://server/@gov."""
    return status_id(handle).lstrip("@").partition("@")[0].lower()


def _accepted(status: Status, *, adopted: bool = False) -> Accepted:
    receipt = {"written_at": status.written_at.isoformat()}
    return Accepted(remote_id=status.id, url=status.url, receipt=receipt, adopted=adopted)
