"""The apprise outlet against the simulated receiver, and against servers that do as they like."""

from __future__ import annotations

import asyncio
import ssl
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from apprise.manager_plugins import NotificationManager

from hub.kernel.errors import InvalidInput
from hub.publishing.errors import (
    DeliveryError,
    NotSent,
    Rejected,
    Throttled,
    Unauthorised,
    Unknown,
)
from hub.publishing.models import Part
from publishers.apprise.crew import Crew, Crowded
from publishers.apprise.declaration import narrowed, variation
from publishers.apprise.publisher import AppriseOutlet
from publishers.composing import compose
from publishers.contract import Source
from publishers.registry import find_channel
from publishers.simulation import Fault
from tests.publishers.apprise.conftest import Door
from tests.publishers.certificates import make_certificate
from tests.publishers.doubles import Stage
from tests.publishers.protocol import small

LINK = "https://www.gd.gov.cn/zwgk/2026/17.html"
SOURCE = Source(
    item_id="item-17",
    title="关于推进政务公开的通知",
    body="第一条 主动公开。\n\n第二条 回应关切。",
    summary="主动公开，回应关切。",
    link=LINK,
    organisation="广东省人民政府办公厅",
    issuer="广东省人民政府办公厅",
)


def at(stage: Stage, address: str, service: str = "json", **changes: Any) -> None:
    """Lead the account to another address."""
    stage.access = replace(stage.access, credentials={"url": address}, **changes)
    stage.with_settings(service=service)


async def refused(stage: Stage, part: Part | None = None) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await stage.outlet.deliver(stage.job(part or small(stage)))
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert stage.access.credentials["url"] not in told
    assert "s3cret-word" not in told + caught.value.platform_message
    return caught.value


def kept_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def patient(stage: Stage, seconds: float) -> None:
    outlet = stage.outlet
    assert isinstance(outlet, AppriseOutlet)
    outlet.declaration = replace(outlet.declaration, call_timeout=timedelta(seconds=seconds))


# --- what is said ---------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["json", "form"])
async def test_title_and_text_arrive_as_they_were_signed(stage: Stage, form: str) -> None:
    stage.platform.tune({"form": form})
    enrolled = stage.platform.enrol("another")
    stage.access = replace(
        stage.access, credentials=enrolled.credentials, settings=enrolled.settings
    )
    part = Part(
        text=f"“引号” & <b> \\n :smile: 😀\n\n第二段 {LINK}", title="关于 & 通知", link=LINK
    )
    accepted = await stage.outlet.deliver(stage.job(part))
    (shown,) = stage.public()
    assert (shown.title, shown.text) == (part.title, part.text)
    assert accepted.receipt["http_statuses"] == [200]


async def test_what_an_address_asks_for_beside_is_not_done(stage: Stage, door: Door) -> None:
    """Neither cut, nor repeated, nor followed, nor excused."""
    door.status, door.headers = 302, {"Location": f"http://127.0.0.1:{door.port}/elsewhere"}
    asked = "overflow=truncate&retry=3&wait=0&redirect=yes&optional=yes&emojis=yes&store=yes"
    at(stage, f"{door.url()}?{asked}")
    assert "redirect" in (await refused(stage)).platform_code
    assert len(door.said) == 1


async def test_nothing_is_kept_on_the_disk(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    await stage.outlet.deliver(stage.job(small(stage)))
    assert kept_in(tmp_path) == []


async def test_nothing_of_an_address_is_logged(stage: Stage, door: Door, logged: list[str]) -> None:
    door.status = 500
    at(stage, door.url())
    await refused(stage)
    at(stage, "no-such://s3cret-word@host")
    await refused(stage)
    assert "s3cret-word" not in "".join(logged)


# --- limits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "title", "text"),
    [
        ({"service": "discord"}, 250, 2000),
        ({"service": "json"}, 250, 32_768),
        ({"service": "json", "text_limit": "900"}, 250, 900),
        ({"service": "toot", "text_limit": "500"}, 0, 500),
    ],
)
def test_each_service_has_its_own_limits(settings: Any, title: int, text: int) -> None:
    rules = narrowed(variation(settings))
    assert (rules.title_limit, rules.text_limit) == (title, text)


