"""The simulated mail server refuses what real ones refuse, with their codes, and never helps."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.publishers.doubles import Stage, serve
from tests.publishers.protocol import published, small

MESSAGE = (
    b"Date: Mon, 02 Mar 2026 09:00:00 +0800\r\n"
    b"From: gongkai@mail.example.gov.cn\r\n"
    b"To: gongkai@lists.example.gov.cn\r\n"
    b"Subject: =?utf-8?b?6YCa55+l?=\r\n"
    b"Message-ID: <1@mail.example.gov.cn>\r\n"
    b"MIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: base64\r\n"
    b"\r\n"
    b"5paH\r\n"
)
SENDER, LIST = "gongkai@mail.example.gov.cn", "gongkai@lists.example.gov.cn"


@dataclass(slots=True)
class Talk:
    """A conversation by hand."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    password: str

    async def reply(self) -> str:
        lines = [await self.reader.readuntil(b"\r\n")]
        while lines[-1][3:4] == b"-":
            lines.append(await self.reader.readuntil(b"\r\n"))
        return b"".join(lines).decode().strip()

    async def say(self, *lines: str | bytes) -> str:
        """The reply to the last of `lines`."""
        told = ""
        for line in lines:
            self.writer.write((line if isinstance(line, bytes) else line.encode()) + b"\r\n")
            told = await self.reply()
        return told

    async def log_in(self) -> str:
        secret = base64.b64encode(f"\0{SENDER}\0{self.password}".encode()).decode()
        return await self.say("EHLO hub.example.gov.cn", f"AUTH PLAIN {secret}")

    async def send(self, message: bytes, *, options: str = "") -> str:
        await self.log_in()
        stage = f"MAIL FROM:<{SENDER}>{options}", f"RCPT TO:<{LIST}>", "DATA"
        assert (await self.say(*stage)).startswith("354")
        return await self.say(message + b".")


@pytest.fixture
async def talk(platform: Any) -> AsyncIterator[Talk]:
    password = platform.enrol("gongkai").credentials["password"]
    async with serve(platform) as url:
        where = urlsplit(url)
        assert where.scheme == "smtp"
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        conversation = Talk(reader, writer, password)
        assert (await conversation.reply()).startswith("220 ")
        yield conversation
        writer.close()


async def test_a_message_is_kept_to_the_byte(talk: Talk, platform: Any) -> None:
    assert (await talk.send(MESSAGE)).startswith("250 2.0.0 Ok: queued as ")
    (mail,), (shown,) = platform.mails, platform.shown()
    assert mail.raw == MESSAGE
    assert (shown.title, shown.text.strip(), shown.account) == ("通知", "文", SENDER)
    assert shown.readers == {"recipients": [LIST]}


