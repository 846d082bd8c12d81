"""Whatever happens to a call, every channel ends with exactly one post, or says who must look.

A fault is put on each outside call of a delivery in turn, and the delivery is then seen through as
the engine does it: sent again only after a decisive refusal or a proof of absence.
"""

from __future__ import annotations

import asyncio
import traceback
from dataclasses import replace

import pytest

from hub.kernel.clock import ManualClock
from hub.publishing.errors import DeliveryError, NotSent, Rejected, Unauthorised, Unknown
from hub.publishing.models import Reconciling
from hub.publishing.ports import Verdict
from publishers.contract import Channel
from publishers.simulation import Fault
from tests.publishers.doubles import MemoryJob, Stage, open_stage
from tests.publishers.protocol import (
    LATE_S,
    PATIENCE_S,
    SHORT_S,
    assert_speaks,
    calls_of_a_delivery,
    see_through,
    small,
    until_decided,
)

HOWEVER_SPOILT = [pytest.param(fault, id=fault.value) for fault in Fault]


# --- faults on each call --------------------------------------------------------------------------


async def spoilt(channel: Channel, clock: ManualClock, fault: Fault, call: int) -> None:
    """Deliver with `fault` on the call numbered `call`; see it through; count what is shown."""
    async with open_stage(channel, clock) as stage:
        job = stage.job(small(stage))
        gone = fault in {Fault.HANG, Fault.SLOW_THEN_COMMIT}
        stage.platform.faults.arm(fault, skip=call, delay=LATE_S if gone else 0.01)
        verdicts = await see_through_a_mended_address(stage, job, SHORT_S if gone else PATIENCE_S)
        note = f"{fault} on call {call}: {verdicts}, shown {stage.platform.shown()}"
        if verdicts[-1] is Verdict.FOUND:
            assert len(stage.public()) == 1, note
        else:
            assert verdicts[-1] is Verdict.PERSON, note
            assert Reconciling.PERSON in channel.declaration.reconciling, note
            assert len(stage.public()) <= 1, note


async def see_through_a_mended_address(
    stage: Stage, job: MemoryJob, patience_s: float
) -> list[Verdict]:
    """A redirect is refused for good: a person mends the account and starts it again."""
    try:
        return await see_through(stage, job, patience_s)
    except Rejected as error:
        if "redirect" not in error.platform_code:
            raise
    return [Verdict.PENDING, *await see_through(stage, job)]


@pytest.mark.parametrize("fault", HOWEVER_SPOILT)
async def test_a_spoilt_delivery_ends_as_exactly_one_post(
    channel: Channel, clock: ManualClock, fault: Fault
) -> None:
    calls = await calls_of_a_delivery(channel, clock)
    if not calls:
        pytest.skip(f"{channel.name} makes no outside call")
    for call in range(calls):
        await spoilt(channel, clock, fault, call)


COMMITTED = [Fault.COMMIT_THEN_RESET, Fault.COMMIT_THEN_500, Fault.COMMIT_THEN_HTML]
NOT_COMMITTED = [Fault.RESET_BEFORE, Fault.ERROR_500, Fault.HTML]


async def lost_answer(stage: Stage, fault: Fault, calls: int) -> MemoryJob:
    """A delivery whose last call, the one that publishes, ended in `fault`."""
    job = stage.job(small(stage))
    stage.platform.faults.arm(fault, skip=calls - 1)
    with pytest.raises(Unknown):
        await stage.outlet.deliver(job)
    return job


@pytest.mark.parametrize("fault", COMMITTED)
async def test_a_post_whose_answer_was_lost_is_settled_as_declared(
    channel: Channel, clock: ManualClock, fault: Fault
) -> None:
    calls = await calls_of_a_delivery(channel, clock)
    if not calls:
        pytest.skip(f"{channel.name} makes no outside call")
    async with open_stage(channel, clock) as stage:
        job = await lost_answer(stage, fault, calls)
        finding = await until_decided(stage, lambda: stage.outlet.reconcile(job))
        how = channel.declaration.reconciling[0]
        expected = {
            Reconciling.READ_BACK: {Verdict.FOUND},
            Reconciling.REPEAT: {Verdict.FOUND, Verdict.ABSENT},  # the repeat is the answer
            Reconciling.PERSON: {Verdict.PERSON},
        }[how]
        assert finding.verdict in expected
        if how is Reconciling.READ_BACK:
            assert finding.remote_id == stage.public()[0].remote_id