@pytest.mark.parametrize("given", ["", "0", "many", "-1", "٣"])
def test_limits_that_depend_on_the_address_must_be_given(given: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        narrowed(variation({"service": "toot", "text_limit": given}))
    assert caught.value.field == "apprise.text_limit"


def test_every_service_is_usable_or_says_what_it_needs() -> None:
    for service in NotificationManager().schemas():
        chosen = variation({"service": service, "text_limit": "160", "title_limit": "0"})
        assert (narrowed(chosen).title_limit, narrowed(chosen).text_limit) == (0, 160)
        with suppress(InvalidInput):
            assert narrowed(variation({"service": service})).text_limit > 0


def test_a_service_that_nobody_knows_is_refused_at_approval() -> None:
    chosen = variation({"service": "pigeon"})
    with pytest.raises(InvalidInput, match="pigeon"):
        compose(find_channel("apprise"), SOURCE, chosen)


@pytest.mark.parametrize(("service", "leads"), [("json", False), ("bark", False), ("sfr", True)])
def test_the_title_leads_the_text_where_a_service_has_none(service: str, leads: bool) -> None:
    (part,) = compose(find_channel("apprise"), SOURCE, variation({"service": service}))
    assert part.text.startswith(f"【{SOURCE.title}】") is leads
    assert part.text.endswith(LINK)


def test_a_text_beyond_the_service_is_a_digest_with_the_link() -> None:
    long = replace(SOURCE, body="第一条 主动公开。" * 400)
    (part,) = compose(find_channel("apprise"), long, variation({"service": "discord"}))
    assert len(part.text) <= 2000
    assert part.text.endswith(f"全文：{LINK}")


async def test_a_text_that_grows_over_the_limit_in_the_services_format_is_refused(
    stage: Stage, door: Door
) -> None:
    at(stage, f"{door.url()}?format=html")
    error = await refused(stage, Part(text=f"{'<' * 12_000} {LINK}", title="题", link=LINK))
    assert (type(error), error.field) == (Rejected, "text")
    assert door.said == []


# --- the address ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "service"),
    [
        ("json", "json"),
        ("no-such://host/", "no-such"),
        ("json://127.0.0.1/", "form"),
        ("json://127.0.0.1/", ""),
        ("bark://127.0.0.1/one/two", "bark"),
    ],
)
async def test_an_address_that_does_not_fit_is_a_persons_to_mend(
    stage: Stage, address: str, service: str
) -> None:
    at(stage, address, service)
    error = await refused(stage)
    assert (type(error), error.field) == (Rejected, "url")


async def test_the_scheme_must_agree_with_the_addresss(stage: Stage) -> None:
    secure = stage.access.base_url.replace("http://", "https://")
    stage.access = replace(stage.access, base_url=secure)
    error = await refused(stage)
    assert (type(error), error.field) == (Rejected, "base_url")


# --- endings --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Rejected), (401, Unauthorised), (404, Unauthorised), (429, Throttled), (500, Unknown)],
)
async def test_a_services_status_is_understood(
    stage: Stage, door: Door, status: int, kind: type[DeliveryError]
) -> None:
    door.status, door.headers = status, {"Retry-After": "30"}
    at(stage, door.url())
    error = await refused(stage)
    assert (type(error), error.platform_code) == (kind, f"HTTP {status}")


async def test_a_removed_address_needs_a_new_one(stage: Stage) -> None:
    stage.platform.revoke("gongkai")  # type: ignore[attr-defined]
    assert isinstance(await refused(stage), Unauthorised)


async def test_an_unknown_host_was_sent_nothing(stage: Stage) -> None:
    at(stage, "json://no-such-host.invalid/s3cret-word")
    assert isinstance(await refused(stage), NotSent)


async def test_a_certificate_that_nobody_trusts_was_sent_nothing(
    stage: Stage, tmp_path: Path
) -> None:
    runner = web.AppRunner(web.Application(), shutdown_timeout=0.05)
    await runner.setup()
    context = make_certificate(tmp_path).server
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    at(stage, f"jsons://127.0.0.1:{runner.addresses[0][1]}/s3cret-word", "jsons")
    error = await refused(stage)
    await runner.cleanup()
    assert isinstance(error, NotSent)


async def test_a_call_that_never_ends_is_unknown_and_a_person_is_asked(stage: Stage) -> None:
    stage.platform.faults.arm(Fault.HANG)
    patient(stage, 0.3)
    job = stage.job(small(stage))
    with pytest.raises(Unknown) as caught:
        await stage.outlet.deliver(job)
    assert "Timeout" in caught.value.platform_code
    assert (await stage.outlet.reconcile(job)).verdict == "person"


async def test_an_answer_without_end_is_cut_off(stage: Stage) -> None:
    stage.platform.faults.arm(Fault.HUGE)
    assert isinstance(await refused(stage), Unknown)
    assert len(stage.public()) == 1


# --- threads --------------------------------------------------------------------------------------


@pytest.fixture
def waiting() -> Callable[[], bool]:
    """A call that waits until the test lets it go."""
    released = threading.Event()

    def call() -> bool:
        return released.wait(30)

    call.release = released.set  # type: ignore[attr-defined]
    return call


async def test_a_call_nobody_waits_for_still_takes_its_place(waiting: Any) -> None:
    crew = Crew(most=1)
    told = await crew.run(waiting, timedelta(seconds=0.05))
    assert (told.taken, told.ended) == (False, False)
    with pytest.raises(Crowded):
        await crew.run(waiting, timedelta(seconds=1))
    waiting.release()
    async with asyncio.timeout(60):
        while True:
            try:
                told = await crew.run(waiting, timedelta(seconds=5))
                break
            except Crowded:
                await asyncio.sleep(0)
    assert (told.taken, told.ended) == (True, True)


async def test_when_all_are_busy_nothing_was_sent(stage: Stage) -> None:
    outlet = stage.outlet
    assert isinstance(outlet, AppriseOutlet)
    outlet._crew = Crew(most=0)
    assert isinstance(await refused(stage), NotSent)


async def test_what_breaks_inside_a_service_is_told_by_its_class_only() -> None:
    def broken() -> bool:
        raise ssl.SSLError("https://user:s3cret-word@host")

    told = await Crew().run(broken, timedelta(seconds=5))
    assert (told.taken, told.ended, told.fault) == (False, True, "SSLError")
