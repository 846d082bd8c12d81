"""E-mail before a server by others: who is told what, and at which step what is concluded."""

from __future__ import annotations

import asyncio
import traceback
from pathlib import Path

import pytest

from hub.publishing.errors import (
    Busy,
    DeliveryError,
    NotSent,
    Rejected,
    Throttled,
    Unauthorised,
    Unknown,
)
from hub.publishing.models import Part
from hub.publishing.ports import Accepted
from tests.publishers.certificates import Certificate, make_certificate
from tests.publishers.doubles import MemoryJob, picture
from tests.publishers.email.conftest import LIST, PASSWORD, SENDER, Opening, PostOffice, Sender

PART = Part(text="<p>第一条 主动公开。</p>", title="关于政务公开的通知", extra={"plain": "第一条"})
KEY = "0123456789abcdef" * 2


def job(sender: Sender, part: Part = PART) -> MemoryJob:
    return MemoryJob(
        key=KEY,
        access=sender.access,
        part=part,
        media=sender.media,
        started_at=sender.clock.now(),
    )


async def sent(sender: Sender, office: PostOffice, part: Part = PART) -> Accepted:
    sender.lead_to(office)
    return await sender.outlet.deliver(job(sender, part))


async def refused(sender: Sender, office: PostOffice) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await sent(sender, office)
    told = "".join(traceback.format_exception(caught.value)) + caught.value.platform_message
    assert PASSWORD not in told
    assert caught.value.remedy is not None
    return caught.value


# --- taken ----------------------------------------------------------------------------------------


async def test_a_message_arrives_whole_and_the_servers_word_is_the_receipt(
    sender: Sender, post_office: Opening
) -> None:
    red = sender.media.add(picture(), "image/png")
    part = Part(text=f'<p>.点</p>\n.\n<img src="cid:{red.sha256}"/>', title="通知", media=(red,))
    async with post_office() as office:
        accepted = await sent(sender, office, part)
    (message,), (envelope,) = office.taken, office.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, [LIST])
    html = message.get_body(("html",))
    assert html is not None
    assert html.get_content().splitlines() == part.text.splitlines()
    assert accepted.remote_id == f"{KEY}@mail.example.gov.cn" == message["Message-ID"].strip("<>")
    assert accepted.receipt["reply"] == "250 2.0.0 Ok: queued as 1A2B"
    assert accepted.receipt["refused"] == {}
    assert "note" not in accepted.receipt


async def test_lines_that_begin_with_a_dot_are_kept(sender: Sender, post_office: Opening) -> None:
    sender.with_settings(sender_name="")
    async with post_office() as office:
        await sent(sender, office)
        await sent(sender, office, Part(text="<p>文</p>", title=". . .", extra={"plain": "."}))
    assert office.taken[1]["Subject"] == ". . ."


async def test_a_repeat_is_the_same_message_to_the_last_byte(
    sender: Sender, post_office: Opening
) -> None:
    async with post_office() as office:
        sender.lead_to(office)
        first = job(sender)
        await sender.outlet.deliver(first)
        sender.clock.advance(3600)
        await sender.outlet.deliver(first)
    one, other = office.raw
    assert one == other


async def test_those_who_are_refused_are_named_and_the_others_get_it(
    sender: Sender, post_office: Opening
) -> None:
    sender.with_settings(to="a@x.example, b@x.example, c@x.example")
    async with post_office() as office:
        office.replies["RCPT b@x.example"] = "550 5.1.1 User unknown"
        office.replies["RCPT c@x.example"] = "452 4.2.2 Mailbox full"
        accepted = await sent(sender, office)
    assert office.envelopes[0].rcpt_tos == ["a@x.example"]
    assert accepted.receipt["recipients"] == 1
    assert accepted.receipt["refused"] == {
        "b@x.example": "550 5.1.1",
        "c@x.example": "452 4.2.2",
    }
    assert "b@x.example (550 5.1.1)" in accepted.receipt["note"]["zh"]


