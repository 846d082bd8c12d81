"""A mail server with its mailing lists, as strict as the RFCs and the large providers are.

It keeps what it takes, to the byte, and drops no second message with a known Message-ID: that is
a receiver's kindness (RFC 7352), not a server's. Sources: RFC 5321, 5322, 3463, 6532, 1870.
"""

from __future__ import annotations

import asyncio
import contextlib
import email
import email.policy
import hashlib
import hmac
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import getaddresses

from aiohttp import web

from hub.kernel.clock import Clock
from publishers import simulation
from publishers.email.simulator_imap import Letter, Mailbox, Reading
from publishers.email.simulator_smtp import Conversation, Envelope
from publishers.simulation import Enrolment, Shown

__all__ = ["Mail", "Platform"]

_MAIL_DOMAIN, _LIST_DOMAIN = "mail.example.gov.cn", "lists.example.gov.cn"
_LONGEST_LINE = 998  # RFC 5322, 2.1.1, without the CRLF
_NAME = re.compile(r"[a-z0-9-]{1,40}")
_ONCE = ("From", "Date", "Message-ID", "Subject", "To", "MIME-Version")
_LARGEST = 64 * 1024 * 1024  # what the reader holds; `size_limit` is what is taken


@dataclass(frozen=True, slots=True)
class Mail:
    """A message as it was taken."""

    at: datetime
    envelope: Envelope
    raw: bytes
    parsed: EmailMessage


