"""What a platform or the network answers instead of an answer, seen through the whole engine.

Each becomes a typed error in the ledger with a code, advice in both languages and a next step;
and once the fault is gone the item is on the platform exactly once.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from hub.publishing.models import Delivery, DeliveryState, Reconciling
from publishers.contract import Channel
from publishers.simulation import Fault
from tests.badinput.installation import Installation, Prepared, installation

S = DeliveryState
# What the attempt's row says the platform answered.
CODES = {
    Fault.REDIRECT: r"redirect \(HTTP 302\)",
    Fault.HTML: r"not-json \(HTTP 200\)",
    Fault.COMMIT_THEN_HTML: r"(not-json|http-status) \(HTTP 502\)",
    Fault.ERROR_500: r"(not-json|http-status) \(HTTP 500\)",
    Fault.INVALID_UTF8: r"not-utf8 \(HTTP 200\)",
    Fault.HUGE: r"answer-too-large \(HTTP 200\)",
    Fault.HANG: r".*Timeout.*",
}
SPOILT = [pytest.param(fault, id=fault.value) for fault in CODES]
CALLS = [pytest.param(False, id="first-call"), pytest.param(True, id="publishing-call")]
# Where the delivery stands: refused for good; being asked about; tried again later.
REFUSED = (S.FAILED, "", "rejected")
ASKED = (S.UNKNOWN, "no-answer", "outcome-unknown")
LATER = (S.BLOCKED, "busy", "busy")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
MIB = 1024 * 1024
USUAL_LIMIT_S = 20  # what no channel falls short of in earnest
LATE_COMMIT = timedelta(seconds=30)  # for so long a person's word of absence is refused


def assert_advises(delivery: Delivery) -> None:
    """What went wrong and what happens next, in both languages."""
    for told in (delivery.error_zh, delivery.error_en):
        what, arrow, remedy = told.partition(" → ")
        assert arrow, f"no remedy: {told}"
        assert what
        assert remedy
    assert CHINESE.search(delivery.error_zh)
    assert not CHINESE.search(delivery.error_en), delivery.error_en


async def assert_published_once(stage: Installation, channel: Channel) -> None:
    """Whatever state the fault left: a person does what the words say, and it is there once."""
    delivery = await stage.settled()
    if delivery.state is S.FAILED:  # the address is mended
        await stage.hub.operations.retry(delivery.id, "media")
        delivery = await stage.settled()
    if delivery.state is S.UNKNOWN:
        await resolve_by_looking(stage, delivery, channel)
        delivery = await stage.settled()
    assert delivery.state in {S.ACCEPTED, S.VERIFIED}, delivery
    assert delivery.remote_id
    assert (delivery.error_code, delivery.error_zh, delivery.error_en) == ("", "", "")
    assert len(stage.public()) == 1


async def resolve_by_looking(stage: Installation, delivery: Delivery, channel: Channel) -> None:
    """The person whom `explain` sends to the account looks, once the call cannot be carried out
    any more, and says what is there."""
    assert Reconciling.PERSON in channel.declaration.reconciling
    assert delivery.reason == "person"
    explained = await stage.explained()
    assert "delivery resolve" in explained.next.zh
    assert "delivery resolve" in explained.next.en
    stage.clock.advance((channel.declaration.call_timeout + LATE_COMMIT).total_seconds())
    there = [shown.remote_id for shown in stage.public()]
    await stage.hub.operations.resolve(
        delivery.id, "media", published=bool(there), remote_id="".join(there)
    )


@pytest.mark.parametrize("last", CALLS)
@pytest.mark.parametrize("fault", SPOILT)
async def test_a_spoilt_answer_is_a_typed_error_and_nothing_is_lost(
    stage: Installation, channel: Channel, fault: Fault, last: bool
) -> None:
    stage.arm(fault, last=last)
    await stage.publish()
    delivery = await stage.spoilt()
    stands = (delivery.state, delivery.reason, delivery.error_code)
    assert stands in ({REFUSED} if fault is Fault.REDIRECT else {ASKED, LATER})
    (attempt,) = (await stage.explained()).attempts
    assert re.fullmatch(CODES[fault], attempt.platform_code)
    assert attempt.platform_code in delivery.error_zh
    assert attempt.platform_code in delivery.error_en
    assert_advises(delivery)
    await assert_published_once(stage, channel)


def resident() -> int:
    """Bytes of memory this process holds now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


async def most_resident(stop: asyncio.Event) -> int:
    most = resident()
    while not stop.is_set():
        most = max(most, resident())
        await asyncio.sleep(0.005)
    return most


async def test_an_answer_of_200_megabytes_is_not_kept(
    stage: Installation, channel: Channel
) -> None:
    stage.arm(Fault.HUGE, last=True)
    stop, before = asyncio.Event(), resident()
    watch = asyncio.create_task(most_resident(stop))
    await stage.publish()
    await stage.spoilt()
    stop.set()
    assert await watch - before < 64 * MIB
    await assert_published_once(stage, channel)


@pytest.mark.slow
async def test_a_hung_socket_is_given_up_within_the_declared_timeout(
    hasty: Channel, prepared: Callable[[Channel], Prepared], tmp_path: Path
) -> None:
    limit = hasty.declaration.call_timeout.total_seconds()
    assert limit < USUAL_LIMIT_S
    async with installation(hasty, prepared(hasty), tmp_path / "home", patient=True) as stage:
        stage.arm(Fault.HANG, last=True)
        await stage.publish()
        began = asyncio.get_running_loop().time()
        await stage.until(lambda d: d.attempts > 0, hurry=False)
        await stage.until(lambda d: d.state is not S.SENDING, hurry=False, rounds=3000)
        assert limit - 1 < asyncio.get_running_loop().time() - began < USUAL_LIMIT_S
        await assert_published_once(stage, hasty)
