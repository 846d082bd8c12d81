"""The outlet of a group robot: one signed POST to a webhook, and nothing that could be asked later.

What the robots of the work messengers have in common: HTTP 200 for every refusal, no message id,
no idempotency key, no history, no way to take a message back. So a lost answer is settled by a
person who looks into the group, and a message is known by our own key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from hub.kernel.clock import Clock
from hub.kernel.errors import InvalidInput, Words
from hub.publishing.errors import DeliveryError, Rejected, Unauthorised
from hub.publishing.models import Declaration, Part
from hub.publishing.ports import Accepted, Access, Finding, Job, Verdict
from publishers.contract import Source
from publishers.envelope import Codes
from publishers.messages import read_picture, refuse_unfit
from publishers.wire import Wire

__all__ = ["Post", "Robot", "WebhookOutlet", "body_within", "hmac_sha256", "token_of"]

_TOKEN = re.compile(r"[A-Za-z0-9_-]{8,128}")
_LOOK = Words(
    "请打开群聊，按消息末尾的编号查看是否已发出",
    "open the group and look for the message by the number at its end",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One call of a webhook. URL, `query` and `body` may hold secrets."""

    url: str = field(repr=False)
    body: Mapping[str, Any] = field(repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Robot:
    """One platform's robots. `rules` gives what holds for a part by its `extra`; `post` makes the
    call for a part and its pictures at a moment, and raises Unauthorised for a token that is none.
    """

    declaration: Declaration
    codes: Codes
    rules: Callable[[Mapping[str, Any]], Declaration]
    post: Callable[[Access, Part, Sequence[bytes], datetime], Post]


class WebhookOutlet:
    """Implements hub.publishing.ports.Outlet for the robots of one platform."""

    def __init__(self, robot: Robot, wire: Wire, clock: Clock) -> None:
        self.declaration = robot.declaration
        self._robot = robot
        self._wire = wire
        self._clock = clock

    async def deliver(self, job: Job) -> Accepted:
        part = job.part
        refuse_unfit(part, self._robot.rules(part.extra))
        pictures = [await read_picture(job, ref) for ref in part.media]
        if pictures:
            await job.checkpoint(job.progress)  # reading took time: is the lease still ours?
        post = self._robot.post(job.access, part, pictures, self._clock.now())
        try:
            answer = await self._wire.call(
                "POST",
                post.url,
                what=f"{self.declaration.title.en} webhook",
                effect=True,
                timeout=self.declaration.call_timeout,
                params=post.query,
                json=post.body,
            )
            self._robot.codes.result_of(answer)
        except DeliveryError as error:
            # The URL holds the token, and aiohttp's errors quote the URL: cut the chain here.
            raise error from None
        return Accepted(remote_id="")

    async def reconcile(self, job: Job) -> Finding:
        return Finding(verdict=Verdict.PERSON, remote_id=job.remote_id, detail=str(_LOOK))

    async def verify(self, job: Job) -> Finding:
        return await self.reconcile(job)

    async def withdraw(self, job: Job) -> None:
        raise self._cannot("撤回", "take a message back")

    async def amend(self, job: Job) -> Accepted:
        raise self._cannot("修改", "change a message")

    async def close(self) -> None:
        """Nothing is held: the wire is its owner's."""

    def _cannot(self, zh: str, en: str) -> Rejected:
        name = self.declaration.title
        return Rejected(
            Words(f"{name.zh}不能{zh}已发消息", f"the {name.en} cannot {en}"),
            remedy=Words(
                "请群主在客户端处理，或另发更正",
                "let the group's owner act in the client, or post a correction",
            ),
        )


def hmac_sha256(key: str, message: str) -> str:
    """HMAC-SHA256 in Base64, the form in which the robots' platforms want their signatures."""
    return base64.b64encode(hmac.digest(key.encode(), message.encode(), hashlib.sha256)).decode()


def token_of(access: Access, name: str) -> str:
    """The robot's token; raises Unauthorised for what cannot be one, such as the whole URL."""
    token = str(access.credentials.get(name, "")).strip()
    if _TOKEN.fullmatch(token):
        return token
    raise Unauthorised(
        Words("机器人的 Webhook 令牌缺失或格式不对", "the webhook's token is missing or malformed"),
        platform_code="bad-token",
        field=name,
        remedy=Words(
            "只填写 Webhook 地址末尾的令牌，不要填整个网址",
            "enter only the token at the end of the webhook's address, not the whole address",
        ),
    )


def body_within(
    declaration: Declaration, limit: int, body: Callable[[Part], Mapping[str, Any]]
) -> Callable[[tuple[Part, ...], Source], tuple[Part, ...]]:
    """`Channel.finish` for a platform that limits the whole request, of `limit` bytes of JSON.

    A text within the declared limit can still be too long as JSON: quotation marks and line ends
    take two bytes there, a paragraph of rich text some thirty.
    """

    def finish(parts: tuple[Part, ...], source: Source) -> tuple[Part, ...]:
        for part in parts:
            size = len(msgspec.json.encode(body(part)))
            if size > limit and len(part.text.encode()) <= declaration.text_limit:
                raise _too_large(declaration, size, limit)
        return parts

    return finish


def _too_large(declaration: Declaration, size: int, limit: int) -> InvalidInput:
    name = declaration.title
    return InvalidInput(
        Words(
            f"{name.zh}：整个请求为 {size} 字节，上限 {limit} 字节",
            f"{name.en}: the whole request has {size} bytes, at most {limit} are taken",
        ),
        field=f"{declaration.name}.text",
        remedy=Words("缩短后重新提交，或不选此渠道", "shorten it, or leave this channel out"),
    )