async def test_an_international_address_is_said_to_a_server_that_takes_it(
    sender: Sender, post_office: Opening
) -> None:
    sender.with_settings(to="公开@example.cn")
    async with post_office() as office:
        await sent(sender, office)
    assert office.envelopes[0].rcpt_tos == ["公开@example.cn"]
    assert "SMTPUTF8" in office.envelopes[0].mail_options


async def test_an_international_address_is_not_said_to_one_that_does_not(
    sender: Sender, post_office: Opening
) -> None:
    sender.with_settings(to="公开@example.cn")
    async with post_office(utf8=False) as office:
        error = await refused(sender, office)
    assert (type(error), error.field) == (Rejected, "to")


# --- encryption and log-in ------------------------------------------------------------------------


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return make_certificate(tmp_path)


@pytest.fixture
def trusted(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> Certificate:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    return certificate


@pytest.mark.parametrize("at_once", [False, True], ids=["starttls", "smtps"])
async def test_the_log_in_is_encrypted(
    sender: Sender, post_office: Opening, trusted: Certificate, at_once: bool
) -> None:
    sender.with_settings(security="starttls")
    sender.log_in()
    async with post_office(tls=trusted.server, at_once=at_once, log_in=not at_once) as office:
        sender.lead_to(office, "smtps" if at_once else "smtp")
        await sender.outlet.deliver(job(sender))
    assert office.encrypted == [not at_once]  # aiosmtpd only sees its own STARTTLS
    assert len(office.taken) == 1


async def test_a_certificate_that_nobody_trusts_gets_nothing(
    sender: Sender, post_office: Opening, certificate: Certificate
) -> None:
    sender.with_settings(security="starttls")
    async with post_office(tls=certificate.server) as office:
        error = await refused(sender, office)
    assert isinstance(error, NotSent)
    assert "SSLCertVerificationError" in error.platform_code
    assert office.taken == []


async def test_a_server_that_offers_no_encryption_is_told_nothing(
    sender: Sender, post_office: Opening
) -> None:
    sender.with_settings(security="starttls")
    sender.log_in()
    async with post_office() as office:
        error = await refused(sender, office)
    assert (type(error), error.field) == (Rejected, "security")
    assert office.taken == []


async def test_a_wrong_password_needs_a_person(
    sender: Sender, post_office: Opening, trusted: Certificate
) -> None:
    sender.with_settings(security="starttls")
    sender.log_in("another-word")
    async with post_office(tls=trusted.server, log_in=True) as office:
        error = await refused(sender, office)
    assert type(error) is Unauthorised
    assert error.platform_code.startswith("535")


async def test_a_user_without_password_is_a_persons_to_mend(
    sender: Sender, post_office: Opening
) -> None:
    sender.log_in("")
    async with post_office() as office:
        error = await refused(sender, office)
    assert (type(error), error.field) == (Rejected, "password")


# --- refused, step by step ------------------------------------------------------------------------

ENDINGS = [
    ("451 4.3.0 Try later", Busy),
    ("421 4.7.28 Too many messages", Throttled),
    ("450 Mailbox busy", Busy),
    ("550 5.7.1 Policy", Rejected),
    ("554 No", Rejected),
]


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(("reply", "kind"), ENDINGS)
async def test_a_reply_decides_at_every_step(
    sender: Sender, post_office: Opening, step: str, reply: str, kind: type[DeliveryError]
) -> None:
    async with post_office() as office:
        office.replies[step] = reply
        error = await refused(sender, office)
    assert type(error) is kind
    assert reply.startswith(error.platform_code)
    assert error.platform_message in reply


async def test_greylisting_is_waited_for(sender: Sender, post_office: Opening) -> None:
    async with post_office() as office:
        office.replies["RCPT"] = "450 4.7.1 Greylisted"
        error = await refused(sender, office)
    assert isinstance(error, Busy)
    assert error.retry_after is not None
    assert error.retry_after.total_seconds() == 300


async def test_with_every_recipient_refused_one_for_now_is_tried_again(
    sender: Sender, post_office: Opening
) -> None:
    sender.with_settings(to="a@x.example, b@x.example")
    async with post_office() as office:
        office.replies["RCPT a@x.example"] = "550 5.1.1 User unknown"
        office.replies["RCPT b@x.example"] = "450 4.2.0 Try later"
        assert type(await refused(sender, office)) is Busy


@pytest.mark.parametrize("step", ["EHLO", "MAIL", "RCPT"])
@pytest.mark.parametrize("how", ["drop", "hang"])
async def test_what_breaks_before_the_final_dot_was_not_sent(
    sender: Sender, post_office: Opening, step: str, how: str
) -> None:
    sender.patient(0.3)
    async with post_office() as office:
        office.replies[step] = how
        assert type(await refused(sender, office)) is NotSent
    assert office.taken == []


@pytest.mark.parametrize("how", ["drop", "hang"])
async def test_what_breaks_after_it_is_unknown_and_a_person_is_told_what_to_look_for(
    sender: Sender, post_office: Opening, how: str
) -> None:
    sender.patient(0.05)  # ten times that after the dot
    async with post_office() as office:
        office.replies["DATA"] = how
        assert type(await refused(sender, office)) is Unknown
    assert len(office.taken) == 1  # it has it, and nobody knows
    finding = await sender.outlet.reconcile(job(sender))
    assert finding.verdict == "person"
    assert f"<{KEY}@mail.example.gov.cn>" in finding.detail


class Deaf(asyncio.Protocol):
    """Takes a message's beginning and leaves before its end."""

    replies = (b"250 mx\r\n", b"250 Ok\r\n", b"250 Ok\r\n", b"354 Go\r\n")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.said = transport, iter(self.replies)
        transport.write(b"220 mx\r\n")

    def data_received(self, data: bytes) -> None:
        reply = next(self.said, None)
        if reply is None:
            self.transport.abort()
        else:
            self.transport.write(reply)


async def test_a_connection_lost_in_the_middle_of_a_message_was_not_sent(sender: Sender) -> None:
    content = b"\x89PNG" + bytes(40_000_000)  # more than any buffer on the way holds
    heavy = sender.media.add(content, "image/png")
    object.__setattr__(heavy, "size", 9)  # so that it is not refused for that
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Deaf, "127.0.0.1", 0)
    office = PostOffice(port=server.sockets[0].getsockname()[1])
    sender.lead_to(office)
    part = Part(text="<p>文</p>", title="题", media=(heavy,))
    with pytest.raises(NotSent) as caught:
        await sender.outlet.deliver(job(sender, part))
    server.close()
    assert "(message)" in caught.value.platform_code