@pytest.mark.parametrize("fault", NOT_COMMITTED)
async def test_a_post_that_was_never_made_is_proved_absent(
    channel: Channel, clock: ManualClock, fault: Fault
) -> None:
    calls = await calls_of_a_delivery(channel, clock)
    if not calls:
        pytest.skip(f"{channel.name} makes no outside call")
    async with open_stage(channel, clock) as stage:
        job = await lost_answer(stage, fault, calls)
        finding = await until_decided(stage, lambda: stage.outlet.reconcile(job))
        by_a_person = channel.declaration.reconciling[0] is Reconciling.PERSON
        assert finding.verdict is (Verdict.PERSON if by_a_person else Verdict.ABSENT)
        assert stage.public() == []


async def test_reconciling_publishes_nothing(stage: Stage) -> None:
    job = stage.job(small(stage))
    await until_decided(stage, lambda: stage.outlet.reconcile(job))
    assert stage.platform.shown() == []


# --- errors ---------------------------------------------------------------------------------------


def secrets_of(stage: Stage) -> list[str]:
    credentials = stage.access.credentials
    names = [field.name for field in stage.channel.credentials if field.secret]
    return [credentials[name] for name in names if credentials.get(name)]


def assert_discreet(error: BaseException, secrets: list[str]) -> None:
    told = "".join(traceback.format_exception(error)) + repr(error)
    if isinstance(error, DeliveryError):
        told += f"{error.platform_code} {error.platform_message} {error.as_dict()}"
    assert not [secret for secret in secrets if secret in told], told


async def error_of(stage: Stage, job: MemoryJob) -> DeliveryError | None:
    try:
        await asyncio.wait_for(stage.outlet.deliver(job), SHORT_S)
    except DeliveryError as error:
        return error
    except TimeoutError:
        return None
    return None


@pytest.mark.parametrize("fault", HOWEVER_SPOILT)
async def test_errors_speak_both_languages_and_keep_secrets(
    channel: Channel, clock: ManualClock, fault: Fault
) -> None:
    calls = await calls_of_a_delivery(channel, clock)
    for call in range(calls):
        async with open_stage(channel, clock) as stage:
            stage.platform.faults.arm(fault, skip=call, delay=0.01)
            error = await error_of(stage, stage.job(small(stage)))
            if error is not None:
                assert_speaks(error)
                assert_discreet(error, secrets_of(stage))


async def test_a_platform_out_of_reach_was_sent_nothing(
    channel: Channel, clock: ManualClock, unused_tcp_port: int
) -> None:
    if not await calls_of_a_delivery(channel, clock):
        pytest.skip(f"{channel.name} makes no outside call")
    async with open_stage(channel, clock) as stage:
        scheme = stage.access.base_url.partition(":")[0]
        nobody = f"{scheme}://127.0.0.1:{unused_tcp_port}"
        stage.access = replace(stage.access, base_url=nobody)
        with pytest.raises(NotSent) as caught:
            await stage.outlet.deliver(stage.job(small(stage)))
        assert_speaks(caught.value)
        assert_discreet(caught.value, secrets_of(stage))


async def test_an_address_that_is_none_is_a_persons_to_mend(
    channel: Channel, clock: ManualClock
) -> None:
    if not await calls_of_a_delivery(channel, clock):
        pytest.skip(f"{channel.name} makes no outside call")
    async with open_stage(channel, clock) as stage:
        stage.access = replace(stage.access, base_url="no address")
        with pytest.raises((Rejected, NotSent)) as caught:
            await stage.outlet.deliver(stage.job(small(stage)))
        assert_speaks(caught.value)
        assert_discreet(caught.value, secrets_of(stage))


async def test_a_wrong_secret_needs_a_person_and_is_not_told(stage: Stage) -> None:
    needed = [field.name for field in stage.channel.credentials if field.secret and field.required]
    if not needed:
        pytest.skip(f"{stage.channel.name} has no secret")
    wrong = {name: stage.access.credentials[name][::-1] for name in needed}
    stage.access = replace(stage.access, credentials={**stage.access.credentials, **wrong})
    with pytest.raises((Unauthorised, Rejected)) as caught:
        await stage.outlet.deliver(stage.job(small(stage)))
    assert_speaks(caught.value)
    assert_discreet(caught.value, list(wrong.values()))
    assert stage.public() == []
