"""What an account may do with a draft: publish it, mass-send it, leave it to a person, or nothing.

publish  freepublish/submit. No key: whether it was submitted shows in the draft's disappearance.
mass     message/mass/sendall. The key is remembered for 24 hours, so a repeat inside is harmless.
draft    the draft is all the API may make; a person presses "publish" on the website.
export   the account has no API at all; a person copies the text from the console.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Protocol

from hub.kernel.clock import Clock
from hub.kernel.errors import Words
from hub.publishing.errors import Rejected, Unknown
from hub.publishing.ports import Accepted, Finding, Job, Verdict
from publishers.wechat.client import Client
from publishers.wechat.codes import BUSY, KEY_EXISTS, NO_SUCH_MEDIA, Refused
from publishers.wechat.draft import Progress, draft_exists, find, prepare_draft
from publishers.wechat.findings import DRAFT_PREFIX, MASS_PREFIX

__all__ = ["GRACE_MIN", "TIERS", "Tier"]

# A draft may stay in the box while its publication is still running, so its presence proves
# nothing before this time has passed.
GRACE_MIN = 10
# A task that has neither an article nor a draft after this time failed in review: a person looks.
_SETTLED = timedelta(hours=1)
# The platform remembers a clientmsgid for 24 hours; we stop relying on it a little earlier.
_KEY_WINDOW = timedelta(hours=23, minutes=30)


class Tier(Protocol):
    async def deliver(self, job: Job, client: Client) -> Accepted: ...

    async def reconcile(self, job: Job, client: Client) -> Finding: ...


class Publish:
    """Draft, then freepublish/submit, whose result comes later as an event or by asking."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def deliver(self, job: Job, client: Client) -> Accepted:
        progress = Progress(job)
        if adopted := await self._resumed(job, client, progress):
            return adopted
        draft = await prepare_draft(job, client, progress)
        await progress.save(submitted_at=self._clock.now().isoformat(), tier="publish")
        try:
            publish_id = await client.freepublish.submit(draft)
        except Refused as refused:
            # "Busy" is known to be said of tasks that were taken all the same; a draft that was
            # there a moment ago and is gone may just have been published.
            if refused.errcode in (BUSY, NO_SUCH_MEDIA):
                raise _undecided(refused) from refused
            raise
        return Accepted(remote_id=publish_id, pending=True, receipt={"draft": draft})

    async def _resumed(self, job: Job, client: Client, progress: Progress) -> Accepted | None:
        """Never submit a draft a second time unless it is still there, or its time is over."""
        submitted_at = progress.submitted_at
        if submitted_at is None or await draft_exists(client, progress.get("draft")):
            return None
        article_id, article = await find(client.freepublish.batch, "article_id", job, submitted_at)
        if article_id:
            url = str(article.get("url", ""))
            return Accepted(remote_id=article_id, url=url, adopted=True)
        if self._clock.now() - submitted_at < _SETTLED:
            raise Unknown(_RUNNING, platform_code="draft-gone")
        progress.forget("draft", "drafting", "submitted_at")
        return None

    async def reconcile(self, job: Job, client: Client) -> Finding:
        progress = Progress(job)
        submitted_at = progress.submitted_at
        if submitted_at is None:
            return Finding(verdict=Verdict.ABSENT, detail=str(_NOT_BEGUN))
        age = self._clock.now() - submitted_at
        there = await draft_exists(client, progress.get("draft"))
        grace = timedelta(minutes=_number(job.access.settings, "grace_minutes") or GRACE_MIN)
        if there and age < grace:
            return _pending((grace - age).total_seconds(), _STILL_THERE)
        article_id, article = await find(client.freepublish.batch, "article_id", job, submitted_at)
        if article_id:
            url = str(article.get("url", ""))
            return Finding(verdict=Verdict.FOUND, remote_id=article_id, url=url)
        if there:
            return Finding(verdict=Verdict.ABSENT, detail=str(_NEVER_LEFT))
        if age < _SETTLED:
            return _pending(60, _RUNNING)
        return Finding(verdict=Verdict.PERSON, detail=str(_VANISHED))


