"""One message to one server, step by step, and at which step it became irrevocable.

A server must forget a message whose final dot it never saw (RFC 5321, 4.1.1.4), so whatever goes
wrong before the dot is written was surely not sent. After it, only a reply decides: without one,
the server may have taken the message (RFC 1047).
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlsplit

import aiosmtplib

from hub.kernel.errors import Words
from hub.publishing.errors import DeliveryError, NotSent, Rejected, Unauthorised, Unknown
from hub.publishing.ports import Access
from publishers.email.addresses import Address, Letterhead
from publishers.email.codes import readable, refusal, reply_code

__all__ = ["Receipt", "Server", "hand_over", "server_of"]

_SUBMISSION, _RELAY, _TLS = 587, 25, 465  # RFC 6409, 5321, 8314
_CONNECT_TIMEOUT_S = 10.0
# RFC 5321, 4.5.3.2.6 asks for ten minutes after the dot: the shorter the wait, the more messages
# whose fate nobody knows. The other steps have a minute.
_AFTER_THE_DOT = 10
_BLOCK = 64 * 1024
_FAREWELL = b"QUIT\r\n"  # politeness; nobody waits for the answer, which changes nothing
_RETRIED = Words("检查网络与接口地址；将自动重试", "check network and base_url; it is tried again")


@dataclass(frozen=True, slots=True)
class Server:
    """Where and how to connect; `security` is tls (from the first byte), starttls or none."""

    host: str
    port: int
    security: str
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the server said to the message, and which recipients it refused with which code."""

    reply: str
    refused: dict[str, str]


def server_of(access: Access) -> Server:
    """Raises Rejected naming what of the account a person has to mend."""
    try:
        parts = urlsplit(access.base_url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if parts.scheme not in ("smtp", "smtps") or not host:
        raise _wrong(
            "base_url", "应为 smtp:// 或 smtps:// 地址", "is like smtp://host or smtps://host"
        )
    security = str(access.settings.get("security") or "starttls").strip().lower()
    if parts.scheme == "smtps":
        security = "tls"
    elif security not in ("starttls", "none"):
        raise _wrong("security", "应为 starttls 或 none", "is starttls or none")
    usual = {"tls": _TLS, "starttls": _SUBMISSION, "none": _RELAY}[security]
    user, password = (access.credentials.get(name, "") for name in ("username", "password"))
    if bool(user) != bool(password):
        raise _wrong("password", "与用户名须同时填写", "and username go together")
    return Server(host, port or usual, security, user, password)


async def hand_over(
    server: Server, letterhead: Letterhead, message: bytes, step_s: float
) -> Receipt:
    """Give `message` to the server; `step_s` is the time for each step, in seconds.

    Raises NotSent, Busy, Throttled, Unauthorised and Rejected where it surely was not taken, and
    Unknown where nobody can say. Part of the recipients may be refused: see the receipt.
    """
    async with _connected(server, letterhead.sender, step_s) as client:
        refused = await _envelope(client, letterhead, message)
        with _not_yet_sent("DATA"):
            reply = await client.execute_command(b"DATA")
            if reply.code != aiosmtplib.SMTPStatus.start_input:
                raise refusal("DATA", reply.code, reply.message)
        taken = await _transmit(client, message, step_s)
        return Receipt(taken, refused)


@asynccontextmanager
async def _connected(
    server: Server, sender: Address, step_s: float
) -> AsyncIterator[aiosmtplib.SMTP]:
    """A session that is encrypted and logged in as wanted, and closed in any case."""
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.security == "tls",
        start_tls=False,  # done below, so that each step has its name
        timeout=step_s,
        local_hostname=sender.domain,
    )
    try:
        with _not_yet_sent("connect"):
            await client.connect(timeout=min(step_s, _CONNECT_TIMEOUT_S))
        with _not_yet_sent("EHLO"):
            await client.ehlo()
        if server.security == "starttls":
            await _encrypt(client)
        if server.user:
            await _log_in(client, server)
        yield client
    finally:
        if client.protocol is not None and client.protocol.is_connected:
            client.protocol.write(_FAREWELL)
        client.close()


async def _encrypt(client: aiosmtplib.SMTP) -> None:
    if not client.supports_extension("starttls"):
        raise Rejected(
            Words("服务器不支持 STARTTLS", "the server offers no STARTTLS"),
            field="security",
            platform_code="no-starttls",
            remedy=Words(
                "改用 smtps:// 地址；内网中继可设 security=none",
                "use an smtps:// address; for a relay of one's own, security=none",
            ),
        )
    with _not_yet_sent("STARTTLS"):
        await client.starttls()
        await client.ehlo()


async def _log_in(client: aiosmtplib.SMTP, server: Server) -> None:
    if not client.supported_auth_methods:
        raise Rejected(
            Words("服务器不提供登录", "the server offers no log-in"),
            field="security",
            platform_code="no-auth",
            remedy=Words(
                "多数服务器只在加密连接上提供登录", "most servers offer it on encrypted connections"
            ),
        )
    with _not_yet_sent("AUTH"):
        try:
            await client.login(server.user, server.password)
        except aiosmtplib.SMTPAuthenticationError as error:
            found = refusal("AUTH", error.code, error.message)
            if isinstance(found, Rejected):  # whatever the code: it is the log-in
                found = Unauthorised(
                    found.words,
                    platform_code=found.platform_code,
                    platform_message=found.platform_message,
                    remedy=found.remedy,
                )
            raise found from None


