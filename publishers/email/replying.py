"""Answers to letters: in their thread, as text, pictures attached; marked as what they are.

`Auto-Submitted: auto-replied` (RFC 3834) keeps other programs from answering. It goes to the one
address that the letter is from, by the account's own server, so that SPF and DKIM are right.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime

from hub.conversation.models import Outgoing
from hub.kernel.clock import Clock
from hub.kernel.errors import NotFound, Words
from hub.publishing.errors import Rejected
from hub.publishing.ports import Access, MediaSource
from publishers.answering import in_words
from publishers.email.addresses import Letterhead, address_of, reply_head
from publishers.email.message import encoded, line, phrase
from publishers.email.smtp import hand_over, server_of
from publishers.wire import Wire

__all__ = ["EmailReplier"]

_STEP = timedelta(seconds=30)
_TEXT_BYTES = 60_000
_MOST_PICTURES = 9
_NOTICE = Words(
    "本邮件为自动答复，依据已公开的政府信息。直接回复即可继续提问；回复数字即选择。",
    "This is an automatic answer from published government information. Reply to go on asking; a "
    "number alone is a choice.",
)


class EmailReplier:
    """`Replier` by the account's own mail server."""

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self._clock = clock

    async def reply(self, access: Access, outgoing: Outgoing, media: MediaSource) -> None:
        server = server_of(access)
        head = reply_head(access, address_of(outgoing.address, "address"))
        pictures = [
            (picture.alt, await _read(media, picture.sha256))
            for picture in outgoing.answer.media[:_MOST_PICTURES]
        ]
        text = f"{in_words(outgoing.answer, _fits)}\n\n-- \n{_NOTICE.zh}\n{_NOTICE.en}\n"
        lines = [*_headers(head, outgoing, self._clock.now()), ""]
        message = "\r\n".join(lines).encode() + _body(text, pictures, outgoing.id)
        await hand_over(server, head, message, _STEP.total_seconds())

    async def close(self) -> None:
        """Nothing is held: every message has a connection of its own."""


def _headers(head: Letterhead, outgoing: Outgoing, now: datetime) -> Iterator[str]:
    context = outgoing.context
    subject = context.get("subject") or "您的来信"
    if not subject.lower().startswith(("re:", "回复:", "回复：", "答复:", "答复：")):
        subject = f"Re: {subject}"
    yield line("Date", format_datetime(now))
    yield line("From", f"{phrase(head.name)} <{head.sender}>".strip())
    yield line("To", str(head.recipients[0]))
    yield f"Subject: {encoded(subject, 'Subject')}"
    yield line("Message-ID", f"<{outgoing.id}.answer@{head.sender.domain}>")
    if context.get("answers"):
        yield line("In-Reply-To", context["answers"])
    if context.get("references"):
        yield line("References", "\r\n ".join(context["references"].split()))
    yield line("Auto-Submitted", "auto-replied")


def _body(text: str, pictures: list[tuple[str, bytes]], key: str) -> bytes:
    message = EmailMessage(policy=policy.SMTP)
    message.set_content(text, cte="base64")
    for number, (alt, data) in enumerate(pictures, 1):
        png = data.startswith(b"\x89PNG")
        message.add_attachment(
            data,
            "image",
            "png" if png else "jpeg",
            filename=f"{number}.{'png' if png else 'jpg'}",
            headers=[f"Content-Description: {encoded(alt, 'Content-Description')}"]
            if alt
            else None,
        )
    if message.is_multipart():
        message.set_boundary(f"=_{key}")  # no base64 has "=_"
    return message.as_bytes(policy=policy.SMTP)


async def _read(media: MediaSource, sha256: str) -> bytes:
    try:
        return await media.read(sha256)
    except NotFound as error:
        raise Rejected(
            Words(f"图片 {sha256[:12]} 不在素材库", "the picture is missing"), field="media"
        ) from error


def _fits(text: str) -> bool:
    return len(text.encode()) <= _TEXT_BYTES
