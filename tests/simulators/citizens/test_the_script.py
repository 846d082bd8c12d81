"""Who says what and when follows from the seed, and is what it is meant to be."""

from __future__ import annotations

from collections import Counter

import pytest

from simulators.citizens.following import next_word
from simulators.citizens.models import Citizen, Door, Purpose
from simulators.citizens.script import INCIDENT_FROM, script
from simulators.citizens.wording import about_the_incident, simplified

_BODIES = ("510000", "510100", "510300")


def people(seed: int = 1, count: int = 2_000) -> list[Citizen]:
    return script(seed, count, _BODIES, _BODIES[:2])


def test_the_same_seed_is_the_same_day_and_another_is_another() -> None:
    assert people(7, 300) == people(7, 300)
    assert people(7, 300) != people(8, 300)


def test_one_message_in_ten_is_delivered_twice() -> None:
    sayings = [saying for one in people() for saying in one.sayings]
    twice = sum(saying.twice for saying in sayings)
    assert 0.08 < twice / len(sayings) < 0.12


def test_every_way_and_every_purpose_has_its_people() -> None:
    found = people()
    assert {one.door for one in found} == set(Door)
    purposes = Counter(saying.purpose for one in found for saying in one.sayings)
    assert set(purposes) == set(Purpose) - {Purpose.FOLLOW, Purpose.BACK}
    assert purposes.most_common(1)[0][0] is Purpose.ASK


def test_the_incident_begins_with_one_complaint_and_everybody_names_the_place() -> None:
    told = [one for one in people() if one.sayings[0].purpose is Purpose.INCIDENT]
    assert min(one.arrives for one in told) == INCIDENT_FROM
    assert {one.body for one in told} <= {"510000", "510100"}
    assert sum(about_the_incident(one.sayings[0].text) for one in told) >= 0.97 * len(told)


def test_nobody_subscribes_where_everybody_reads_along() -> None:
    open_to_all = {Door.WEIBO_COMMENT, Door.WEIBO_MENTION}
    for one in people():
        if one.door in open_to_all:
            assert Purpose.SUBSCRIBE not in {saying.purpose for saying in one.sayings}


def test_people_write_in_many_manners() -> None:
    texts = [saying.text for one in people() for saying in one.sayings]
    assert any(text != simplified(text) for text in texts)
    assert any(text.isascii() and " " in text for text in texts)
    assert len(set(texts)) > len(texts) / 2


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("已收到。\n\n1. 有结果告诉我\n2. 转人工", "1"),
        ("没有找到\n1. 城市供水条例\n2. 作为意见留言\n3. 转人工", "2"),
        ("沒有找到\n1. 作爲意見留言\n2. 轉人工", "1"),
        ("Kept.\n1. Tell me the outcome\n2. Talk to a person", "1"),
        ("《城市供水条例》第二十二条", ""),
    ],
)
def test_somebody_in_trouble_takes_the_choice_that_leads_to_the_outcome(
    answer: str, said: str
) -> None:
    assert next_word(answer) == said
