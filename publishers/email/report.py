"""A report by e-mail: one person, an HTML page, and the report's files.

Not for publishing: no edition is signed and nobody unsubscribes here; who gets reports is on the
hub's own list. The same key and date give the same bytes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime

from hub.kernel.errors import Words
from hub.publishing.errors import Rejected
from hub.publishing.ports import Access
from publishers.email.addresses import Letterhead, letterhead_of, unprintable
from publishers.email.message import message_id
from publishers.email.smtp import hand_over, server_of

__all__ = ["ReportMailer", "write_report"]

_STEP_S = 60.0
_KINDS: Mapping[str, tuple[str, str]] = {
    "pdf": ("application", "pdf"),
    "docx": (
        "application",
        "vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    "xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
_OTHER = ("application", "octet-stream")


class ReportMailer:
    """`Mailer` (hub.opinion.briefs.ports) through one's own mail server. `server` is like
    smtp://mail.example.gov.cn, `sender` the address reports come from; `security` is starttls or
    none, an smtps:// address is always encrypted."""

    def __init__(
        self,
        server: str,
        sender: str,
        *,
        sender_name: str,
        username: str = "",
        password: str = "",
        security: str = "starttls",
    ) -> None:
        self._access = Access(
            account_id="reports",
            handle=sender,
            base_url=server,
            credentials={"username": username, "password": password},
            settings={
                "sender_name": sender_name,
                "security": security,
                "unsubscribe": f"mailto:{sender}",
            },
        )

    async def send(
        self,
        address: str,
        *,
        subject: str,
        text: str,
        html: str,
        files: Mapping[str, bytes],
        key: str,
        date: datetime,
    ) -> None:
        settings = {**self._access.settings, "to": address}
        held = self._access
        access = Access(
            account_id=held.account_id,
            handle=held.handle,
            base_url=held.base_url,
            credentials=held.credentials,
            settings=settings,
        )
        letterhead = letterhead_of(access)
        message = await asyncio.to_thread(
            write_report,
            letterhead,
            subject=subject,
            text=text,
            html=html,
            files=files,
            key=key,
            date=date,
        )
        await hand_over(server_of(access), letterhead, message, _STEP_S)


def write_report(
    letterhead: Letterhead,
    *,
    subject: str,
    text: str,
    html: str,
    files: Mapping[str, bytes],
    key: str,
    date: datetime,
) -> bytes:
    """The message's bytes; raises Rejected for a subject that could be no header."""
    if unprintable(subject) or not subject.strip():
        raise Rejected(
            Words("标题含有换行或控制字符", "the subject has control characters"),
            field="title",
            platform_code="subject",
        )
    message = EmailMessage(policy=policy.SMTP)
    message["Date"] = format_datetime(date)
    message["From"] = f'"{letterhead.name}" <{letterhead.sender}>'
    message["To"] = str(letterhead.recipients[0])
    message["Subject"] = subject
    message["Message-ID"] = message_id(letterhead, key)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies
    message.set_content(text, cte="base64")
    if html:
        message.add_alternative(html, subtype="html", cte="base64")
    for name, content in files.items():
        kind, subtype = _KINDS.get(name.rpartition(".")[2], _OTHER)
        message.add_attachment(content, kind, subtype, filename=name)
    for number, one in enumerate(part for part in message.walk() if part.is_multipart()):
        one.set_boundary(f"=_{key}_{number}")  # no base64 has "=_"
    return message.as_bytes()
