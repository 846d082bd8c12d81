"""A mail server by others (aiosmtpd) that does as it is told, and an account that sends to it."""

from __future__ import annotations

import asyncio
import email
import email.policy
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from hub.kernel.clock import ManualClock
from hub.publishing.ports import Access
from publishers.email.publisher import EmailOutlet
from publishers.registry import find_channel
from tests.publishers.doubles import MemoryMedia, Stage, open_stage, simulator_of

SENDER, LIST = "zwgk@mail.example.gov.cn", "gongkai@lists.example.gov.cn"
USER, PASSWORD = "zwgk", "s3cret-word"
SETTINGS = {
    "to": LIST,
    "unsubscribe": "https://lists.example.gov.cn/leave?list=gongkai",
    "sender_name": "四川省人民政府",
    "security": "none",
}


@dataclass(slots=True)
class PostOffice:
    """What the server by others was given, and what it says instead of yes. A reply "hang" never
    comes, "drop" breaks the connection."""

    port: int = 0
    replies: dict[str, str] = field(default_factory=dict)
    taken: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    async def _said(self, server: SMTP, stage: str, usual: str) -> str:
        reply = self.replies.get(stage, usual)
        if reply == "hang":
            await asyncio.sleep(3600)
        if reply == "drop":
            server.transport.abort()  # type: ignore[union-attr]
        return reply

    async def handle_EHLO(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        if "EHLO" in self.replies:
            return [await self._said(server, "EHLO", "")]
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return await self._said(server, "MAIL", "250 2.1.0 Ok")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = await self._said(server, f"RCPT {address}", self.replies.get("RCPT", "250 Ok"))
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        self.raw.append(content)
        self.taken.append(email.message_from_bytes(content, policy=email.policy.default))
        self.envelopes.append(envelope)
        self.encrypted.append(session.ssl is not None)
        return await self._said(server, "DATA", "250 2.0.0 Ok: queued as 1A2B")


def _authenticator(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
) -> AuthResult:
    assert isinstance(data, LoginPassword)
    good = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=good, handled=False)


Opening = Callable[..., AbstractAsyncContextManager[PostOffice]]


@pytest.fixture
def post_office() -> Opening:
    """Opens a server: `tls` a context it shows, `at_once` without STARTTLS, `log_in` wanted."""

    @asynccontextmanager
    async def opened(
        tls: ssl.SSLContext | None = None,
        at_once: bool = False,
        log_in: bool = False,
        utf8: bool = True,
    ) -> AsyncIterator[PostOffice]:
        office = PostOffice()
        loop = asyncio.get_running_loop()

        def serve() -> SMTP:
            return SMTP(
                office,
                enable_SMTPUTF8=utf8,
                hostname="mx.example.gov.cn",
                tls_context=None if at_once else tls,
                auth_required=log_in,
                auth_require_tls=log_in and not at_once,
                authenticator=_authenticator,
                loop=loop,
            )

        server = await loop.create_server(serve, "127.0.0.1", 0, ssl=tls if at_once else None)
        office.port = server.sockets[0].getsockname()[1]
        try:
            yield office
        finally:
            server.close()

    return opened


@dataclass(slots=True)
class Sender:
    """An account before a server, on a clock that is told."""

    outlet: EmailOutlet
    access: Access
    clock: ManualClock
    media: MemoryMedia = field(default_factory=MemoryMedia)

    def with_settings(self, **settings: str) -> None:
        self.access = replace(self.access, settings={**self.access.settings, **settings})

    def log_in(self, password: str = PASSWORD) -> None:
        credentials = {"username": USER, "password": password}
        self.access = replace(self.access, credentials=credentials)

    def lead_to(self, office: PostOffice, scheme: str = "smtp") -> None:
        self.access = replace(self.access, base_url=f"{scheme}://127.0.0.1:{office.port}")

    def patient(self, seconds: float) -> None:
        self.outlet.declaration = replace(
            self.outlet.declaration, call_timeout=timedelta(seconds=seconds)
        )


@pytest.fixture
def sender(clock: ManualClock) -> Sender:
    outlet = EmailOutlet(None, clock)  # type: ignore[arg-type]
    access = Access(account_id="a", handle=SENDER, base_url="", settings=SETTINGS)
    return Sender(outlet, access, clock)


@pytest.fixture
async def stage(clock: ManualClock) -> AsyncIterator[Stage]:
    async with open_stage(find_channel("email"), clock) as opened:
        yield opened


@pytest.fixture
def platform(clock: ManualClock) -> Any:
    return simulator_of(find_channel("email"))(clock)