class Platform(simulation.Platform):
    """Speaks SMTP at `address` and IMAP at `imap`; its web application has no page. Switches
    (`tune`): `size_limit` (bytes), `greylist` (each recipient is refused once for now), `refused`
    (recipients that do not exist), `drops` (takes messages and loses them). `over_http` is False:
    there is none."""

    name = "email"
    over_http = False

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.size_limit = 25 * 1024 * 1024
        self.greylist = False
        self.refused: list[str] = []
        self.drops = False
        self.mails: list[Mail] = []
        self.imap = ""  # where mailboxes are read, while listening
        self._mailboxes: dict[str, Mailbox] = {}
        self._passwords: dict[str, str] = {}
        self._greylisted: set[tuple[str, str]] = set()

    def routes(self) -> list[web.RouteDef]:
        return []

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        talks: set[asyncio.Task[None]] = set()

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.ensure_future(Conversation(self, reader, writer).run())
            talks.add(task)
            task.add_done_callback(talks.discard)

        async def show(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.ensure_future(Reading(self, reader, writer).run())
            talks.add(task)
            task.add_done_callback(talks.discard)

        server = await asyncio.start_server(talk, self.host, 0, limit=_LARGEST)
        shelf = await asyncio.start_server(show, self.host, 0)
        self.imap = f"imap://{self.host}:{shelf.sockets[0].getsockname()[1]}"
        try:
            yield f"smtp://{self.host}:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()
            shelf.close()
            for task in talks:
                task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(*talks, return_exceptions=True)

    def enrol(self, handle: str) -> Enrolment:
        """A mailbox to send from and a mailing list to send to."""
        known = handle if _NAME.fullmatch(handle) else hashlib.sha256(handle.encode()).hexdigest()
        name = known[:40]
        address = handle if "@" in handle else f"{name}@{_MAIL_DOMAIN}"
        self._passwords.setdefault(
            address, hashlib.sha256(f"password {address}".encode()).hexdigest()[:24]
        )
        leave = f"https://{_LIST_DOMAIN}/leave?list={name}"
        return Enrolment(
            handle=address,
            credentials={"username": address, "password": self._passwords[address]},
            settings={
                "to": f"{name}@{_LIST_DOMAIN}",
                "unsubscribe": f"{leave}, mailto:leave-{name}@{_LIST_DOMAIN}",
                "one_click": "true",
                "list_id": f"{name}.{_LIST_DOMAIN}",
                "sender_name": "政务公开",
                "security": "none",
            },
        )

    def shown(self) -> list[Shown]:
        return [_shown(mail) for mail in self.mails]

    def mailbox(self, user: str) -> Mailbox:
        return self._mailboxes.setdefault(user, Mailbox())

    def arrive(self, user: str, raw: bytes) -> None:
        """A letter comes into a mailbox, as its last server left it."""
        box = self.mailbox(user)
        box.letters.append(Letter(box.next, self.clock.now(), raw))
        box.next += 1

    def made_anew(self, user: str) -> None:
        """The mailbox is restored from a copy: the same letters under other numbers."""
        box = self.mailbox(user)
        box.validity, box.next = box.validity + 1, 1
        letters, box.letters = box.letters, []
        for letter in letters:
            box.letters.append(Letter(box.next, letter.at, letter.raw))
            box.next += 1

    def log_in(self, user: str, password: str) -> bool:
        known = self._passwords.get(user, "")
        return bool(known) and hmac.compare_digest(known.encode(), password.encode())

    def sender(self, user: str, address: str) -> str:
        return "" if address == user else "553 5.7.1 Sender address rejected: not owned by user"

    def recipient(self, envelope: Envelope, address: str) -> str:
        if address in self.refused:
            return "550 5.1.1 Recipient address rejected: user unknown"
        pair = (envelope.sender, address)
        if self.greylist and pair not in self._greylisted:
            self._greylisted.add(pair)
            return "451 4.7.1 Greylisting in action, please come back later"
        return ""

    def take(self, envelope: Envelope, message: bytes) -> str:
        parsed = email.message_from_bytes(message, policy=email.policy.default)
        if complaint := _complaint(envelope, message, parsed, self.size_limit):
            return complaint
        if not self.drops:
            self.mails.append(Mail(self.clock.now(), envelope, message, parsed))
        return f"250 2.0.0 Ok: queued as {hashlib.sha256(message).hexdigest()[:10].upper()}"


def _complaint(envelope: Envelope, raw: bytes, parsed: EmailMessage, size_limit: int) -> str:
    """Why a message is refused; empty when it is not."""
    if len(raw) > size_limit:
        return "552 5.3.4 Message size exceeds fixed limit"
    lines = raw.split(b"\r\n")
    if any(b"\r" in line or b"\n" in line for line in lines):
        return "550 5.5.2 Bare carriage return or line feed"
    if any(len(line) > _LONGEST_LINE for line in lines):
        return "550 5.6.0 Line too long"
    if not raw.isascii() and not envelope.eight_bit:
        return "550 5.6.1 8-bit content without BODY=8BITMIME"
    if not raw.partition(b"\r\n\r\n")[0].isascii() and not envelope.utf8:
        return "550 5.6.7 8-bit header without SMTPUTF8"
    if any(len(parsed.get_all(name, [])) > 1 for name in _ONCE):
        return "550 5.6.0 A header occurs twice"
    if not all(parsed.get(name) for name in ("From", "Date", "Message-ID")):
        return "550 5.6.0 From, Date or Message-ID is missing"
    ((_, sender),) = getaddresses([str(parsed["From"])]) or [("", "")]
    if sender != envelope.sender:
        return "550 5.7.1 From is not the authenticated sender"
    if parsed.defects or any(part.defects for part in parsed.walk()):
        return "550 5.6.0 Malformed MIME"
    return ""


def _shown(mail: Mail) -> Shown:
    body = mail.parsed.get_body(("plain", "html"))
    pictures = [part for part in mail.parsed.walk() if part.get_content_maintype() == "image"]
    return Shown(
        account=mail.envelope.sender,
        remote_id=str(mail.parsed["Message-ID"]).strip("<>"),
        title=str(mail.parsed["Subject"] or ""),
        text=body.get_content() if body else "",
        at=mail.at,
        pictures=len(pictures),
        readers={"recipients": list(mail.envelope.recipients)},
    )
