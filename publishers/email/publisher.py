"""The outlet: one message, one transaction; what the server said is the receipt."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from hub.kernel.clock import Clock
from hub.kernel.errors import NotFound, Words
from hub.publishing.errors import Rejected
from hub.publishing.ports import Accepted, Finding, Job, Verdict
from publishers.email.addresses import letterhead_of
from publishers.email.declaration import DECLARATION
from publishers.email.message import message_id, write_message
from publishers.email.smtp import hand_over, server_of
from publishers.limits import problems, refusal
from publishers.wire import Wire

__all__ = ["EmailOutlet"]


class EmailOutlet:
    """Implements hub.publishing.ports.Outlet. A message cannot be asked for, changed or taken
    back; a person settles what is unknown."""

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self.declaration = DECLARATION
        self._clock = clock

    async def deliver(self, job: Job) -> Accepted:
        if found := problems([job.part], self.declaration):
            error = refusal(found, self.declaration)
            raise Rejected(error.words, field=error.field, remedy=error.remedy)
        server, letterhead = server_of(job.access), letterhead_of(job.access)
        pictures = await _pictures(job)
        # The first attempt's time, so that a repeat is the same message to the last byte.
        date = job.started_at or self._clock.now()
        # Up to 25 MB are encoded: not on the loop.
        message = await asyncio.to_thread(
            write_message, job.part, pictures, letterhead, job.key, date
        )
        await job.checkpoint(job.progress)  # all this took time: is the lease still ours?
        step_s = self.declaration.call_timeout.total_seconds()
        receipt = await hand_over(server, letterhead, message, step_s)
        identity = message_id(letterhead, job.key)
        told: dict[str, Any] = {
            "message_id": identity,
            "reply": receipt.reply,
            "recipients": len(letterhead.recipients) - len(receipt.refused),
            "refused": receipt.refused,
        }
        if receipt.refused:
            told["note"] = _note(receipt.refused)
        return Accepted(remote_id=identity.strip("<>"), receipt=told)

    async def reconcile(self, job: Job) -> Finding:
        """SMTP has no question for what became of a message."""
        identity = message_id(letterhead_of(job.access), job.key)
        words = Words(
            f"请在服务器日志或收件箱里查 Message-ID {identity}",
            f"look for Message-ID {identity} in the server's log or an inbox",
        )
        return Finding(verdict=Verdict.PERSON, remote_id=job.remote_id, detail=str(words))

    async def verify(self, job: Job) -> Finding:
        return await self.reconcile(job)

    async def withdraw(self, job: Job) -> None:
        raise _cannot("撤回", "withdrawn")

    async def amend(self, job: Job) -> Accepted:
        raise _cannot("修改", "changed")

    async def close(self) -> None:
        """Nothing is held: every message has a connection of its own."""


async def _pictures(job: Job) -> dict[str, bytes]:
    try:
        return {media.sha256: await job.media.read(media.sha256) for media in job.part.media}
    except NotFound as error:
        raise Rejected(
            Words("图片不在素材库", "a picture is missing"),
            field="media",
            remedy=Words("重新上传图片并送审", "upload the picture again and have it approved"),
        ) from error


def _note(refused: Mapping[str, str]) -> dict[str, str]:
    """Who does not get it, for the person who looks at the delivery."""
    listed = ", ".join(f"{who} ({code})" for who, code in refused.items())
    return {
        "zh": f"服务器拒收以下收件地址：{listed}",
        "en": f"the server refused these recipients: {listed}",
    }


def _cannot(zh: str, en: str) -> Rejected:
    return Rejected(
        Words(f"邮件发出后不能{zh}", f"a message cannot be {en}"),
        platform_code="no-such-call",
        remedy=Words("另发更正", "send a correction"),
    )
