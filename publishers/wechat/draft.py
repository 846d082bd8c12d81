"""From a part to a draft in the account's box, step by step, resumable after every step.

Everything here may be repeated without harm: a second picture, cover or draft lies in the
account's own store and nobody sees it. Only what the tiers do with the draft cannot be undone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from hub.kernel.errors import NotFound, Words
from hub.publishing.errors import Rejected
from hub.publishing.models import MediaRef
from hub.publishing.ports import Job
from publishers.wechat.api import PAGE
from publishers.wechat.article import (
    as_article,
    cover_of,
    pictures_in,
    same_words,
    with_addresses,
)
from publishers.wechat.client import Client
from publishers.wechat.codes import NO_SUCH_MEDIA, Refused

__all__ = ["Progress", "draft_exists", "find", "prepare_draft", "upload_media"]

_EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png"}
_CLOCK_SKEW = timedelta(seconds=60)  # between the platform's clock and ours
_PAGES = 20  # what we look for is among the newest

Batch = Callable[[int], Awaitable[Mapping[str, Any]]]


class Progress:
    """What earlier attempts of a job reached, and the one way to add to it.

    images        hash → address, from media/uploadimg
    thumb         media_id of the cover
    drafting      a draft may exist although its id was never seen
    draft         media_id of the draft
    submitted_at  when the irreversible call was last about to be made (ISO 8601)
    tier          which tier made it: the account's setting may change meanwhile
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._data: dict[str, Any] = dict(job.progress)

    def get(self, name: str) -> str:
        return str(self._data.get(name, ""))

    @property
    def images(self) -> Mapping[str, str]:
        return dict(self._data.get("images", {}))

    @property
    def submitted_at(self) -> datetime | None:
        text = self.get("submitted_at")
        return datetime.fromisoformat(text) if text else None

    @property
    def saved(self) -> Mapping[str, Any]:
        """Everything, as it is kept with the delivery."""
        return dict(self._data)

    async def save(self, **values: Any) -> None:
        """Make `values` durable, and be sure that the lease still holds."""
        self._data |= values
        await self._job.checkpoint(dict(self._data))

    def forget(self, *names: str) -> None:
        for name in names:
            self._data.pop(name, None)


async def upload_media(job: Job, client: Client, progress: Progress) -> None:
    """The pictures and the cover, as far as they are not there yet. Nobody sees them: pictures
    have an address that only a draft names, and the cover is a permanent material (永久素材)."""
    await _upload_pictures(job, client, progress)
    await _upload_cover(job, client, progress)


async def prepare_draft(job: Job, client: Client, progress: Progress) -> str:
    """The media_id of the job's draft: what an earlier attempt did is not done again."""
    if progress.get("draft"):
        return progress.get("draft")
    resumed = bool(progress.get("thumb"))
    await upload_media(job, client, progress)
    try:
        return await _add_draft(job, client, progress)
    except Refused as refused:
        if refused.errcode != NO_SUCH_MEDIA or not resumed:
            raise
    progress.forget("thumb")  # somebody deleted the cover that an earlier attempt had uploaded
    await _upload_cover(job, client, progress)
    return await _add_draft(job, client, progress)


async def _upload_pictures(job: Job, client: Client, progress: Progress) -> None:
    refs = {ref.sha256: ref for ref in job.part.media}
    for sha256 in pictures_in(job.part.text):
        if sha256 in progress.images:
            continue
        ref = refs.get(sha256)
        if ref is None:
            raise _missing(f"图片 {sha256[:12]}", f"picture {sha256[:12]}")
        address = await client.media.upload_image(await _file(job, ref))
        await progress.save(images={**progress.images, sha256: str(address)})


async def _upload_cover(job: Job, client: Client, progress: Progress) -> None:
    if progress.get("thumb"):
        return
    cover = cover_of(job.part)
    if cover is None:
        raise _missing("封面图", "the cover")
    added = await client.material.add("image", await _file(job, cover))
    await progress.save(thumb=added["media_id"])


async def _add_draft(job: Job, client: Client, progress: Progress) -> str:
    draft = ""
    if progress.get("drafting") and job.started_at is not None:
        draft, _ = await find(client.draft.batch, "media_id", job, job.started_at)
    if not draft:
        await progress.save(drafting=True)
        content = with_addresses(job.part.text, progress.images)
        article = as_article(
            job.part,
            content=content,
            thumb_media_id=progress.get("thumb"),
            author=str(job.access.settings.get("author") or ""),
        )
        draft = await client.draft.add([article])
    await progress.save(draft=draft)
    return draft


async def draft_exists(client: Client, media_id: str) -> bool:
    """Whether the draft is still in the box: it leaves when published, mass-sent or deleted."""
    try:
        await client.draft.get(media_id)
    except Refused as refused:
        if refused.errcode == NO_SUCH_MEDIA:
            return False
        raise
    return True


async def find(
    batch: Batch, id_name: str, job: Job, since: datetime
) -> tuple[str, Mapping[str, Any]]:
    """The newest entry since `since` that reads as the job's part: its id and article, or empty.

    The platform has no marker of ours to look for, so title, link and text have to agree.
    """
    earliest = (since - _CLOCK_SKEW).timestamp()
    for page in range(_PAGES):
        answer = await batch(page * PAGE)
        for entry in answer["item"]:
            if int(entry.get("update_time", 0)) < earliest:
                return "", {}
            articles = entry.get("content", {}).get("news_item") or [{}]
            if not articles[0].get("is_deleted") and same_words(job.part, articles[0]):
                return str(entry[id_name]), articles[0]
        if (page + 1) * PAGE >= int(answer.get("total_count", 0)):
            break
    return "", {}


async def _file(job: Job, ref: MediaRef) -> tuple[str, bytes, str]:
    extension = _EXTENSIONS.get(ref.media_type, "bin")
    try:
        content = await job.media.read(ref.sha256)
    except NotFound as error:
        raise _missing(f"图片 {ref.sha256[:12]}", f"picture {ref.sha256[:12]}") from error
    return f"{ref.sha256[:16]}.{extension}", content, ref.media_type


def _missing(zh: str, en: str) -> Rejected:
    return Rejected(
        Words(f"缺少{zh}，草稿无法生成", f"{en} is missing: no draft can be made"),
        field="media",
        remedy=Words("补齐图片后重新送审", "add the picture and submit it for approval again"),
    )
