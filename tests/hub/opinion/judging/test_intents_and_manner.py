"""What citizens want, how urgent it is and in what mood: invented messages, pure rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.opinion.judging.intents import intent_of
from hub.opinion.judging.manner import mood_of, urgency_of
from hub.opinion.judging.models import Band, Intent, Mood, Urgency, band_of


@pytest.mark.parametrize(
    ("title", "intent"),
    [
        ("咨询新生儿落户需要哪些材料", Intent.QUESTION),
        ("地铁五号线什么时候开通？", Intent.QUESTION),
        ("投诉某小区物业乱收停车费", Intent.COMPLAINT),
        ("青江路工地夜间施工噪音扰民", Intent.COMPLAINT),
        ("建议在滨河路增设公交站", Intent.SUGGESTION),
        ("关于优化红绿灯时长的几点建议", Intent.SUGGESTION),
        ("感谢社区工作人员，服务态度非常好", Intent.PRAISE),
        ("网传自来水有毒，是真的吗", Intent.RUMOUR),
        ("听说明天要停水三天，群里都在传，是否属实", Intent.RUMOUR),
    ],
)
def test_the_beginning_tells_what_is_wanted(title: str, intent: Intent) -> None:
    guess = intent_of(title, "")
    assert guess.label == intent
    assert guess.words


def test_thanks_at_the_end_are_manners_and_no_praise() -> None:
    assert intent_of("投诉物业", "电梯坏了三个月没人修，请解决，谢谢！").label == Intent.COMPLAINT


@pytest.mark.parametrize(
    ("title", "urgency"),
    [
        ("化工厂爆炸，有人受伤", Urgency.ACUTE),
        ("小区停水两天了", Urgency.PRESSING),
        ("建议开展火灾演练", Urgency.ORDINARY),
        ("咨询公积金提取", Urgency.ORDINARY),
    ],
)
def test_urgency_follows_words_and_not_what_is_to_be_prevented(
    title: str, urgency: Urgency
) -> None:
    assert urgency_of(title, "").label == urgency


def test_moods() -> None:
    assert mood_of("投诉黑心商家", "", Intent.COMPLAINT).label == Mood.NEGATIVE
    assert mood_of("咨询社保缴费", "", Intent.QUESTION).label == Mood.NEUTRAL
    assert mood_of("感谢民警，点赞", "", Intent.PRAISE).label == Mood.POSITIVE


@given(st.text(max_size=60), st.text(max_size=300))
def test_every_text_has_a_judgement_between_none_and_sure(title: str, text: str) -> None:
    intent = intent_of(title, text)
    for guess in (intent, urgency_of(title, text), mood_of(title, text, intent.label)):
        assert 0 <= guess.confidence <= 1


@pytest.mark.parametrize(
    ("confidence", "band"),
    [(0.7, Band.AUTOMATIC), (0.69, Band.SUGGESTED), (0.4, Band.SUGGESTED), (0.39, Band.QUEUE)],
)
def test_bands_begin_where_they_say(confidence: float, band: Band) -> None:
    assert band_of(confidence) is band
