"""The simulated platform calls back, and the account's own door reads it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from hub.publishing.ports import Verdict
from publishers.contract import Report
from publishers.wechat.inbox import open_inbox
from tests.publishers.doubles import Stage
from tests.publishers.wechat.wechat_doubles import account_of, article, platform_of


class Callbacks:
    """A small callback server that keeps the reports; `refuse` requests get no proper answer."""

    def __init__(self, stage: Stage, mode: str) -> None:
        self.reports: list[Report | None] = []
        self.bodies: list[bytes] = []
        self.refuse = 0
        self._stage = stage
        self._door = open_inbox(stage.access.credentials, {"callback_mode": mode})

    async def get(self, request: web.Request) -> web.Response:
        return web.Response(body=self._door.handshake(request.query))

    async def post(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.bodies.append(body)
        if self.refuse:
            self.refuse -= 1
            return web.Response(status=503)
        self.reports.append(self._door.parse(request.query, body, self._stage.clock.now()))
        return web.Response(text="success")


@contextlib.asynccontextmanager
async def listening(stage: Stage, mode: str = "secure") -> AsyncIterator[Callbacks]:
    callbacks = Callbacks(stage, mode)
    application = web.Application()
    application.router.add_get("/inbox", callbacks.get)
    application.router.add_post("/inbox", callbacks.post)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    try:
        url = f"http://{host}:{port}/inbox"
        await platform_of(stage).connect(stage.access.handle, url, mode)
        yield callbacks
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("mode", ["plain", "compatible", "secure"])
async def test_a_publication_is_reported_in_every_mode(wechat: Stage, mode: str) -> None:
    async with listening(wechat, mode) as callbacks:
        accepted = await wechat.outlet.deliver(wechat.job(article(wechat.media)))
        await platform_of(wechat).quiet()
    (report,) = callbacks.reports
    assert report is not None
    assert (report.remote_id, report.finding.verdict) == (accepted.remote_id, Verdict.FOUND)
    assert report.finding.url


async def test_the_report_can_come_before_the_answer(wechat: Stage) -> None:
    platform_of(wechat).callbacks = "before-response"
    async with listening(wechat) as callbacks:
        accepted = await wechat.outlet.deliver(wechat.job(article(wechat.media)))
        assert [report.remote_id for report in callbacks.reports if report] == [accepted.remote_id]


async def test_a_report_can_come_twice_and_says_the_same(wechat: Stage) -> None:
    platform_of(wechat).callbacks = "twice"
    async with listening(wechat) as callbacks:
        await wechat.outlet.deliver(wechat.job(article(wechat.media)))
        await platform_of(wechat).quiet()
    first, second = callbacks.reports
    assert first == second


async def test_a_lost_report_leaves_asking(wechat: Stage) -> None:
    platform_of(wechat).callbacks = "lost"
    async with listening(wechat) as callbacks:
        job = wechat.job(article(wechat.media))
        job.remote_id = (await wechat.outlet.deliver(job)).remote_id
        await platform_of(wechat).quiet()
        assert callbacks.reports == []
    assert (await wechat.outlet.verify(job)).verdict is Verdict.FOUND


async def test_a_report_nobody_takes_is_delivered_again_with_the_same_bytes(
    wechat: Stage,
) -> None:
    async with listening(wechat) as callbacks:
        callbacks.refuse = 3
        await wechat.outlet.deliver(wechat.job(article(wechat.media)))
        await platform_of(wechat).quiet()
    assert len(callbacks.bodies) == 4
    assert (len(set(callbacks.bodies)), len(callbacks.reports)) == (1, 1)


async def test_a_report_nobody_ever_takes_is_given_up(wechat: Stage) -> None:
    async with listening(wechat) as callbacks:
        callbacks.refuse = 99
        await wechat.outlet.deliver(wechat.job(article(wechat.media)))
        await platform_of(wechat).quiet()
    assert (len(callbacks.bodies), len(platform_of(wechat).undelivered)) == (4, 1)


async def test_a_mass_send_is_reported_with_its_address(wechat: Stage) -> None:
    wechat.with_settings(tier="mass")
    async with listening(wechat) as callbacks:
        accepted = await wechat.outlet.deliver(wechat.job(article(wechat.media)))
        await platform_of(wechat).quiet()
    (report,) = callbacks.reports
    assert report is not None
    assert (report.remote_id, report.finding.receipt["SentCount"]) == (
        accepted.remote_id,
        account_of(wechat).followers,
    )
    assert report.finding.url


async def test_a_report_waits_until_the_publication_is_done(wechat: Stage) -> None:
    platform_of(wechat).publish_delay = 60
    async with listening(wechat) as callbacks:
        job = wechat.job(article(wechat.media))
        job.remote_id = (await wechat.outlet.deliver(job)).remote_id
        await platform_of(wechat).quiet()
        assert callbacks.reports == []
        wechat.clock.advance(60)
        await asyncio.sleep(0)  # the platform's sleeper wakes by itself
        await platform_of(wechat).quiet()
        assert len(callbacks.reports) == 1


async def test_an_address_that_does_not_echo_cannot_be_saved(wechat: Stage) -> None:
    other = wechat.access.base_url + "/cgi-bin/getcallbackip"
    with pytest.raises(ValueError, match="did not echo"):
        await platform_of(wechat).connect(wechat.access.handle, other)
