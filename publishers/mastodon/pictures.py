"""Pictures on their way into a post: uploaded, processed by the server, then named in the post.

Each step is saved, so that a second attempt uploads nothing twice. Progress: `media` has one
`{"id", "ready"}` per picture in order, `uploaded_at` is when the last one went up.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from hub.kernel.clock import Clock
from hub.kernel.errors import NotFound, Words
from hub.publishing.errors import Busy, Rejected
from hub.publishing.models import MediaRef
from hub.publishing.ports import Job
from publishers.mastodon.client import MastodonClient, Media
from publishers.mastodon.codes import NotThere

__all__ = ["Pictures"]

_MEDIA, _UPLOADED_AT = "media", "uploaded_at"
_FIRST_WAIT = timedelta(seconds=2)


class Pictures:
    """Uploads what a job shows."""

    def __init__(self, client: MastodonClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    async def ready(self, job: Job) -> tuple[str, ...]:
        """The ids of the job's pictures, ready to be posted.

        Raises Busy while the server processes one, Rejected when it cannot, and NotThere when one
        that was uploaded before is gone: attached to a post, or forgotten.
        """
        held = _held(job.progress)
        for number, each in enumerate(held):
            if not each.ready:
                held[number] = await self._client.media(job.access, each.id)
        for ref in job.part.media[len(held) :]:
            held.append(await self._upload(job, ref))
            await self._save(job, held)
        if not all(each.ready for each in held):
            raise self._wait(job)
        return tuple(each.id for each in held)

    async def forget(self, job: Job) -> None:
        """Drop what was uploaded: the next attempt uploads again."""
        await job.checkpoint({name: job.progress[name] for name in job.progress if name != _MEDIA})

    async def are_taken(self, job: Job) -> bool:
        """Whether a picture of ours is gone from the list of the unused: a post has it."""
        for each in _held(job.progress):
            try:
                await self._client.media(job.access, each.id)
            except NotThere:
                return True
        return False

    async def _upload(self, job: Job, ref: MediaRef) -> Media:
        try:
            content = await job.media.read(ref.sha256)
        except NotFound as error:
            raise Rejected(
                Words(
                    f"图片 {ref.sha256[:12]} 不在素材库", f"picture {ref.sha256[:12]} is missing"
                ),
                field="media",
                remedy=Words("重新上传图片并送审", "upload the picture again and have it approved"),
            ) from error
        return await self._client.upload(job.access, content, ref.media_type, ref.alt)

    async def _save(self, job: Job, held: list[Media]) -> None:
        rows = [{"id": each.id, "ready": each.ready} for each in held]
        now = self._clock.now().isoformat()
        await job.checkpoint({**job.progress, _MEDIA: rows, _UPLOADED_AT: now})

    def _wait(self, job: Job) -> Busy:
        """Processing takes seconds, seldom minutes: ask again after as long as it has taken."""
        since = datetime.fromisoformat(str(job.progress[_UPLOADED_AT]))
        return Busy(
            Words("图片仍在处理", "a picture is still being processed"),
            platform_code="206",
            remedy=Words("将自动重试", "it is tried again"),
            retry_after=max(_FIRST_WAIT, self._clock.now() - since),
        )


def _held(progress: Mapping[str, Any]) -> list[Media]:
    rows = progress.get(_MEDIA) or ()
    return [Media(id=str(row["id"]), ready=bool(row["ready"])) for row in rows]