async def test_a_host_that_is_none_was_sent_nothing(sender: Sender) -> None:
    sender.access = type(sender.access)(
        account_id="a",
        handle=SENDER,
        base_url="smtp://no-such-host.invalid",
        settings=sender.access.settings,
    )
    with pytest.raises(NotSent):
        await sender.outlet.deliver(job(sender))


@pytest.mark.parametrize("url", ["http://mail.example.gov.cn", "smtp://", "smtp://h:99999", "x"])
async def test_an_address_of_another_kind_is_named(sender: Sender, url: str) -> None:
    sender.access = type(sender.access)(
        account_id="a", handle=SENDER, base_url=url, settings=sender.access.settings
    )
    with pytest.raises(Rejected) as caught:
        await sender.outlet.deliver(job(sender))
    assert caught.value.field == "base_url"


async def test_an_unknown_kind_of_encryption_is_named(sender: Sender, post_office: Opening) -> None:
    sender.with_settings(security="perhaps")
    async with post_office() as office:
        assert (await refused(sender, office)).field == "security"


async def test_a_cancelled_delivery_leaves_no_connection(
    sender: Sender, post_office: Opening
) -> None:
    async with post_office() as office:
        office.replies["DATA"] = "hang"
        sender.lead_to(office)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(sender.outlet.deliver(job(sender)), 0.3)
