"""Every way a call to Telegram can end, and what it is called afterwards."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from hub.kernel.clock import ManualClock
from hub.publishing.errors import Busy, DeliveryError, NotSent, Rejected, Throttled, Unknown
from publishers.simulation import Fault
from publishers.telegram.publisher import TelegramOutlet
from publishers.telegram.simulator import Platform
from publishers.wire import Answer, Wire

Job = Callable[..., Any]

# fault → (the error of a send, posts that the platform then shows)
ENDINGS: dict[Fault, tuple[type[DeliveryError], int]] = {
    Fault.RESET_BEFORE: (Unknown, 0),
    Fault.COMMIT_THEN_RESET: (Unknown, 1),
    Fault.COMMIT_THEN_500: (Unknown, 1),
    Fault.COMMIT_THEN_HTML: (Unknown, 1),
    Fault.ERROR_500: (Unknown, 0),
    Fault.HTML: (Unknown, 0),
    Fault.INVALID_UTF8: (Unknown, 1),
    Fault.HUGE: (Unknown, 1),
    Fault.SLOW: (Unknown, 0),
    Fault.SLOW_THEN_COMMIT: (Unknown, 0),
    Fault.HANG: (Unknown, 0),
    Fault.REDIRECT: (Rejected, 0),
    Fault.LIMITED: (Throttled, 0),
}


@pytest.fixture
def hasty(session: aiohttp.ClientSession, clock: ManualClock) -> TelegramOutlet:
    outlet = TelegramOutlet(Wire(session), clock)
    outlet.declaration = replace(outlet.declaration, call_timeout=timedelta(seconds=0.5))
    return outlet


class CannedWire:
    """A wire on which one answer comes back to whatever is asked."""

    def __init__(self, status: int, body: str, headers: dict[str, str] | None = None) -> None:
        self._answer = (status, headers or {}, body.encode())

    async def call(self, method: str, url: str, **options: Any) -> Answer:
        return Answer(*self._answer, options["effect"], options["what"])


@pytest.fixture
def canned() -> type[CannedWire]:
    return CannedWire


def test_every_fault_is_told_apart() -> None:
    assert set(ENDINGS) == set(Fault)


@pytest.mark.parametrize("fault", Fault)
async def test_a_send_that_a_fault_spoils_ends_as(
    hasty: TelegramOutlet, platform: Platform, job: Job, fault: Fault
) -> None:
    error, shown = ENDINGS[fault]
    platform.faults.arm(fault, "*/sendMessage", delay=1.0)
    with pytest.raises(error) as ended:
        await hasty.deliver(job())
    assert type(ended.value) is error
    assert len(platform.shown()) == shown
    assert ended.value.platform_code


@pytest.mark.parametrize("fault", sorted(set(Fault) - {Fault.REDIRECT, Fault.LIMITED}))
async def test_a_withdrawal_that_a_fault_spoils_is_simply_repeated(
    hasty: TelegramOutlet, platform: Platform, job: Job, fault: Fault
) -> None:
    accepted = await hasty.deliver(job())
    platform.faults.arm(fault, "*/deleteMessage", delay=1.0)
    withdrawal = job(remote_id=accepted.remote_id)
    with pytest.raises(Busy):
        await hasty.withdraw(withdrawal)
    await hasty.withdraw(withdrawal)
    assert [post.state for post in platform.shown()] == ["deleted"]


async def test_a_refused_connection_means_that_nothing_was_sent(
    hasty: TelegramOutlet, job: Job
) -> None:
    task = job()
    task.access = replace(task.access, base_url="http://127.0.0.1:9")
    with pytest.raises(NotSent):
        await hasty.deliver(task)


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "null",
        '"ok"',
        '{"ok":"yes"}',
        '{"result":{}}',
        '{"ok":true}',
        '{"ok":true,"result":null}',
        '{"ok":true,"result":7}',
    ],
)
async def test_json_that_is_no_answer_of_the_bot_api_decides_nothing(
    clock: ManualClock, job: Job, canned: Any, body: str
) -> None:
    outlet = TelegramOutlet(canned(200, body), clock)
    with pytest.raises(Unknown):
        await outlet.deliver(job())


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (500, '{"ok":false,"error_code":500,"description":"Internal Server Error"}', Unknown),
        (502, '{"ok":false,"error_code":502,"description":"Bad Gateway"}', Unknown),
        (500, '{"ok":false}', Unknown),
        (400, '{"ok":false,"error_code":400,"description":null}', Rejected),
        (400, '{"ok":false,"error_code":400,"description":"Bad Request: new"}', Rejected),
        (413, '{"ok":false,"error_code":413,"description":"Request Entity Too Large"}', Rejected),
        (409, '{"ok":false,"error_code":409,"description":"Conflict"}', Busy),
        (418, '{"ok":false,"error_code":418,"description":"teapot"}', Unknown),
        (400, '{"ok":false,"error_code":"x","description":"y","parameters":[]}', Unknown),
    ],
)
async def test_each_status_ends_as(
    clock: ManualClock, job: Job, canned: Any, status: int, body: str, error: type[DeliveryError]
) -> None:
    outlet = TelegramOutlet(canned(status, body), clock)
    with pytest.raises(error):
        await outlet.deliver(job())


@pytest.mark.parametrize(
    ("body", "headers", "seconds"),
    [
        ('{"ok":false,"error_code":429,"parameters":{"retry_after":14}}', {}, 14),
        ('{"ok":false,"error_code":429,"description":"Too Many: retry after 9"}', {}, 9),
        ('{"ok":false,"error_code":429}', {"Retry-After": "3"}, 3),
        ('{"ok":false,"error_code":429}', {"Retry-After": "soon"}, 30),
        ('{"ok":false,"error_code":429,"parameters":{"retry_after":0}}', {}, 1),
    ],
)
async def test_the_pause_is_read_wherever_the_platform_put_it(
    clock: ManualClock, job: Job, canned: Any, body: str, headers: dict[str, str], seconds: int
) -> None:
    outlet = TelegramOutlet(canned(429, body, headers), clock)
    with pytest.raises(DeliveryError) as refused:
        await outlet.deliver(job())
    assert refused.value.retry_after is not None
    assert refused.value.retry_after.total_seconds() == seconds


@pytest.mark.parametrize("fault", [Fault.RESET_BEFORE, Fault.HANG, Fault.HTML, Fault.REDIRECT])
async def test_no_error_shows_the_token(
    hasty: TelegramOutlet, platform: Platform, job: Job, enrolled: Any, fault: Fault
) -> None:
    platform.faults.arm(fault)
    with pytest.raises(DeliveryError) as ended:
        await hasty.deliver(job())
    told = "".join(traceback.format_exception(ended.value)) + repr(ended.value.__dict__)
    assert enrolled.credentials["bot_token"] not in told
