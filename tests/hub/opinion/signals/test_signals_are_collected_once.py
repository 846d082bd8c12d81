"""Collecting: once each, under a pseudonym, masked; who looks at the author leaves a trace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.errors import InvalidInput
from hub.kernel.events import read_events
from hub.kernel.ids import IdSource
from hub.opinion.errors import BadSignal, UnknownSignal
from hub.opinion.signals import store
from hub.opinion.signals.models import SignalFilter, SignalState
from hub.opinion.signals.service import SignalService
from hub.organisations.keys.service import InstallationKeys
from hub.organisations.models import Body
from hub.organisations.vault import Vault
from tests.hub.opinion.conftest import said

_PRIVATE = "我叫李小明，电话13812345678，楼下烧烤店油烟太大"


async def test_handing_it_in_again_adds_nothing(signals: SignalService) -> None:
    first = await signals.collect([said(1), said(2)], actor="system:test")
    again = await signals.collect([said(2), said(3), said(3)], actor="system:test")
    assert [one.added for one in first] == [True, True]
    assert again[0].signal_id == first[1].signal_id
    assert not again[0].added
    assert again[1].signal_id == again[2].signal_id
    assert len(await signals.signals(SignalFilter())) == 3


async def test_likes_are_brought_up_to_date(signals: SignalService) -> None:
    [one] = await signals.collect([said(1, likes=3)], actor="system:test")
    await signals.collect([said(1, likes=8)], actor="system:test")
    assert (await signals.signal(one.signal_id)).likes == 8


async def test_nothing_is_kept_when_one_is_bad(signals: SignalService) -> None:
    with pytest.raises(BadSignal) as refused:
        await signals.collect([said(1), said(2, text=" ")], actor="system:test")
    assert refused.value.field == "text"
    assert await signals.signals(SignalFilter()) == []


async def test_one_author_has_one_pseudonym_per_channel(signals: SignalService) -> None:
    new = [said(n, author="A", channel=c) for n, c in enumerate(("wechat", "wechat", "weibo"))]
    done = await signals.collect(new, actor="system:test")
    names = [(await signals.signal(one.signal_id)).author for one in done]
    assert names[0] == names[1] != names[2]
    assert "A" not in names


async def test_numbers_and_names_are_masked_and_the_author_shows_only_with_a_reason(
    signals: SignalService, database: Database
) -> None:
    new = said(1, text=_PRIVATE, author="openid-77", identity={"name": "李小明"})
    [one] = await signals.collect([new], actor="system:test")
    kept = await signals.signal(one.signal_id)
    assert kept.masked
    assert "13812345678" not in kept.text
    assert "李小明" not in kept.text
    with pytest.raises(InvalidInput):
        await signals.reveal(one.signal_id, actor="analyst", reason=" ")
    seen = await signals.reveal(one.signal_id, actor="analyst", reason="回访投诉人")
    assert seen.text == _PRIVATE
    assert seen.author == {"channel": "hotline", "id": "openid-77", "name": "李小明"}
    looks = await database.read(lambda c: read_events(c, subject=one.signal_id))
    assert [event["data"].get("reason") for event in looks][-1] == "回访投诉人"


async def test_what_is_old_is_forgotten_and_the_signal_stays(
    signals: SignalService, clock: ManualClock
) -> None:
    [one] = await signals.collect([said(1, text=_PRIVATE)], actor="system:test")
    clock.advance(timedelta(days=100).total_seconds())
    assert await signals.forget(timedelta(days=90), actor="admin") == (1, 1)
    seen = await signals.reveal(one.signal_id, actor="analyst", reason="回访投诉人")
    assert seen.author == {}
    assert "13812345678" not in seen.text


async def test_a_pseudonym_outlives_the_vaults_keys(
    signals: SignalService, database: Database, clock: ManualClock, ids: IdSource
) -> None:
    [one] = await signals.collect([said(1, author="A")], actor="system:test")
    both = Vault({"k2": b"2" * 32, "k1": b"1" * 32})
    keys = InstallationKeys(database, clock, both)
    later = SignalService(database=database, clock=clock, ids=ids, keys=keys)
    [two] = await later.collect([said(2, author="A")], actor="system:test")
    found = [await signals.signal(x.signal_id) for x in (one, two)]
    assert len({signal.author for signal in found}) == 1


async def test_a_time_that_has_not_come_is_not_known(
    signals: SignalService, clock: ManualClock
) -> None:
    hour = timedelta(hours=1)
    times = (None, clock.now() + 2 * hour, clock.now() - hour)
    done = await signals.collect(
        [said(n, event_at=at) for n, at in enumerate(times)], actor="system:test"
    )
    found = [await signals.signal(one.signal_id) for one in done]
    assert [one.time_known for one in found] == [False, False, True]


async def test_places_of_bodies_are_known(signals: SignalService, bodies: dict[str, Body]) -> None:
    [one] = await signals.collect([said(1, text="在成都市青龙街道，路灯坏了")], actor="system:test")
    assert (await signals.signal(one.signal_id)).place == "成都市青龙街道"


async def test_pages_follow_each_other(signals: SignalService) -> None:
    await signals.collect([said(n) for n in range(5)], actor="system:test")
    first = await signals.signals(SignalFilter(limit=3))
    rest = await signals.signals(SignalFilter(limit=3, before=first[-1].id))
    assert [one.external_id for one in first + rest] == ["h-4", "h-3", "h-2", "h-1", "h-0"]
    assert all(one.state is SignalState.COLLECTED for one in first)


async def test_what_waits_comes_oldest_first(signals: SignalService, database: Database) -> None:
    await signals.collect([said(n) for n in range(25)], actor="system:test")
    waiting = await database.read(lambda c: store.waiting(c, 2))
    assert [one.external_id for one in waiting] == ["h-0", "h-1"]


@pytest.mark.parametrize(
    "call",
    [
        lambda s: s.signal("nothing"),
        lambda s: s.reveal("nothing", actor="a", reason="回访投诉人"),
    ],
)
async def test_what_is_not_there_is_said(
    signals: SignalService, call: Callable[[SignalService], object]
) -> None:
    with pytest.raises(UnknownSignal):
        await call(signals)  # type: ignore[misc]
