"""After publication: what is public is read again and compared, and its figures are taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.catalogue.models import Item
from hub.catalogue.rules import draft_of
from hub.kernel.clock import ManualClock
from hub.kernel.errors import InvalidInput, Words
from hub.kernel.events import read_events
from hub.publishing.afterwards import store
from hub.publishing.afterwards.models import MEASURE_AFTER, Discovery
from hub.publishing.errors import Busy
from hub.publishing.models import Capability, Purpose
from hub.publishing.ports import Finding, Measured, Verdict
from hub.publishing.recall.models import Standing
from scheduler.measuring import Measurements
from scheduler.rereading import Rereading
from tests.scheduler.stage import Stage, run_once
from tests.scheduler.toys import READABLE

C, V, D = Capability, Verdict, Discovery
HOUR, DAY = 3600.0, 86400.0
WATCHED = replace(READABLE, capabilities=READABLE.capabilities | {C.MEASURE, C.EDIT})


def told(stage: Stage) -> ManualClock:
    assert isinstance(stage.clock, ManualClock)
    return stage.clock


async def verified(stage: Stage, accounts: int = 1, spare_calls: int = 0) -> Item:
    """An item that is public and was read back once."""
    rules = replace(WATCHED, spare_calls=spare_calls)
    stage.book.held["toy"] = stage.platform.declaration = rules
    item = await stage.approved(accounts=accounts)
    await stage.plan(item)
    await run_once(stage)
    told(stage).advance(10)
    await stage.reconciler().verify_accepted()
    return item


async def readings(stage: Stage, delivery_id: str = "") -> list[tuple[Discovery, int]]:
    one = (await stage.delivery(delivery_id)).id
    found = await stage.database.read(lambda c: store.findings_of(c, one))
    return [(row.discovery, row.times) for row in found]


async def test_a_post_is_read_after_an_hour_a_day_and_then_daily(stage: Stage) -> None:
    await verified(stage)
    rereading = Rereading(stage.rounds(), days=3)
    began, at = told(stage).now(), []
    for _ in range(5 * 24 * 2):
        told(stage).advance(HOUR / 2)
        if await rereading.look():
            at.append((told(stage).now() - began) / timedelta(hours=1))
    assert at == [1, 24, 48, 72]
    assert await readings(stage) == [(D.SAME, 5)]


@pytest.mark.parametrize(
    ("finding", "discovery"),
    [
        (Finding(verdict=V.FOUND, same=False), D.DIFFERS),
        (Finding(verdict=V.FOUND, same=False, truncated=True), D.TRUNCATED),
        (Finding(verdict=V.GONE, detail="审核未过"), D.GONE),
    ],
)
async def test_what_has_changed_is_told_with_its_time(
    stage: Stage, finding: Finding, discovery: Discovery
) -> None:
    await verified(stage)
    rereading = Rereading(stage.rounds(), days=7)
    told(stage).advance(HOUR)
    stage.platform.findings.append(finding)
    assert await rereading.look() == 1
    delivery = await stage.delivery()
    assert delivery.reason == discovery
    assert await readings(stage) == [(D.SAME, 1), (discovery, 1)]
    [(found, account_id)] = await stage.operations.findings()
    assert (found.first_at, account_id) == (told(stage).now(), delivery.account_id)
    explained = await stage.operations.explain(delivery.id)
    assert "核查" in explained.why.zh
    assert explained.readings[-1].discovery is discovery
    events = await stage.database.read(lambda c: read_events(c, subject="rereading"))
    assert events[-1]["data"]["changed"] == [[delivery.id, "", discovery]]
    told(stage).advance(DAY)
    await rereading.look()
    assert (await stage.delivery()).reason == ""  # it is as it was signed again


async def test_a_reading_that_failed_comes_again_soon(stage: Stage) -> None:
    await verified(stage)
    rereading = Rereading(stage.rounds(), days=7)
    told(stage).advance(HOUR)
    stage.platform.findings.append(Busy(Words("忙", "busy")))
    assert await rereading.look() == 1
    assert await rereading.look() == 0
    told(stage).advance(HOUR / 2)
    assert await rereading.look() == 1
    assert await readings(stage) == [(D.SAME, 2)]


async def test_nothing_is_read_again_where_nobody_wants_it(stage: Stage) -> None:
    await verified(stage)
    await stage.do(lambda tx: store.unwatch(tx, [stage.platform.calls[0]]))
    told(stage).advance(DAY)
    assert await Rereading(stage.rounds(), days=0).look() == 0


async def test_readings_and_figures_never_eat_up_the_account_s_calls(stage: Stage) -> None:
    """Three calls a day are to spare, five posts are due: three are asked about."""
    stage.book.held["toy"] = stage.platform.declaration = replace(WATCHED, spare_calls=3)
    [account] = await stage.accounts(1)
    for number in range(5):
        await stage.plan(await stage.approved(f"第{number}条", 0), ids=(account.id,))
        await run_once(stage)
    told(stage).advance(10)
    await stage.reconciler().verify_accepted()
    told(stage).advance(HOUR)
    rounds = stage.rounds()
    assert await Rereading(rounds, days=7).look() == 3
    assert await Measurements(rounds).look() == 0
    assert stage.platform.measured == []
    told(stage).advance(DAY)
    assert await Rereading(rounds, days=7).look() == 3


async def test_what_was_withdrawn_or_corrected_is_not_read_again(stage: Stage) -> None:
    item = await verified(stage, 2)
    changed = replace(draft_of(item), body="更正后的正文")
    edited = await stage.catalogue.edit(item.id, changed, actor="clerk")
    await stage.sign(await stage.submit(edited))
    await stage.recalling.correct(item.id, "leader")
    await run_once(stage)
    told(stage).advance(10)
    await stage.reconciler().verify_accepted()
    told(stage).advance(HOUR)
    assert await Rereading(stage.rounds(), days=7).look() == 2  # the corrections alone
    stage.platform.findings += [Finding(verdict=V.GONE)] * 2
    await stage.recalling.recall(item.id, "leader")
    await run_once(stage)
    told(stage).advance(10)
    await stage.reconciler().verify_accepted()
    told(stage).advance(DAY)
    assert await Rereading(stage.rounds(), days=7).look() == 0
    assert await Measurements(stage.rounds()).look() == 0


async def test_a_withdrawal_carries_the_time_at_which_it_was_seen_to_be_gone(stage: Stage) -> None:
    item = await verified(stage)
    await stage.recalling.recall(item.id, "leader")
    await run_once(stage)
    told(stage).advance(10)
    stage.platform.findings.append(Finding(verdict=V.GONE))
    await stage.reconciler().verify_accepted()
    [one] = (await stage.recalling.reach(item.id)).accounts
    assert (one.standing, one.proof_at) == (Standing.RECALLED, told(stage).now())
    assert await stage.operations.findings() == []  # gone is what was wanted


async def test_figures_are_taken_at_growing_intervals_and_kept(stage: Stage) -> None:
    item = await verified(stage)
    measurements = Measurements(stage.rounds())
    began, last = told(stage).now(), timedelta()
    assert await measurements.look() == 0
    for after in MEASURE_AFTER:
        told(stage).advance((after - last).total_seconds())
        last = after
        assert await measurements.look() == 1
    told(stage).advance(365 * DAY)
    assert await measurements.look() == 0
    samples = await stage.operations.measures((await stage.delivery()).id)
    assert [sample.at - began for sample in samples] == list(MEASURE_AFTER)
    assert samples[-1].measured == Measured(reads=100, likes=len(MEASURE_AFTER))
    [one] = (await stage.recalling.reach(item.id)).accounts
    assert one.measured == samples[-1].measured


async def test_only_known_discoveries_are_asked_for(stage: Stage) -> None:
    with pytest.raises(InvalidInput, match="truncated"):
        await stage.operations.findings(discovery="lost")
    assert [d for d in await stage.deliveries() if d.purpose is Purpose.RECALL] == []
