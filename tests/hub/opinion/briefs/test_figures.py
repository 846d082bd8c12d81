"""What a brief says of messages: every figure adds up, few are not shown, nothing is invented."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.opinion.briefs.counting import FEWEST, period_of, series
from hub.opinion.briefs.models import BriefKind
from hub.opinion.briefs.periods import instants, period, period_before
from tests.hub.opinion.briefs_sample import LAST, brief_of, found, message


def test_a_brief_says_what_was_counted() -> None:
    brief = brief_of()
    assert brief.summary[0].startswith("2026年2月23日至3月1日收到信息 120 条，主题最多的是")
    assert "突增事项 1 项" in brief.summary[1]
    assert (brief.clocks.kept, brief.clocks.missed, brief.clocks.running) == (1, 2, 1)
    assert brief.clocks.share == 33.3
    assert brief.satisfaction.average == 4.17
    assert [one.value for one in brief.figures] == [120, 90, 66.7, 6, 0]
    assert brief.figures[0].change == "较上期上升 20%"
    assert brief.hot[0].heat == pytest.approx(sum(v for _, v in brief.hot[0].parts), abs=0.01)


def test_too_few_messages_are_said_to_be_too_few() -> None:
    brief = brief_of(found(4, rated=(1, 5)))
    assert "数据不足" in brief.summary[0]
    assert (brief.series, brief.hot, brief.enough) == ((), (), False)
    assert brief.satisfaction.average is None
    assert next(one for one in brief.figures if one.name == "negative").value is None


@given(st.lists(st.integers(0, 40), max_size=150))
def test_no_bar_shows_fewer_than_five_and_all_add_up(topics: list[int]) -> None:
    messages = [message(n, topic=f"主题{topic % 19}") for n, topic in enumerate(topics)]
    chart = next(one for one in series(messages, [], LAST) if one.name == "topics")
    shown = [cell.value for cell in chart.cells if cell.value is not None]
    hidden = len(messages) - sum(shown)
    assert all(value >= FEWEST for value in shown)
    assert 0 <= hidden < FEWEST
    assert hidden == 0 or chart.cells[-1].value is None


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_a_week_is_seven_days_and_the_one_before_is_over(day: date) -> None:
    first, last = period(BriefKind.WEEKLY, day)
    assert (first.weekday(), last - first) == (0, timedelta(days=6))
    assert first <= day <= last
    assert period_before(BriefKind.WEEKLY, day)[1] == first - timedelta(days=1)
    begins, ends = instants(first, last, "Asia/Shanghai")
    assert ends - begins == timedelta(days=7)


def test_a_period_names_the_year_where_it_changes() -> None:
    assert period_of(date(2026, 12, 28), date(2027, 1, 3)) == "2026年12月28日至2027年1月3日"
    assert period_of(LAST, LAST) == "2026年3月1日"