class MassSend:
    """Draft, then message/mass/sendall under the delivery's own key."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def deliver(self, job: Job, client: Client) -> Accepted:
        progress = Progress(job)
        submitted_at = progress.submitted_at
        if submitted_at is not None and not self._keyed(submitted_at):
            await self._forget_gone_draft(client, progress)
        draft = await prepare_draft(job, client, progress)
        # The first time is kept: the platform counts the key's 24 hours from there.
        first = submitted_at if submitted_at and self._keyed(submitted_at) else self._clock.now()
        await progress.save(submitted_at=first.isoformat(), tier="mass")
        try:
            return await self._send(job, client, draft)
        except Refused as refused:
            if refused.errcode != NO_SUCH_MEDIA or submitted_at is None:
                raise
        # The draft has gone since: sent, or deleted. A new one under the same key tells which.
        progress.forget("draft", "drafting")
        return await self._send(job, client, await prepare_draft(job, client, progress))

    async def _send(self, job: Job, client: Client, draft: str) -> Accepted:
        tag_id = _number(job.access.settings, "tag_id")
        receipt = {"draft": draft, "clientmsgid": job.key}
        try:
            msg_id = await client.mass.send_draft(draft, job.key, tag_id)
        except Refused as refused:
            if refused.errcode == BUSY:
                raise _undecided(refused) from refused
            if refused.errcode != KEY_EXISTS or not refused.result.get("msg_id"):
                raise
            first = f"{MASS_PREFIX}{refused.result['msg_id']}"
            return Accepted(remote_id=first, pending=True, adopted=True, receipt=receipt)
        return Accepted(remote_id=f"{MASS_PREFIX}{msg_id}", pending=True, receipt=receipt)

    def _keyed(self, submitted_at: datetime) -> bool:
        return self._clock.now() - submitted_at < _KEY_WINDOW

    async def _forget_gone_draft(self, client: Client, progress: Progress) -> None:
        if not await draft_exists(client, progress.get("draft")):
            progress.forget("draft", "drafting")

    async def reconcile(self, job: Job, client: Client) -> Finding:
        progress = Progress(job)
        submitted_at = progress.submitted_at
        if submitted_at is None:
            return Finding(verdict=Verdict.ABSENT, detail=str(_NOT_BEGUN))
        if self._keyed(submitted_at):
            return Finding(verdict=Verdict.ABSENT, detail=str(_KEYED))
        if await draft_exists(client, progress.get("draft")):
            return Finding(verdict=Verdict.ABSENT, detail=str(_NEVER_LEFT))
        return Finding(verdict=Verdict.PERSON, detail=str(_VANISHED))


class DraftOnly:
    """The draft is the delivery; whether a person published it shows when it is read back."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def deliver(self, job: Job, client: Client) -> Accepted:
        progress = Progress(job)
        if progress.get("tier") != "draft":
            await progress.save(tier="draft")
        draft = await prepare_draft(job, client, progress)
        return Accepted(
            remote_id=f"{DRAFT_PREFIX}{draft}",
            pending=True,
            receipt={"drafted_at": self._clock.now().isoformat()},
        )

    async def reconcile(self, job: Job, client: Client) -> Finding:
        """Nothing here is public, and a repeat goes on from the draft it finds."""
        return Finding(verdict=Verdict.ABSENT, detail=str(_NOT_BEGUN))


class Export:
    """No call at all. Unknown is the true word: no program knows whether a person pasted it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def deliver(self, job: Job, client: Client) -> Accepted:
        raise Unknown(_BY_HAND, platform_code="export", remedy=_COPY)

    async def reconcile(self, job: Job, client: Client) -> Finding:
        return Finding(verdict=Verdict.PERSON, detail=str(_COPY))


TIERS: Mapping[str, type[Publish] | type[MassSend] | type[DraftOnly] | type[Export]] = (
    MappingProxyType({"publish": Publish, "mass": MassSend, "draft": DraftOnly, "export": Export})
)


def _number(settings: Mapping[str, object], name: str) -> int | None:
    """A whole-number setting, None where it is absent or empty. Raises Rejected for another."""
    value = str(settings.get(name) or "").strip()
    if not value:
        return None
    if not (value.isascii() and value.isdecimal()):
        raise Rejected(
            Words(
                f"账号设置 {name} 应为整数：{value}", f"setting {name} is no whole number: {value}"
            ),
            field=name,
            remedy=Words("改正账号设置后重试", "correct the account's setting, then retry"),
        )
    return int(value)


def _pending(seconds: float, words: Words) -> Finding:
    return Finding(verdict=Verdict.PENDING, retry_after=max(1.0, seconds), detail=str(words))


def _undecided(refused: Refused) -> Unknown:
    return Unknown(
        Words(f"{refused.what}：平台未给出明确结果", f"{refused.what}: no decisive answer"),
        platform_code=str(refused.errcode),
        platform_message=str(refused.errmsg),
    )


_NOT_BEGUN = Words("尚未提交发布，只可能有草稿", "nothing was submitted; at most a draft exists")
_STILL_THERE = Words(
    "草稿仍在，发布任务可能还在进行", "the draft is still there; a task may still be running"
)
_NEVER_LEFT = Words("草稿仍在草稿箱，未曾发布", "the draft never left the box")
_RUNNING = Words("草稿已移出，等待发布结果", "the draft has left the box; the result is awaited")
_KEYED = Words(
    "同一 clientmsgid 在 24 小时内重发无害", "the same clientmsgid is harmless for 24 hours"
)
_VANISHED = Words(
    "草稿已不在，也查不到对应文章，请到公众平台核对",
    "neither the draft nor an article can be found: look on the website",
)
_BY_HAND = Words("该账号没有接口，须由人工发布", "the account has no API: a person publishes it")
_COPY = Words(
    "从控制台复制内容到公众平台发布，再登记结果",
    "copy the text from the console to the website, then record the result",
)
