"""The outlet: picks the account's tier, and speaks hub's errors instead of wechatpy's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from hub.kernel.clock import Clock
from hub.kernel.errors import Words
from hub.publishing.errors import Busy, Rejected
from hub.publishing.models import Declaration
from hub.publishing.ports import Accepted, Access, Finding, Job, Verdict
from publishers.wechat.article import same_pictures, same_words
from publishers.wechat.client import Client
from publishers.wechat.codes import NO_SUCH_ARTICLE, Refused, error_for
from publishers.wechat.draft import Progress, draft_exists, find, upload_media
from publishers.wechat.findings import (
    DRAFT_PREFIX,
    MASS_PREFIX,
    mass_poll_finding,
    publication_finding,
)
from publishers.wechat.tiers import TIERS, Tier
from publishers.wire import Wire

__all__ = ["WeChatOutlet"]

_HUMAN_POLL_S = 600.0  # a person publishes when it suits them


class WeChatOutlet:
    """`Outlet` for WeChat official accounts; see hub.publishing.ports for the contract.

    A remote id is, by its form: digits = a publishing task, `mass:…` = a mass send, `draft:…` = a
    draft that waits for a person, anything else = a published article.
    """

    def __init__(
        self,
        wire: Wire,
        clock: Clock,
        declaration: Declaration,
        *,
        timeout: timedelta | None = None,
    ) -> None:
        self.declaration = declaration
        self._wire = wire
        self._clock = clock
        self._timeout = timeout or declaration.call_timeout
        self._clients: dict[str, tuple[Access, Client]] = {}

    async def deliver(self, job: Job) -> Accepted:
        with self._translated(job):
            return await self._tier(job).deliver(job, self._client(job.access))

    async def prepare(self, job: Job) -> Mapping[str, Any]:
        """`Preparing`: pictures and cover; an account without an API takes nothing ahead."""
        progress = Progress(job)
        if job.access.settings.get("tier") != "export":
            with self._translated(job):
                await upload_media(job, self._client(job.access), progress)
        return progress.saved

    async def reconcile(self, job: Job) -> Finding:
        with self._translated(job):
            return await self._tier(job).reconcile(job, self._client(job.access))

    async def verify(self, job: Job) -> Finding:
        if not job.remote_id or job.access.settings.get("tier") == "export":
            return Finding(verdict=Verdict.PERSON, remote_id=job.remote_id)
        with self._translated(job):
            return await self._look(job, self._client(job.access))

    async def withdraw(self, job: Job) -> None:
        with self._translated(job):
            await self._remove(job, self._client(job.access))

    async def amend(self, job: Job) -> Accepted:
        raise Rejected(
            Words("微信不支持修改已发布文章", "WeChat cannot change a published article"),
            remedy=Words("撤回后重新发布，或另发更正", "recall and publish again, or correct"),
        )

    async def reach(self, access: Access) -> str:
        """`Reaching`: WeChat gives a token to whom it knows, and to addresses it was told of."""
        try:
            await self._client(access).tokens.current()
        except Refused as refused:
            raise error_for(refused, self._clock.now(), monthly_mass=False) from refused
        return ""

    async def close(self) -> None:
        self._clients.clear()

    async def _look(self, job: Job, client: Client) -> Finding:
        kind, remote_id = _kind(job.remote_id)
        if kind == "mass":
            answer = await client.message.get_mass(remote_id)
            return mass_poll_finding(job.remote_id, str(answer.get("msg_status", "")))
        if kind == "draft":
            return await self._look_for_persons_work(job, client, remote_id)
        if kind == "task":
            answer = await client.freepublish.get(remote_id)
            article_id = str(answer.get("article_id") or "")
            found = publication_finding(
                int(answer["publish_status"]),
                article_id=article_id or remote_id,
                items=(answer.get("article_detail") or {}).get("item"),
            )
            if found.verdict is not Verdict.FOUND or not article_id:
                return found
            # The task's own word counts where the article cannot be read back yet.
            held = await self._read_article(job, client, article_id)
            return held if held.verdict is Verdict.FOUND else found
        return await self._read_article(job, client, remote_id)

    async def _read_article(self, job: Job, client: Client, article_id: str) -> Finding:
        try:
            articles = await client.freepublish.article(article_id)
        except Refused as refused:
            if refused.errcode != NO_SUCH_ARTICLE:
                raise
            articles = []
        if not articles or articles[0].get("is_deleted"):
            return Finding(verdict=Verdict.GONE, remote_id=article_id, detail=str(_DELETED))
        held = articles[0]
        return Finding(
            verdict=Verdict.FOUND,
            remote_id=article_id,
            url=str(held.get("url", "")),
            same=same_words(job.part, held) and same_pictures(job.part, held),
        )

    async def _look_for_persons_work(self, job: Job, client: Client, draft: str) -> Finding:
        """The draft still waits, or an article like it is out; else only a person knows."""
        if await draft_exists(client, draft):
            return Finding(verdict=Verdict.PENDING, detail=str(_WAITS), retry_after=_HUMAN_POLL_S)
        since = job.started_at or self._clock.now() - timedelta(days=30)
        article_id, _ = await find(client.freepublish.batch, "article_id", job, since)
        if article_id:
            return await self._read_article(job, client, article_id)
        return Finding(verdict=Verdict.PERSON, remote_id=job.remote_id, detail=str(_NO_TRACE))

    async def _remove(self, job: Job, client: Client) -> None:
        kind, remote_id = _kind(job.remote_id)
        if kind == "mass":
            await client.message.delete_mass(remote_id)
            return
        if kind == "draft" and await draft_exists(client, remote_id):
            await client.draft.delete(remote_id)
            return
        if kind != "article":
            found = await self._look(job, client)
            if found.verdict is Verdict.GONE:
                return
            if found.verdict is not Verdict.FOUND:
                raise _cannot_recall(found)
            remote_id = found.remote_id
        try:
            await client.freepublish.delete(remote_id)
        except Refused as refused:
            if refused.errcode != NO_SUCH_ARTICLE:
                raise

    def _tier(self, job: Job) -> Tier:
        """The tier that began the job goes on with it, whatever the account is set to by now."""
        begun = job.progress.get("tier") if job.progress.get("submitted_at") else None
        name = str(begun or job.access.settings.get("tier") or "publish")
        if name not in TIERS:
            known = ", ".join(TIERS)
            raise Rejected(
                Words(f"未知的发布方式 tier={name}", f"unknown tier {name}"),
                field="tier",
                remedy=Words(f"可用：{known}", f"one of: {known}"),
            )
        return TIERS[name](self._clock)

    def _client(self, access: Access) -> Client:
        """The account's client, which holds its token; a new one when the access has changed."""
        known = self._clients.get(access.account_id)
        if known and _same_door(known[0], access):
            return known[1]
        client = Client(
            self._wire,
            self._clock,
            base_url=access.base_url,
            appid=access.credentials.get("appid", ""),
            secret=access.credentials.get("secret", ""),
            timeout=self._timeout,
        )
        self._clients[access.account_id] = (access, client)
        return client

    @contextmanager
    def _translated(self, job: Job) -> Iterator[None]:
        try:
            yield
        except Refused as refused:
            monthly = job.access.settings.get("account_type") == "service"
            raise error_for(refused, self._clock.now(), monthly_mass=monthly) from refused


def _kind(remote_id: str) -> tuple[str, str]:
    for kind, prefix in (("mass", MASS_PREFIX), ("draft", DRAFT_PREFIX)):
        if remote_id.startswith(prefix):
            return kind, remote_id.removeprefix(prefix)
    return ("task" if remote_id.isdecimal() else "article"), remote_id


def _same_door(one: Access, other: Access) -> bool:
    return one.base_url == other.base_url and dict(one.credentials) == dict(other.credentials)


def _cannot_recall(found: Finding) -> Busy | Rejected:
    if found.verdict is Verdict.PENDING:
        return Busy(Words("平台仍在发布，稍后撤回", "still being published; recalled later"))
    return Rejected(
        Words("查不到对应文章，无法撤回", "no article to recall can be found"),
        remedy=Words("到公众平台核对并删除", "look on the website and delete it there"),
    )


_DELETED = Words("文章已删除", "the article was deleted")
_WAITS = Words("草稿已就绪，等待人工发布", "the draft waits for a person to publish it")
_NO_TRACE = Words(
    "草稿已不在，发布列表中查不到（可能已群发或删除）",
    "the draft is gone and not in the list of publications: mass-sent by hand, or deleted",
)
