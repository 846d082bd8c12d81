"""One SMTP conversation of the simulated server, by RFC 5321 and strict about it.

Extensions: SIZE (1870), 8BITMIME (6152), AUTH (4954), ENHANCEDSTATUSCODES (2034), SMTPUTF8 (6531).
Each step is spoilt where a fault is armed for its path: /connect, /ehlo, /auth, /mail, /rcpt,
/data and /message, which is what is decided after the final dot.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from publishers.simulation import Fault, Faults

__all__ = ["Conversation", "Desk", "Envelope"]

_LONGEST_COMMAND, _LONGEST_AUTH = 512, 12_288  # RFC 5321, 4.5.3.1.4; RFC 4954, 4
_MOST_RECIPIENTS = 100
_MAIL = re.compile(r"FROM:<([^<> ]*)>((?: [A-Z0-9]+(?:=[^ =]+)?)*)", re.IGNORECASE)
_RCPT = re.compile(r"TO:<([^<> ]+)>", re.IGNORECASE)
# What comes from something that is no mail server.
_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>\r\n"
_500 = b"HTTP/1.1 500 Internal Server Error\r\n\r\n"
_MOVED = b"421 4.3.2 Service has moved, closing transmission channel\r\n"
_TOO_MANY = "451 4.7.0 Rate limit exceeded, try again later"
_BUSY = b"421 4.3.0 Try again later\r\n"


@dataclass(slots=True)
class Envelope:
    """A mail transaction: who sends to whom, and which extensions were asked for."""

    sender: str
    eight_bit: bool
    utf8: bool
    recipients: list[str] = field(default_factory=list)


class Desk(Protocol):
    """The server behind the conversation. Every method gives the reply to send."""

    faults: Faults
    size_limit: int

    def log_in(self, user: str, password: str) -> bool: ...
    def sender(self, user: str, address: str) -> str: ...
    def recipient(self, envelope: Envelope, address: str) -> str: ...
    def take(self, envelope: Envelope, message: bytes) -> str: ...


class _Ended(Exception):
    """The conversation is over."""


class Conversation:
    """Reads commands and answers them until the client leaves."""

    def __init__(
        self, desk: Desk, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._desk = desk
        self._reader = reader
        self._writer = writer
        self._greeted = False
        self._user = ""
        self._envelope: Envelope | None = None

    async def run(self) -> None:
        try:
            await self._step("connect", lambda: "220 mx.example.gov.cn ESMTP")
            while True:
                await self._command()
        except (_Ended, ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            self._writer.close()

    async def _command(self) -> None:
        line = await self._reader.readuntil(b"\r\n")
        verb, _, rest = line[:-2].decode("utf-8", "surrogateescape").partition(" ")
        longest = _LONGEST_AUTH if verb.upper() == "AUTH" else _LONGEST_COMMAND
        if len(line) > longest or b"\n" in line[:-2] or b"\r" in line[:-2]:
            return await self._say("500 5.5.2 Line too long or broken")
        match verb.upper():
            case "EHLO":
                await self._step("ehlo", lambda: self._hello(rest))
            case "AUTH":
                user, password, fault = await self._credentials(rest)
                await self._step("auth", lambda: fault or self._log_in(user, password))
            case "MAIL":
                await self._step("mail", lambda: self._mail(rest))
            case "RCPT":
                await self._step("rcpt", lambda: self._rcpt(rest))
            case "DATA":
                await self._step("data", self._data)
                if self._envelope is not None and self._envelope.recipients:
                    await self._message(self._envelope)
            case "RSET":
                self._envelope = None
                await self._say("250 2.0.0 Ok")
            case "NOOP":
                await self._say("250 2.0.0 Ok")
            case "QUIT":
                await self._say("221 2.0.0 Bye")
                raise _Ended
            case _:
                await self._say("502 5.5.1 Command not implemented")
        return None

    def _hello(self, name: str) -> str:
        if not name.strip() or " " in name.strip():
            return "501 5.5.4 Syntax: EHLO hostname"
        self._greeted, self._envelope = True, None
        offers = f"SIZE {self._desk.size_limit}", "8BITMIME", "AUTH PLAIN LOGIN"
        lines = ["250-mx.example.gov.cn", *(f"250-{one}" for one in offers)]
        return "\r\n".join([*lines, "250-ENHANCEDSTATUSCODES", "250 SMTPUTF8"])

    async def _credentials(self, rest: str) -> tuple[str, str, str]:
        """User, password, and what was wrong with how they were given."""
        mechanism, _, given = rest.partition(" ")
        try:
            if mechanism.upper() == "PLAIN":
                first = given or await self._ask("")
                _, user, password = base64.b64decode(first, validate=True).decode().split("\0")
                return user, password, ""
            if mechanism.upper() == "LOGIN":
                user = given or await self._ask("VXNlcm5hbWU6")
                password = await self._ask("UGFzc3dvcmQ6")
                return base64.b64decode(user).decode(), base64.b64decode(password).decode(), ""
        except (ValueError, binascii.Error):
            return "", "", "501 5.5.2 Cannot decode"
        return "", "", "504 5.5.4 Unrecognized authentication type"

    async def _ask(self, challenge: str) -> str:
        await self._say(f"334 {challenge}")
        return (await self._reader.readuntil(b"\r\n"))[:-2].decode("ascii", "replace")

    def _log_in(self, user: str, password: str) -> str:
        if not self._greeted or self._user or self._envelope is not None:
            return "503 5.5.1 Bad sequence of commands"
        if not self._desk.log_in(user, password):
            return "535 5.7.8 Authentication credentials invalid"
        self._user = user
        return "235 2.7.0 Authentication succeeded"

    def _mail(self, rest: str) -> str:
        if not self._greeted or self._envelope is not None:
            return "503 5.5.1 Bad sequence of commands"
        if not self._user:
            return "530 5.7.0 Authentication required"
        found = _MAIL.fullmatch(rest)
        if found is None:
            return "501 5.5.4 Syntax: MAIL FROM:<address>"
        options = dict(one.upper().partition("=")[::2] for one in found[2].split())
        if unknown := options.keys() - {"SIZE", "BODY", "SMTPUTF8"}:
            return f"555 5.5.4 Unsupported option: {min(unknown)}"
        if int(options.get("SIZE") or 0) > self._desk.size_limit:
            return "552 5.3.4 Message size exceeds fixed limit"
        utf8 = "SMTPUTF8" in options
        if not utf8 and not found[1].isascii():
            return "550 5.6.7 Address requires SMTPUTF8"
        refusal = self._desk.sender(self._user, found[1])
        if not refusal:
            eight_bit = utf8 or options.get("BODY") == "8BITMIME"
            self._envelope = Envelope(found[1], eight_bit, utf8)
        return refusal or "250 2.1.0 Ok"

    def _rcpt(self, rest: str) -> str:
        found, envelope = _RCPT.fullmatch(rest), self._envelope
        if envelope is None:
            return "503 5.5.1 Bad sequence of commands"
        if found is None:
            return "501 5.5.4 Syntax: RCPT TO:<address>"
        if len(envelope.recipients) >= _MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        if not envelope.utf8 and not found[1].isascii():
            return "553 5.6.7 Address requires SMTPUTF8"
        refusal = self._desk.recipient(envelope, found[1])
        if not refusal:
            envelope.recipients.append(found[1])
        return refusal or "250 2.1.5 Ok"

    def _data(self) -> str:
        if self._envelope is None:
            return "503 5.5.1 Bad sequence of commands"
        if not self._envelope.recipients:
            return "554 5.5.1 No valid recipients"
        return "354 End data with <CR><LF>.<CR><LF>"

    async def _message(self, envelope: Envelope) -> None:
        block = await self._reader.readuntil(b"\r\n.\r\n")
        message = block.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
        self._envelope = None
        await self._step("message", lambda: self._desk.take(envelope, message))

    async def _step(self, stage: str, act: Callable[[], str]) -> None:
        """Answer a step as `act` does it, unless a fault is armed for it."""
        armed = self._desk.faults.take(f"/{stage}")
        if armed is None:
            return await self._say(act())
        match armed.fault:
            case Fault.SLOW | Fault.SLOW_THEN_COMMIT:
                await asyncio.sleep(armed.delay)
                return await self._say(act())
            case Fault.LIMITED:
                return await self._say(_TOO_MANY)
            case Fault.HANG:
                await asyncio.sleep(3600)
            case Fault.INVALID_UTF8:
                return await self._send(act().encode() + b" \xff\xfe\r\n")
            case Fault.COMMIT_THEN_RESET:
                act()
            case Fault.COMMIT_THEN_500 | Fault.COMMIT_THEN_HTML:
                act()
                await self._send(_500 if armed.fault is Fault.COMMIT_THEN_500 else _PAGE)
            case Fault.ERROR_500 | Fault.HTML:
                await self._send(_500 if armed.fault is Fault.ERROR_500 else _PAGE)
            case Fault.HUGE:
                act()
                await self._flood()
            case Fault.REDIRECT:
                await self._send(_MOVED)
        if armed.fault in (Fault.RESET_BEFORE, Fault.COMMIT_THEN_RESET):
            self._writer.transport.abort()
        raise _Ended

    async def _flood(self, megabytes: int = 200) -> None:
        line = b"250-" + b" " * (64 * 1024 - 6) + b"\r\n"
        for _ in range(megabytes * 16):
            await self._send(line)

    async def _say(self, reply: str) -> None:
        await self._send(reply.encode("utf-8", "surrogateescape") + b"\r\n")

    async def _send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()
