"""Watch topics: words that include and exclude, history first, each signal counted once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.errors import Conflict
from hub.kernel.ids import IdSource
from hub.opinion.signals.service import SignalService
from hub.opinion.watches.errors import BadWatch, UnknownWatch
from hub.opinion.watches.models import NewWatch, WatchEvent
from hub.opinion.watches.rules import Matcher, folded
from hub.opinion.watches.service import Watches
from tests.hub.opinion.conftest import said

_BUS = NewWatch(name="校车", include=("校车", "学生+超载"), exclude=("招聘",))


@pytest.fixture
def watches(database: Database, clock: ManualClock, ids: IdSource) -> Watches:
    return Watches(database=database, clock=clock, ids=ids, zone="Asia/Shanghai")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("实验小学的校车超速", True),
        ("實驗小學的校車超速", True),  # the other script
        ("超载的车拉着学生", True),
        ("货车超载", False),
        ("校车司机招聘", False),
    ],
)
def test_words_include_and_exclude(text: str, found: bool) -> None:
    assert Matcher.of(_BUS).matches(folded(text), "", "hotline") is found


def test_places_and_channels_narrow() -> None:
    watch = NewWatch(name="x", include=("校车",), places=("武侯区",), channels=("hotline",))
    matcher = Matcher.of(watch)
    assert matcher.matches("校车", "武侯区簇桥街道", "hotline")
    assert not matcher.matches("校车", "青羊区", "hotline")
    assert not matcher.matches("校车", "武侯区", "weibo")


@given(st.text(max_size=30))
def test_a_word_is_found_in_whatever_stands_round_it(text: str) -> None:
    if "招聘" not in folded(text):
        assert Matcher.of(_BUS).matches(folded(f"{text}校车{text}"), "", "")


async def test_a_watch_begins_with_history_and_counts_each_signal_once(
    watches: Watches, signals: SignalService, clock: ManualClock
) -> None:
    at = clock.now() - timedelta(hours=2)
    await signals.collect([said(1, "校车超速", event_at=at), said(2, "停水")], actor="system:test")
    clock.advance(120)
    await watches.make(_BUS, actor="analyst")
    with pytest.raises(Conflict):
        await watches.make(_BUS, actor="analyst")
    assert await watches.look() == 1
    await signals.collect([said(3, "学生多车超载")], actor="system:test")
    assert await watches.look() == 0  # it has just come: an older one may still appear
    clock.advance(120)
    assert await watches.look() == 1
    assert await watches.look() == 0
    watch, days = await watches.watch("校车")
    assert (watch.signals, [count for _, count in days]) == (2, 1 * [1])
    assert len(await watches.signals("校车")) == 2
    changed = NewWatch(name="校车", include=("停水",))
    await watches.change(changed, actor="analyst")
    assert await watches.look() == 1
    assert [one.text for one in await watches.signals("校车")] == ["停水"]


async def test_a_paused_watch_goes_on_where_it_stopped(
    watches: Watches, signals: SignalService, clock: ManualClock
) -> None:
    await watches.make(_BUS, actor="analyst")
    await watches.step("校车", WatchEvent.PAUSED, actor="analyst")
    await signals.collect([said(1, "校车超速")], actor="system:test")
    clock.advance(120)
    assert await watches.look() == 0
    await watches.step("校车", WatchEvent.RESUMED, actor="analyst")
    assert await watches.look() == 1
    with pytest.raises(UnknownWatch):
        await watches.signals("没有")


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": " "}),
        ("include", {"include": ()}),
        ("include", {"include": ("+", " ")}),
        ("exclude", {"exclude": ("长" * 41,)}),
    ],
)
async def test_a_watch_without_words_is_refused(
    watches: Watches, field: str, values: dict[str, object]
) -> None:
    given_values = {"name": "x", "include": ("校车",)} | values
    with pytest.raises(BadWatch) as refused:
        await watches.make(NewWatch(**given_values), actor="analyst")  # type: ignore[arg-type]
    assert refused.value.field == field