async def test_the_same_message_twice_is_two(talk: Talk, platform: Any) -> None:
    await talk.send(MESSAGE)
    await talk.say(f"MAIL FROM:<{SENDER}>", f"RCPT TO:<{LIST}>", "DATA", MESSAGE + b".")
    assert len(platform.shown()) == 2


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["MAIL FROM:<a@b.example>"], "503 5.5.1"),
        (["EHLO"], "501 5.5.4"),
        (["EHLO x", "MAIL FROM:<a@b.example>"], "530 5.7.0"),
        (["EHLO x", "AUTH PLAIN !"], "501 5.5.2"),
        (["EHLO x", "AUTH GSSAPI x"], "504 5.5.4"),
        (["EHLO x", f"AUTH PLAIN {base64.b64encode(b'0a0b').decode()}"], "501 5.5.2"),
        (["EHLO x", f"AUTH PLAIN {base64.b64encode(b'%ca%cb' % (0, 0)).decode()}"], "535 5.7.8"),
        (["RCPT TO:<a@b.example>"], "503 5.5.1"),
        (["DATA"], "503 5.5.1"),
        (["VRFY x"], "502 5.5.1"),
        (["HELO x"], "502 5.5.1"),
        ([f"EHLO {'x' * 600}"], "500 5.5.2"),
        ([b"EHLO x\nMAIL"], "500 5.5.2"),
        (["NOOP"], "250 2.0.0"),
        (["QUIT"], "221 2.0.0"),
    ],
)
async def test_a_command_out_of_place_is_refused(
    talk: Talk, lines: list[str | bytes], code: str
) -> None:
    assert (await talk.say(*lines)).startswith(code)


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["MAIL FROM:<other@mail.example.gov.cn>"], "553 5.7.1"),
        (["MAIL FROM: x"], "501 5.5.4"),
        ([f"MAIL FROM:<{SENDER}> SIZE=99999999"], "552 5.3.4"),
        ([f"MAIL FROM:<{SENDER}> RET=HDRS"], "555 5.5.4"),
        (["MAIL FROM:<公开@mail.example.gov.cn>"], "550 5.6.7"),
        ([f"MAIL FROM:<{SENDER}>", "RCPT TO:x"], "501 5.5.4"),
        ([f"MAIL FROM:<{SENDER}>", "RCPT TO:<公@b.example>"], "553 5.6.7"),
        ([f"MAIL FROM:<{SENDER}>", "DATA"], "554 5.5.1"),
        ([f"MAIL FROM:<{SENDER}>", "RSET", "DATA"], "503 5.5.1"),
        ([f"MAIL FROM:<{SENDER}>", f"MAIL FROM:<{SENDER}>"], "503 5.5.1"),
        ([f"MAIL FROM:<{SENDER}>", "RCPT TO:<gone@b.example>"], "550 5.1.1"),
        (
            [f"MAIL FROM:<{SENDER}>", *(f"RCPT TO:<a{n}@b.example>" for n in range(101))],
            "452 4.5.3",
        ),
    ],
)
async def test_an_envelope_out_of_order_is_refused(
    talk: Talk, platform: Any, lines: list[str], code: str
) -> None:
    platform.tune({"refused": ["gone@b.example"]})
    assert (await talk.log_in()).startswith("235")
    assert (await talk.say(*lines)).startswith(code)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (MESSAGE.replace(b"5paH", b"a\nb"), "550 5.5.2"),
        (MESSAGE.replace(b"5paH", b"a" * 999), "550 5.6.0"),
        (MESSAGE.replace(b"5paH", "文".encode()), "550 5.6.1"),
        (MESSAGE.replace(b"=?utf-8?b?6YCa55+l?=", "通知".encode()), "550 5.6.1"),
        (MESSAGE.replace(b"Message-ID", b"X-ID"), "550 5.6.0"),
        (b"From: a@b.example\r\n" + MESSAGE, "550 5.6.0"),
        (MESSAGE.replace(b"From: gongkai", b"From: other"), "550 5.7.1"),
        (MESSAGE.replace(b"text/plain", b"multipart/mixed"), "550 5.6.0"),
    ],
)
async def test_a_message_that_breaks_a_rule_is_refused(
    talk: Talk, platform: Any, message: bytes, code: str
) -> None:
    assert (await talk.send(message)).startswith(code)
    assert platform.shown() == []


async def test_a_header_beyond_ascii_needs_its_extension(talk: Talk, platform: Any) -> None:
    plain = MESSAGE.replace(b"=?utf-8?b?6YCa55+l?=", "通知".encode())
    assert (await talk.send(plain, options=" BODY=8BITMIME")).startswith("550 5.6.7")
    again = await talk.say(
        f"MAIL FROM:<{SENDER}> SMTPUTF8", f"RCPT TO:<{LIST}>", "DATA", plain + b"."
    )
    assert again.startswith("250")


async def test_a_message_that_is_too_large_is_refused(talk: Talk, platform: Any) -> None:
    platform.tune({"size_limit": 100})
    assert (await talk.send(MESSAGE)).startswith("552 5.3.4")


async def test_a_message_without_its_final_dot_is_forgotten(talk: Talk, platform: Any) -> None:
    await talk.log_in()
    await talk.say(f"MAIL FROM:<{SENDER}>", f"RCPT TO:<{LIST}>", "DATA")
    talk.writer.write(MESSAGE)
    talk.writer.close()
    assert await talk.reader.read() == b""
    assert platform.shown() == []


# --- our outlet before it -------------------------------------------------------------------------


async def test_what_we_send_breaks_none_of_its_rules(stage: Stage) -> None:
    await published(stage, small(stage))
    (mail,) = stage.platform.mails  # type: ignore[attr-defined]
    assert mail.parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.envelope.recipients == [LIST]


async def test_greylisting_only_delays(stage: Stage) -> None:
    stage.platform.tune({"greylist": True})
    job = stage.job(small(stage))
    with pytest.raises(Exception, match=r"RCPT"):
        await stage.outlet.deliver(job)
    await stage.outlet.deliver(job)
    assert len(stage.public()) == 1


async def test_what_a_server_takes_and_loses_nobody_can_know(stage: Stage) -> None:
    stage.platform.tune({"drops": True})
    accepted = await stage.outlet.deliver(stage.job(small(stage)))
    assert accepted.receipt["reply"].startswith("250")
    assert stage.public() == []
