"""What the reconciler makes of each answer, and what it never does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from hub.kernel.errors import Words
from hub.publishing.errors import Busy, Throttled, Unauthorised
from hub.publishing.models import DeliveryState
from hub.publishing.ports import Finding, Job, Verdict
from tests.scheduler.stage import Stage
from tests.scheduler.toys import READABLE, ToyPlatform

S, V = DeliveryState, Verdict
SAID = Words("出错", "it failed")
LONG_AGO = timedelta(hours=25)


async def unsettled(stage: Stage, state: DeliveryState, parts: int = 1, accounts: int = 1) -> None:
    """Deliveries whose first part is in `state` and may be asked about now."""
    await stage.plan(await stage.approved("\n\n".join("文" * parts), accounts=accounts))
    now = stage.clock.now()
    for delivery in await stage.deliveries():
        if delivery.part == 0:
            await stage.change(
                delivery.id,
                state=state,
                next_at=now,
                reason="no-answer" if state is S.UNKNOWN else "platform-review",
                remote_id="r-old" if state is S.ACCEPTED else "",
                handed_over_at=now,
                error_code="outcome-unknown",
                error_zh="没有答复",
            )


async def ask(stage: Stage, state: DeliveryState) -> int:
    reconciler = stage.reconciler()
    if state is S.UNKNOWN:
        return await reconciler.settle_unknown()
    return await reconciler.verify_accepted()


ANSWERS = [
    (S.UNKNOWN, V.FOUND, S.ACCEPTED, "", None),
    (S.UNKNOWN, V.ABSENT, S.READY, "proved-absent", 0),
    (S.UNKNOWN, V.PENDING, S.UNKNOWN, "no-answer", 77),
    (S.UNKNOWN, V.PERSON, S.UNKNOWN, "person", None),
    (S.UNKNOWN, V.GONE, S.FAILED, "", None),
    (S.ACCEPTED, V.FOUND, S.VERIFIED, "", None),
    (S.ACCEPTED, V.ABSENT, S.FAILED, "", None),
    (S.ACCEPTED, V.PENDING, S.ACCEPTED, "platform-review", 77),
    (S.ACCEPTED, V.PERSON, S.ACCEPTED, "person", None),
    (S.ACCEPTED, V.GONE, S.FAILED, "", None),
]


@pytest.mark.parametrize(("state", "verdict", "then", "reason", "wait"), ANSWERS)
async def test_every_verdict_leads_somewhere(
    stage: Stage,
    state: DeliveryState,
    verdict: Verdict,
    then: DeliveryState,
    reason: str,
    wait: int | None,
) -> None:
    await unsettled(stage, state)
    stage.platform.findings.append(
        Finding(verdict=verdict, remote_id="r-9", detail="审核未过\0", retry_after=77)
    )
    assert await ask(stage, state) == 1
    found = await stage.delivery()
    assert (found.state, found.reason) == (then, reason)
    expected = None if wait is None else stage.clock.now() + timedelta(seconds=wait)
    assert found.next_at == expected
    if then in {S.ACCEPTED, S.VERIFIED}:
        assert found.remote_id == ("r-9" if verdict is V.FOUND else "r-old")
    if then is S.FAILED:
        assert found.error_code == "gone"
        assert "审核未过" in found.error_zh
    assert stage.platform.calls == []  # asking is never sending


def test_the_table_names_every_verdict() -> None:
    assert {(state, verdict) for state, verdict, *_ in ANSWERS} == {
        (state, verdict) for state in (S.UNKNOWN, S.ACCEPTED) for verdict in Verdict
    }


async def test_what_is_found_is_read_back_where_the_channel_can(stage: Stage) -> None:
    stage.platform.declaration = READABLE
    await unsettled(stage, S.UNKNOWN)
    stage.platform.findings.append(Finding(verdict=V.FOUND))
    await ask(stage, S.UNKNOWN)
    found = await stage.delivery()
    assert found.next_at == stage.clock.now() + READABLE.verify_after
    assert found.remote_id  # our own key where the platform gave no name
    assert found.error_zh == ""


async def test_what_differs_in_public_is_told(stage: Stage) -> None:
    await unsettled(stage, S.ACCEPTED)
    stage.platform.findings.append(Finding(verdict=V.FOUND, same=False, url="https://toy/9"))
    await ask(stage, S.ACCEPTED)
    found = await stage.delivery()
    assert (found.state, found.reason, found.remote_url) == (
        S.VERIFIED,
        "differs",
        "https://toy/9",
    )


async def test_nobody_is_asked_before_the_time(stage: Stage) -> None:
    await unsettled(stage, S.UNKNOWN)
    await stage.change(next_at=stage.clock.now() + timedelta(seconds=1))
    assert await ask(stage, S.UNKNOWN) == 0
    stage.clock.advance(1)  # type: ignore[attr-defined]
    assert await ask(stage, S.UNKNOWN) == 1


async def test_what_waits_for_a_person_is_not_asked_about(stage: Stage) -> None:
    await unsettled(stage, S.UNKNOWN)
    await stage.change(next_at=None, reason="person")
    stage.clock.advance(99_999)  # type: ignore[attr-defined]
    assert await ask(stage, S.UNKNOWN) == 0


@pytest.mark.parametrize("answer", [Busy(SAID), Finding(verdict=V.PENDING)])
async def test_after_a_day_a_person_decides(stage: Stage, answer: Exception | Finding) -> None:
    await unsettled(stage, S.UNKNOWN)
    for waited, reason in ((timedelta(hours=24), "no-answer"), (timedelta(seconds=1), "person")):
        stage.clock.advance(waited.total_seconds())  # type: ignore[attr-defined]
        await stage.change(next_at=stage.clock.now())
        stage.platform.findings.append(answer)
        await ask(stage, S.UNKNOWN)
        assert (await stage.delivery()).reason == reason
    assert (await stage.delivery()).next_at is None


async def test_what_was_accepted_is_asked_about_for_longer(stage: Stage) -> None:
    await unsettled(stage, S.ACCEPTED)
    stage.clock.advance(LONG_AGO.total_seconds())  # type: ignore[attr-defined]
    stage.platform.findings.append(Finding(verdict=V.PENDING))
    await ask(stage, S.ACCEPTED)
    assert (await stage.delivery()).next_at is not None


@pytest.mark.parametrize(
    ("error", "seconds", "reason"),
    [
        (Unauthorised(SAID), 600, "reconnect-to-check"),
        (Throttled(SAID), 30, "no-answer"),
        (KeyError("bug"), 30, "no-answer"),
    ],
)
async def test_a_failing_question_is_asked_again(
    stage: Stage, error: Exception, seconds: int, reason: str
) -> None:
    await unsettled(stage, S.UNKNOWN)
    stage.platform.findings.append(error)
    await ask(stage, S.UNKNOWN)
    found = await stage.delivery()
    assert (found.state, found.reason) == (S.UNKNOWN, reason)
    assert found.next_at == stage.clock.now() + timedelta(seconds=seconds)


async def test_one_that_fails_does_not_stop_the_others(stage: Stage) -> None:
    await unsettled(stage, S.UNKNOWN, accounts=5)
    good = Finding(verdict=V.FOUND, remote_id="r")
    stage.platform.findings.extend([good, ValueError("bug"), good, Busy(SAID), good])
    assert await ask(stage, S.UNKNOWN) == 5
    assert sorted(await stage.states()) == ["accepted"] * 3 + ["unknown"] * 2


async def test_a_channel_that_is_gone_does_not_stop_the_others(stage: Stage) -> None:
    await unsettled(stage, S.UNKNOWN, accounts=2)
    one, two = await stage.deliveries()
    await stage.change(one.id, channel="vanished")
    assert await ask(stage, S.UNKNOWN) == 2
    assert (await stage.delivery(one.id)).state is S.UNKNOWN
    assert (await stage.delivery(two.id)).state is S.READY


class AskedTogether(ToyPlatform):
    """Answers only when `together` are being asked at once."""

    def __init__(self, together: int) -> None:
        super().__init__()
        self.barrier = asyncio.Barrier(together)

    async def reconcile(self, job: Job) -> Finding:
        async with asyncio.timeout(60):
            await self.barrier.wait()
        return Finding(verdict=V.FOUND, remote_id="r")


async def test_several_are_asked_at_once(stage: Stage) -> None:
    stage.platform = AskedTogether(8)
    await unsettled(stage, S.UNKNOWN, accounts=8)
    assert await ask(stage, S.UNKNOWN) == 8
    assert set(await stage.states()) == {"accepted"}


async def test_two_reconcilers_never_ask_about_the_same(stage: Stage) -> None:
    await unsettled(stage, S.UNKNOWN, accounts=3)
    stage.platform.findings.extend([Finding(verdict=V.FOUND, remote_id="r")] * 3)
    counts = await asyncio.gather(*(ask(stage, S.UNKNOWN) for _ in range(2)))
    assert sum(counts) == 3


async def test_finding_a_part_lets_the_next_one_go(stage: Stage) -> None:
    rung = []
    await unsettled(stage, S.UNKNOWN, parts=2)
    stage.platform.findings.append(Finding(verdict=V.FOUND, remote_id="r"))
    await stage.reconciler(lambda: rung.append(1)).settle_unknown()
    assert await stage.states() == ["accepted", "ready"]
    assert rung == [1]


class Meanwhile(ToyPlatform):
    """Something happens while the platform is being asked."""

    def __init__(self, happens: Callable[[], Awaitable[None]]) -> None:
        super().__init__()
        self.happens = happens

    async def reconcile(self, job: Job) -> Finding:
        await self.happens()
        return Finding(verdict=V.ABSENT)


async def test_an_answer_about_an_earlier_attempt_is_void(stage: Stage) -> None:
    async def another_attempt() -> None:
        found = await stage.delivery()
        await stage.change(fence=found.fence + 1, attempts=2)

    await unsettled(stage, S.UNKNOWN)
    stage.platform = Meanwhile(another_attempt)
    await ask(stage, S.UNKNOWN)
    assert await stage.states() == ["unknown"]


async def test_a_person_s_decision_meanwhile_stands(stage: Stage) -> None:
    async def resolved() -> None:
        one = (await stage.delivery()).id
        await stage.operations.resolve(one, "media", published=True, remote_id="w-1")

    await unsettled(stage, S.UNKNOWN)
    stage.platform = Meanwhile(resolved)
    await ask(stage, S.UNKNOWN)
    found = await stage.delivery()
    assert (found.state, found.remote_id) == (S.ACCEPTED, "w-1")


async def test_an_unknown_recall_is_simply_repeated(stage: Stage) -> None:
    item = await stage.approved()
    await stage.plan(item)
    await stage.change(state=S.ACCEPTED, remote_id="r")
    await stage.recalling.recall(item.id, "leader")
    [recall] = await stage.deliveries(state="planned")
    await stage.change(recall.id, state=S.UNKNOWN, reason="crash", next_at=stage.clock.now())
    await ask(stage, S.UNKNOWN)
    assert (await stage.delivery(recall.id)).state is S.READY
