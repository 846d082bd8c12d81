"""A person answers once and may change it; what few said is told by no figure."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.catalogue.models import Attribute, Item, ItemDraft
from hub.catalogue.public.errors import NotPublished
from hub.catalogue.public.store import set_withdrawn
from hub.catalogue.publication import mark_public
from hub.catalogue.service import Catalogue
from hub.conversation import store as messages
from hub.conversation.records import Records
from hub.conversation.subscriptions.models import Reader
from hub.conversation.surveys.errors import BadAnswer, BadSurvey, SurveyOver, UnknownSurvey
from hub.conversation.surveys.models import NewSurvey, Question, QuestionKind, Survey
from hub.conversation.surveys.rules import FEWEST, checked, fewer_told, given_in, in_words
from hub.conversation.surveys.service import Surveys
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.errors import Conflict
from hub.kernel.events import read_events
from hub.kernel.ids import IdSource
from hub.organisations.errors import RoleNeeded
from hub.organisations.models import Body
from tests.hub.conversation.conftest import Talk

SINGLE = Question(kind=QuestionKind.SINGLE, text="您常去哪个窗口？", options=("东", "西", "南"))
MULTIPLE = Question(kind=QuestionKind.MULTIPLE, text="希望延长哪些？", options=("午间", "周末"))
GRADES = Question(kind=QuestionKind.SCALE, text="您满意吗？", options=("不满意", "满意"))
TEXT = Question(kind=QuestionKind.TEXT, text="还有什么建议？")
QUESTIONS = (SINGLE, MULTIPLE, GRADES, TEXT)


@pytest.fixture
def surveys(database: Database, clock: ManualClock, ids: IdSource) -> Surveys:
    return Surveys(database, clock, ids)


@pytest.fixture
async def item(
    database: Database,
    clock: ManualClock,
    catalogue: Catalogue,
    bodies: dict[str, Body],
    reviewers: None,
) -> Item:
    draft = ItemDraft(
        body_id=bodies["sc"].id,
        title="政务大厅延时服务办法（征求意见稿）",
        body="第一条 ……",
        attribute=Attribute.PROACTIVE,
    )
    found = await catalogue.add(draft, actor="clerk")
    at = clock.now()
    await database.write(lambda tx: mark_public(tx, found.id, 1, at))
    return found


@pytest.fixture
async def survey(surveys: Surveys, item: Item, clock: ManualClock) -> Survey:
    return await surveys.make(new(item, clock), actor="clerk")


def new(item: Item, clock: ManualClock, *questions: Question) -> NewSurvey:
    return NewSurvey(
        item_id=item.id,
        title="延时服务征集",
        questions=questions or QUESTIONS,
        opens_at=clock.now(),
        closes_at=clock.now() + timedelta(days=30),
    )


def person(number: int, account: str = "A") -> Reader:
    return Reader(channel="weibo", account=account, sender=f"s{number}")


async def test_a_person_answers_once_and_may_change_it(surveys: Surveys, survey: Survey) -> None:
    first = await surveys.answer(survey.id, person(1), 1, "2")
    assert (first.said, first.changed, first.left) == ("西", False, (2, 3, 4))
    again = await surveys.answer(survey.id, person(1), 1, "南")
    assert (again.said, again.changed) == ("南", True)
    await surveys.answer(survey.id, person(1), 4, "周末也开")
    done = await surveys.given(survey.id, person(1))
    assert {n: (one.choices, one.text) for n, one in done.items()} == {
        1: ((3,), ""),
        4: ((), "周末也开"),
    }
    assert await surveys.given(survey.id, person(2)) == {}


async def test_personal_data_in_an_answer_is_not_kept(surveys: Surveys, survey: Survey) -> None:
    told = await surveys.answer(survey.id, person(1), 4, "请回我电话13812345678")
    kept = await surveys.given(survey.id, person(1))
    assert kept[4].text == told.said == "请回我电话138****5678"


async def test_counts_of_few_are_not_told(surveys: Surveys, survey: Survey) -> None:
    for number in range(12):
        await surveys.answer(survey.id, person(number), 1, "1" if number < 9 else "2")
    for number in range(4):
        await surveys.answer(survey.id, person(number), 4, "好")
    found = await surveys.results(survey.id)
    single, _, _, text = found.tallies
    assert (found.people, single.people) == (12, 12)
    assert [one.people for one in single.counts] == [None, None, None]  # 3 = 12 - 9 otherwise
    assert (text.people, text.counts) == (None, ())


async def test_counts_of_many_are_told(surveys: Surveys, survey: Survey) -> None:
    for number in range(15):
        await surveys.answer(survey.id, person(number), 1, str(number % 3 + 1))
        await surveys.answer(survey.id, person(number), 2, "1、2" if number < 6 else "1")
        await surveys.answer(survey.id, person(number), 3, "5")
    found = await surveys.results(survey.id)
    assert [[c.people for c in tally.counts] for tally in found.tallies[:2]] == [[5, 5, 5], [15, 6]]


async def test_it_is_open_from_its_beginning_to_its_end(
    surveys: Surveys, item: Item, clock: ManualClock
) -> None:
    later = NewSurvey(
        item_id=item.id,
        title="以后",
        questions=(TEXT,),
        opens_at=clock.now() + timedelta(days=1),
        closes_at=clock.now() + timedelta(days=2),
    )
    made = await surveys.make(later, actor="clerk")
    assert await surveys.open() == []
    with pytest.raises(SurveyOver):
        await surveys.answer(made.id, person(1), 1, "早了")
    clock.advance(86_400)
    assert [one.id for one, _ in await surveys.open()] == [made.id]
    await surveys.answer(made.id, person(1), 1, "正好")
    clock.advance(86_400)
    with pytest.raises(SurveyOver):
        await surveys.answer(made.id, person(1), 1, "晚了")


async def test_what_is_closed_or_withdrawn_takes_no_answer(
    surveys: Surveys, item: Item, survey: Survey, clock: ManualClock, database: Database
) -> None:
    clock.advance(60)
    closed = await surveys.close(survey.id, actor="clerk")
    assert closed.closes_at == clock.now()
    with pytest.raises(SurveyOver):
        await surveys.answer(survey.id, person(1), 1, "1")
    with pytest.raises(Conflict):
        await surveys.close(survey.id, actor="clerk")
    other = await surveys.make(new(item, clock), actor="clerk")
    at = clock.now()
    await database.write(lambda tx: set_withdrawn(tx, item.id, 1, at), audited=False)
    assert await surveys.open() == []
    with pytest.raises(SurveyOver):
        await surveys.answer(other.id, person(1), 1, "1")


async def test_only_people_of_the_body_ask_and_only_about_what_is_public(
    surveys: Surveys, item: Item, survey: Survey, clock: ManualClock, catalogue: Catalogue
) -> None:
    for refused in (
        surveys.make(new(item, clock), actor="outsider"),
        surveys.close(survey.id, actor="outsider"),
    ):
        with pytest.raises(RoleNeeded):
            await refused
    draft = ItemDraft(
        body_id=item.body_id, title="内部稿", body="一", attribute=Attribute.PROACTIVE
    )
    unpublished = await catalogue.add(draft, actor="clerk")
    with pytest.raises(NotPublished):
        await surveys.make(new(unpublished, clock), actor="clerk")
    with pytest.raises(UnknownSurvey):
        await surveys.results("0" * 26)


async def test_the_chain_tells_of_answers_and_not_of_who_gave_them(
    surveys: Surveys, survey: Survey, database: Database
) -> None:
    await surveys.answer(survey.id, person(7), 4, "我的秘密建议")
    found = await database.read(lambda c: read_events(c))
    assert found[-1]["kind"] == "conversation.survey.answered"
    assert "s7" not in str(found)
    assert "我的秘密建议" not in str(found)


async def test_who_has_their_words_erased_has_their_answers_erased(
    surveys: Surveys, survey: Survey, talk: Talk, database: Database, clock: ManualClock
) -> None:
    me = person(1, talk.account)
    await surveys.answer(survey.id, me, 1, "1")
    await surveys.answer(survey.id, person(2, talk.account), 1, "1")
    await Records(database, clock).erase(talk.account, me.sender, actor="admin")
    assert await surveys.given(survey.id, me) == {}
    assert await surveys.given(survey.id, person(2, talk.account)) != {}


async def test_who_lets_nothing_be_kept_takes_no_part(
    surveys: Surveys, survey: Survey, talk: Talk, clock: ManualClock, database: Database
) -> None:
    me, at = person(1, talk.account), clock.now()
    await database.write(
        lambda tx: messages.remember_optout(tx, me.account, me.sender, at), audited=False
    )
    with pytest.raises(Conflict):
        await surveys.answer(survey.id, me, 1, "1")


# --- rules


@pytest.mark.parametrize(
    ("question", "text", "said"),
    [
        (SINGLE, "2", "西"), (SINGLE, "第三个", None), (SINGLE, "第3个", "南"),
        (SINGLE, "东", "东"),
        (SINGLE, "1 2", None), (SINGLE, "4", None), (SINGLE, "", None),
        (MULTIPLE, "1、2", "午间、周末"), (MULTIPLE, "21", "午间、周末"),
        (MULTIPLE, "周末", "周末"),
        (MULTIPLE, "午间和周末", "午间、周末"), (MULTIPLE, "1 3", None), (MULTIPLE, "都要", None),
        (GRADES, "4", "4/5"), (GRADES, "4分", "4/5"), (GRADES, "6", None), (GRADES, "满意", None),
        (TEXT, " 多开窗口 ", "多开窗口"), (TEXT, "  ", None), (TEXT, "长" * 1_001, None),
    ],
)  # fmt: skip
def test_an_answer_is_read_or_refused_with_what_would_be_one(
    question: Question, text: str, said: str | None
) -> None:
    if said is None:
        with pytest.raises(BadAnswer) as refused:
            given_in(question, text)
        assert refused.value.remedy
    else:
        assert in_words(question, given_in(question, text)) == said


@given(st.sampled_from((SINGLE, MULTIPLE, GRADES)), st.text(max_size=12))
def test_whatever_is_written_chooses_what_there_is_or_nothing(
    question: Question, text: str
) -> None:
    most = 5 if question is GRADES else len(question.options)
    try:
        found = given_in(question, text)
    except BadAnswer:
        return
    assert found.choices
    assert set(found.choices) <= set(range(1, most + 1))
    assert question is MULTIPLE or len(found.choices) == 1


@given(st.lists(st.integers(0, 60), min_size=2, max_size=9))
def test_no_cell_of_few_people_can_be_had_from_the_others(counts: list[int]) -> None:
    told = fewer_told(counts, add_up=True)
    hidden = [count for count, one in zip(counts, told, strict=True) if one is None]
    assert all(one is None or one == count for count, one in zip(counts, told, strict=True))
    assert all(one is None or one >= FEWEST for one in told)
    if hidden and len(hidden) < len(counts):
        assert len(hidden) > 1
        assert sum(hidden) >= FEWEST


@given(st.lists(st.integers(0, 60), min_size=2, max_size=9))
def test_of_choices_that_do_not_add_up_only_the_few_are_hidden(counts: list[int]) -> None:
    assert fewer_told(counts, add_up=False) == [c if c >= FEWEST else None for c in counts]


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"title": " "}, "title"),
        ({"questions": ()}, "questions"),
        ({"questions": (SINGLE,) * 31}, "questions"),
        ({"questions": (Question(kind=QuestionKind.SINGLE, text="?", options=("一",)),)},
         "questions[1]"),
        ({"questions": (TEXT, Question(kind=QuestionKind.TEXT, text="?", options=("一",)))},
         "questions[2]"),
        ({"questions": (Question(kind=QuestionKind.SCALE, text="?", options=("一",)),)},
         "questions[1]"),
        ({"questions": (Question(kind=QuestionKind.MULTIPLE, text="?", options=("一", "一")),)},
         "questions[1]"),
        ({"questions": (Question(kind=QuestionKind.TEXT, text=""),)}, "questions[1]"),
    ],
)  # fmt: skip
def test_a_survey_that_cannot_be_asked_is_refused_by_its_field(
    bad: dict[str, object], field: str, clock: ManualClock
) -> None:
    values: dict[str, object] = {
        "item_id": "I",
        "title": "征集",
        "questions": QUESTIONS,
        "opens_at": clock.now(),
        "closes_at": clock.now() + timedelta(days=1),
    }
    with pytest.raises(BadSurvey) as refused:
        checked(NewSurvey(**values | bad))  # type: ignore[arg-type]
    assert refused.value.field == field
