"""Visits to a mailbox: settings that are wrong are named, a refused log-in is nobody's password."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date

import pytest

from hub.kernel.clock import ManualClock
from hub.publishing.errors import Busy, DeliveryError, Rejected, Unauthorised
from hub.publishing.ports import Access
from publishers.email.imap import mailbox_of, visit
from publishers.email.polling import EmailPoller
from publishers.email.simulator import Platform
from simulators.servers import free_port

DAY = date(2026, 3, 1)
LOGIN = {"username": "u", "password": "p"}


def access(settings: Mapping[str, str], credentials: Mapping[str, str] = LOGIN) -> Access:
    return Access(
        account_id="a",
        handle="zwgk@mail.example.gov.cn",
        base_url="smtp://127.0.0.1:1",
        credentials=credentials,
        settings=settings,
    )


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({}, "imap"),
        ({"imap": "https://a.cn"}, "imap"),
        ({"imap": "imaps://"}, "imap"),
        ({"imap": "imap://a.cn:x"}, "imap"),
        ({"imap": "imap://a.cn", "security": "maybe"}, "security"),
        ({"imap": "imaps://a.cn", "imap_folder": 'a" "b'}, "imap_folder"),
        ({"imap": "imaps://a.cn", "imap_folder": "a\r\nA LOGOUT"}, "imap_folder"),
    ],
)
def test_a_setting_that_leads_nowhere_is_named(settings: dict[str, str], field: str) -> None:
    with pytest.raises(Rejected) as caught:
        mailbox_of(access(settings))
    assert caught.value.field == field


def test_the_mailbox_s_own_log_in_goes_before_the_one_for_sending() -> None:
    own = {**LOGIN, "imap_username": "u2", "imap_password": "p2"}
    server = mailbox_of(access({"imap": "imaps://a.cn"}, own))
    assert (server.user, server.password, server.port, server.security) == ("u2", "p2", 993, "tls")
    assert "p2" not in repr(server)
    with pytest.raises(Rejected):
        mailbox_of(access({"imap": "imaps://a.cn"}, {}))


async def test_a_wrong_password_is_said_and_not_repeated(clock: ManualClock) -> None:
    world = Platform(clock)
    async with world.listening():
        user = world.enrol("zwgk").handle
        given = access(
            {"imap": world.imap, "security": "none"}, {"username": user, "password": "geheim"}
        )
        with pytest.raises(Unauthorised) as caught:
            await asyncio.to_thread(visit, mailbox_of(given), "", DAY)
    assert "geheim" not in str(caught.value) + repr(caught.value)


async def test_nobody_there_is_busy_and_says_so(clock: ManualClock) -> None:
    poller = EmailPoller(None, clock)  # type: ignore[arg-type]
    given = access({"imap": f"imap://127.0.0.1:{free_port()}", "security": "none"})
    with pytest.raises(Busy):
        await poller.poll(given, "")


async def test_what_is_no_mail_server_is_busy(clock: ManualClock) -> None:
    async def page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n" + b"x" * 100_000)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(page, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        given = access({"imap": f"imap://127.0.0.1:{port}", "security": "none"})
        with pytest.raises(DeliveryError):
            await asyncio.to_thread(visit, mailbox_of(given), "", DAY)


async def test_starttls_is_insisted_on(clock: ManualClock) -> None:
    world = Platform(clock)
    async with world.listening():
        enrolled = world.enrol("zwgk")
        given = access({"imap": world.imap}, enrolled.credentials)
        with pytest.raises(Busy):
            await asyncio.to_thread(visit, mailbox_of(given), "", DAY)


async def test_at_first_nothing_old_is_brought_and_then_everything_new_once(
    clock: ManualClock,
) -> None:
    world = Platform(clock)
    async with world.listening():
        enrolled = world.enrol("zwgk")
        server = mailbox_of(access({"imap": world.imap, "security": "none"}, enrolled.credentials))
        world.arrive(enrolled.handle, b"From: a@b.cn\r\n\r\nold")
        first = await asyncio.to_thread(visit, server, "", DAY)
        assert (first.mails, first.cursor) == ((), "7:1")
        for number in range(60):
            world.arrive(enrolled.handle, b"From: a@b.cn\r\n\r\n%d" % number)
        second = await asyncio.to_thread(visit, server, first.cursor, DAY)
        third = await asyncio.to_thread(visit, server, second.cursor, DAY)
        last = await asyncio.to_thread(visit, server, third.cursor, DAY)
    assert [len(one.mails) for one in (second, third, last)] == [50, 10, 0]
    assert last.cursor == third.cursor == "7:61"
