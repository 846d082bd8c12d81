"""Judging in the database: once each, corrected by analysts, learned from."""

from __future__ import annotations

import pytest

from app.opinion import LazyWorkshop
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.errors import Conflict, NotFound
from hub.opinion.errors import BadSignal, UnknownSignal
from hub.opinion.judging.models import Band, Field, Intent
from hub.opinion.judging.service import JudgingService
from hub.opinion.judging.taxonomy import Label, Labels
from hub.opinion.signals.models import SignalFilter, SignalState
from hub.opinion.signals.service import SignalService
from tests.hub.opinion.conftest import said

_WATER = Labels(
    1,
    (
        Label(name="水", cues=("停水", "水压"), others=("水务",)),
        Label(name="电", cues=("停电", "电压"), others=("供电",)),
        Label(name="路", cues=("修路", "路面"), others=("交通",)),
    ),
)


@pytest.fixture
def judging(database: Database, clock: ManualClock) -> JudgingService:
    lists = {Field.TOPIC: _WATER, Field.DEPARTMENT: _WATER}
    return JudgingService(database=database, clock=clock, workshop=LazyWorkshop(), lists=lists)


async def test_each_signal_is_judged_once(signals: SignalService, judging: JudgingService) -> None:
    await signals.collect([said(1, text="投诉停水三天"), said(2, text="路面坏了")], actor="t")
    assert await judging.judge_waiting() == 2
    assert await judging.judge_waiting() == 0
    kept = await signals.signals(SignalFilter())
    assert all(one.state is SignalState.JUDGED for one in kept)
    found = await judging.judgement(kept[1].id)
    assert (found["topic"], found["intent"]) == ("水", Intent.COMPLAINT)
    assert found["detail"]["topic"]["guesses"][0]["words"] == ["停水"]
    assert found["model"] == "topic-1 department-1"


async def test_a_correction_stands_and_leaves_the_queue(
    signals: SignalService, judging: JudgingService
) -> None:
    [one] = await signals.collect([said(1, text="楼上太吵")], actor="t")
    await judging.judge_waiting()
    [waiting] = await judging.queue()
    assert waiting["signal_id"] == one.signal_id
    await judging.correct(one.signal_id, Field.TOPIC, "路", actor="analyst")
    assert (await judging.judgement(one.signal_id))["topic"] == "路"
    assert await judging.queue(tuple(band for band in Band if band is not Band.AUTOMATIC)) == []


async def test_a_correction_has_to_be_a_choice(
    signals: SignalService, judging: JudgingService
) -> None:
    [one] = await signals.collect([said(1)], actor="t")
    with pytest.raises(UnknownSignal):
        await judging.correct(one.signal_id, Field.TOPIC, "路", actor="analyst")
    with pytest.raises(BadSignal) as refused:
        await judging.correct(one.signal_id, Field.TOPIC, "天气", actor="analyst")
    assert refused.value.field == "topic"
    with pytest.raises(Conflict):
        await judging.train(Field.MOOD, actor="analyst")


async def test_corrections_make_the_next_version(
    signals: SignalService, judging: JudgingService
) -> None:
    texts = [("水管爆了", "水"), ("电线着火", "电"), ("坑太深", "路")]
    new = [said(n, text=f"{texts[n % 3][0]}第{n}次") for n in range(36)]
    done = await signals.collect(new, actor="t")
    await judging.judge_waiting()
    for n, one in enumerate(done):
        await judging.correct(one.signal_id, Field.TOPIC, texts[n % 3][1], actor="analyst")
    trained = await judging.train(Field.TOPIC, actor="analyst")
    assert (trained.version, trained.labels, trained.active) == (2, 36, True)
    await signals.collect([said(99, text="坑太深车都坏了")], actor="t")
    await judging.judge_waiting()
    newest = (await signals.signals(SignalFilter(limit=1)))[0]
    found = await judging.judgement(newest.id)
    assert (found["topic"], found["model"]) == ("路", "topic-2 department-1")
    await judging.activate(Field.TOPIC, 1, actor="analyst")
    assert [one.version for one in await judging.models(Field.TOPIC) if one.active] == [1]
    with pytest.raises(NotFound):
        await judging.activate(Field.TOPIC, 9, actor="analyst")