async def _envelope(
    client: aiosmtplib.SMTP, letterhead: Letterhead, message: bytes
) -> dict[str, str]:
    """Name sender and recipients; the recipients that are refused, by their codes."""
    options = [f"SIZE={len(message)}"] if client.supports_extension("size") else []
    if letterhead.international:
        if not client.supports_extension("smtputf8"):
            raise Rejected(
                Words("服务器不支持非英文邮箱地址", "the server takes no international address"),
                field="to",
                platform_code="no-smtputf8",
                remedy=Words("改用英文邮箱地址", "use an address in ASCII"),
            )
        options.append("SMTPUTF8")
    encoding = "utf-8" if letterhead.international else "ascii"
    with _not_yet_sent("MAIL"):
        await client.mail(str(letterhead.sender), options=options, encoding=encoding)
    refused: dict[str, aiosmtplib.SMTPRecipientRefused] = {}
    for recipient in letterhead.recipients:
        with _not_yet_sent("RCPT"):
            try:
                await client.rcpt(str(recipient), encoding=encoding)
            except aiosmtplib.SMTPRecipientRefused as error:
                refused[str(recipient)] = error
    if len(refused) == len(letterhead.recipients):
        raise _all_refused(refused)
    return {who: reply_code(error.code, error.message) for who, error in refused.items()}


def _all_refused(refused: dict[str, aiosmtplib.SMTPRecipientRefused]) -> DeliveryError:
    """For now, if one of them is refused for now."""
    error = min(refused.values(), key=lambda one: one.code)
    return refusal("RCPT", error.code, error.message)


async def _transmit(client: aiosmtplib.SMTP, message: bytes, step_s: float) -> str:
    """Send the message and its final dot; the server's word that it is responsible now."""
    protocol, transport = client.protocol, client.transport
    if protocol is None or transport is None:
        raise _lost("message", "SMTPServerDisconnected")
    loop = asyncio.get_running_loop()
    flow = asyncio.StreamWriter(cast(asyncio.WriteTransport, transport), protocol, None, loop)
    with closing(flow):
        with _not_yet_sent("message"):
            stuffed = _stuffed(message)
            for start in range(0, len(stuffed), _BLOCK):
                protocol.write(stuffed[start : start + _BLOCK])
                await asyncio.wait_for(flow.drain(), step_s)
            protocol.write(b".\r\n")
        try:
            reply = await protocol.read_response(timeout=step_s * _AFTER_THE_DOT)
        except (aiosmtplib.SMTPException, OSError) as error:
            raise _unknown(type(error).__name__) from None
        if protocol.is_connected:
            protocol.write(_FAREWELL)
    return _decided(reply.code, reply.message)


def _stuffed(message: bytes) -> bytes:
    """With a second dot where a line begins with one, and a line end last (RFC 5321, 4.5.2)."""
    whole = b"\r\n" + message.removesuffix(b"\r\n") + b"\r\n"
    return whole.replace(b"\r\n.", b"\r\n..").removeprefix(b"\r\n")


def _decided(code: int, text: str) -> str:
    if code == aiosmtplib.SMTPStatus.completed:
        return f"{code} {readable(text)}"
    if 400 <= code < 600:
        raise refusal("message", code, text)
    raise _unknown(f"reply {code}")


@contextmanager
def _not_yet_sent(stage: str) -> Iterator[None]:
    """What goes wrong here goes wrong before the final dot."""
    try:
        yield
    except aiosmtplib.SMTPResponseException as error:
        raise refusal(stage, error.code, error.message) from None
    except UnicodeError:
        raise _wrong("base_url", "的主机名不合法", "has a host name that is none") from None
    except (aiosmtplib.SMTPException, OSError) as error:
        cause = error if isinstance(error, ssl.SSLError) else error.__cause__
        certificate = isinstance(cause, ssl.SSLCertVerificationError)
        name = type(cause if certificate else error).__name__
        raise _lost(stage, name, _CERTIFICATE if certificate else _RETRIED) from None


_CERTIFICATE = Words(
    "服务器证书不可信：核对主机名，或让本机信任其签发者",
    "the certificate is not trusted: check the host name, or let this machine trust its issuer",
)


def _lost(stage: str, code: str, remedy: Words = _RETRIED) -> NotSent:
    return NotSent(
        Words(f"{stage}：连接失败或中断，未发出", f"{stage}: no connection, nothing was sent"),
        platform_code=f"{code} ({stage})",
        remedy=remedy,
    )


def _unknown(code: str) -> Unknown:
    return Unknown(
        Words("邮件已交出，没有等到服务器的答复", "the message left and no answer came"),
        platform_code=code,
        remedy=Words(
            "按 Message-ID 查服务器日志或收件箱，再用 delivery resolve 答复",
            "look for its Message-ID in the server's log or an inbox, then delivery resolve",
        ),
    )


def _wrong(field: str, zh: str, en: str) -> Rejected:
    return Rejected(
        Words(f"账号的 {field} {zh}", f"the account's {field} {en}"),
        field=field,
        platform_code="setting",
        remedy=Words("改正账号设置", "correct the account"),
    )
