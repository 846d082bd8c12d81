"""Surveys by conversation, and what who asks for a person is told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from bots.desk import SaidKind
from hub.conversation.desk.models import Handed, HandedKind
from hub.conversation.models import Inbound
from hub.conversation.surveys.models import NewSurvey, Question, QuestionKind, Survey
from hub.organisations.models import NewPerson, Role
from tests.bots.conftest import Town

QUESTIONS = (
    Question(kind=QuestionKind.SINGLE, text="您办过备案卡吗？", options=("办过", "没办过")),
    Question(kind=QuestionKind.MULTIPLE, text="希望在哪里办？", options=("大厅", "网上", "社区")),
    Question(kind=QuestionKind.TEXT, text="还有什么建议？"),
)


@pytest.fixture
async def survey(town: Town) -> Survey:
    who = NewPerson(login="wang", name="王", roles=(("510100", Role.EDITOR),))
    await town.hub.organisations.import_people([who], actor="admin")
    now = town.clock.now()
    new = NewSurvey(
        item_id=town.ids["new"],
        title="备案卡办理征集",
        questions=QUESTIONS,
        opens_at=now - timedelta(hours=1),
        closes_at=now + timedelta(days=1),
    )
    return await town.engine.desk.surveys.make(new, actor="wang")


async def test_a_survey_is_answered_question_by_question(town: Town, survey: Survey) -> None:
    told = await town.ask("参加问卷调查")
    assert "备案卡办理征集" in told.answer.paragraphs[0]
    assert [cite.title for cite in told.answer.cites] == ["成都市食品摊贩备案办法"]
    assert [one.label for one in told.answer.choices] == ["办过", "没办过", "跳过这题", "退出"]
    told = await town.ask("1")
    assert told.answer.paragraphs == (
        "已记录：办过",
        "2/3（可多选，如回复 1、3）希望在哪里办？",
    )
    told = await town.ask("2、3")
    assert told.answer.paragraphs[0] == "已记录：网上、社区"
    told = await town.ask("希望夜里也能在网上办")
    assert told.answer.paragraphs == (
        "已记录：希望夜里也能在网上办",
        "已到最后一题，谢谢参与。截止前说“参加问卷调查”可以更改。",
    )
    assert [(one.kind, one.item_id) for one in town.signals.said] == [
        (SaidKind.SURVEY, town.ids["new"])
    ] * 3
    assert town.signals.said[1].text == "备案卡办理征集：希望在哪里办？\n网上、社区"


async def test_what_does_not_answer_is_asked_again(town: Town, survey: Survey) -> None:
    await town.ask("参加问卷调查", "1")
    told = await town.ask("1、9")
    assert told.answer.paragraphs[0] == "回复序号，如 1、3"
    assert told.answer.paragraphs[1].startswith("2/3")
    assert len(town.signals.said) == 1


async def test_who_leaves_comes_back_to_where_they_were(town: Town, survey: Survey) -> None:
    told = await town.ask("参加问卷调查", "2", "退出")
    assert "已退出" in told.answer.paragraphs[0]
    told = await town.ask("参加问卷调查")
    assert "您已答1题" in told.answer.paragraphs[0]
    assert told.answer.paragraphs[1].startswith("2/3")
    told = await town.ask("跳过这题")  # its words are no answer: the number, or the button
    told = await town.choose(f"answer_survey/{survey.id}/2/skip")
    assert told.answer.paragraphs[0].startswith("3/3")


async def test_an_answer_is_changed_until_it_closes(town: Town, survey: Survey) -> None:
    await town.ask("参加问卷调查", "1", "1", "没有建议")
    told = await town.ask("参加问卷调查")
    assert "全部答完" in told.answer.paragraphs[1]
    await town.ask("1")
    told = await town.ask("2")
    assert told.answer.paragraphs[0] == "已更改为：没办过"
    town.clock.advance(2 * 86_400)
    told = await town.choose(f"answer_survey/{survey.id}/1/1")
    assert told.answer.paragraphs == ("这项征集已经结束或没有开放。",)


async def test_another_wish_is_heard_in_the_middle_of_a_survey(town: Town, survey: Survey) -> None:
    told = await town.ask("参加问卷调查", "1", "转人工")
    assert told.skill == "hand_over"


@dataclass
class Hall:
    """`People` who say what they are told to say."""

    handed: Handed
    asked: list[Inbound] = field(default_factory=list)

    async def hand_over(self, inbound: Inbound) -> Handed:
        self.asked.append(inbound)
        return self.handed


@pytest.mark.parametrize(
    ("handed", "said"),
    [
        (Handed(kind=HandedKind.OPEN), "会尽快回复您"),
        (
            Handed(kind=HandedKind.SHUT, opens_at=datetime(2026, 3, 9, 1, tzinfo=UTC)),
            "2026年3月9日09:00起答复您",
        ),
        (Handed(kind=HandedKind.UNKNOWN, hours="工作日 09:00-17:00"), "工作日 09:00-17:00"),
        (Handed(kind=HandedKind.NOT_KEPT), "恢复保存我的消息"),
        (Handed(kind=HandedKind.NOBODY), "没有人工坐席"),
    ],
)
async def test_who_asks_for_a_person_is_told_when_somebody_answers(
    town: Town, handed: Handed, said: str
) -> None:
    hall = Hall(handed)
    town.engine.desk = replace(town.engine.desk, people=hall)
    told = await town.ask("转人工")
    assert said in told.answer.paragraphs[0]
    assert "028-12345678" in told.answer.paragraphs[1]
    assert len(hall.asked) == 1


async def test_in_english_the_day_is_written_as_such(town: Town) -> None:
    opens = datetime(2026, 3, 9, 1, tzinfo=UTC)
    town.engine.desk = replace(
        town.engine.desk, people=Hall(Handed(kind=HandedKind.SHUT, opens_at=opens))
    )
    told = await town.ask("can I talk to a real person?")
    assert "from 2026-03-09 09:00 on" in told.answer.paragraphs[0]
