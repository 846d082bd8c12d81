"""Surveys about what is published: a person answers one question after the other, may leave at any,
comes back to where they were, and may change what they said until it closes."""

from __future__ import annotations

import re

from bots import texts
from bots.citing import choice, source_of
from bots.contract import Asked, Grounds, Memory, Reply, Source
from bots.desk import Desk, Said, SaidKind
from hub.catalogue.models import Item
from hub.conversation.models import Choice
from hub.conversation.subscriptions.models import Reader
from hub.conversation.surveys.errors import BadAnswer, SurveyOver, UnknownSurvey
from hub.conversation.surveys.models import SCALE, Question, QuestionKind, Survey

__all__ = ["answer", "fits"]

_ME = "answer_survey"
_WORDS = re.compile(
    r"^(?:我要|我想|请|帮我|有什么|有哪些|有没有|参加|参与|填写?|做|看看?|最近的?|现在的?|的)*"
    r"(?:民意征集|意见征集|民意调查|问卷调查|调查问卷|问卷|网上调查|民调)"
    r"(?:活动|项目|吗|呢|有哪些|列表|在哪里?填?)*[。.!！?？]*$|"
    r"^(?:i (?:want|would like) to )?(?:take|answer|fill in|join|show|list|see)?\s*"
    r"(?:the |a |an |open |your )*(?:surveys?|questionnaires?|polls?)[.!?]*$"
)
_LEAVE = re.compile(
    r"^(?:退出|不填了|不做了|不答了|取消|算了|先不填|结束|stop|quit|exit|cancel|later)[。.!！]*$"
)
_SKIP = "skip"


def fits(asked: Asked) -> float:
    return 0.94 if _WORDS.match(asked.plain) else 0.0


async def answer(asked: Asked, desk: Desk) -> Reply | None:
    """Payloads: `<survey>` begins or goes on, `<survey>/<question>` asks it, `…/skip` passes it,
    `…/<option>` answers it; words that are awaited answer the question that was asked last."""
    waiting = asked.session.waiting == _ME and asked.payload is None
    if waiting and _LEAVE.match(asked.plain):
        return _say(asked, "left")
    if waiting and not _WORDS.match(asked.plain):
        wanted, _, place = asked.session.wanted.partition("/")
        return await _answered(asked, desk, wanted, int(place), asked.said)
    survey_id, *rest = (asked.payload or "").split("/")
    if not survey_id:
        return await _offered(asked, desk)
    if survey_id == "leave":
        return _say(asked, "left")
    if len(survey_id) != 26 or not rest:
        return await _begun(asked, desk, survey_id)
    number = int(rest[0]) if rest[0].isdecimal() else 0
    if len(rest) == 1:
        return await _asked(asked, desk, survey_id, number)
    if rest[1] == _SKIP:
        return await _asked(asked, desk, survey_id, number + 1)
    return await _answered(asked, desk, survey_id, number, rest[1])


async def _offered(asked: Asked, desk: Desk) -> Reply:
    found = await desk.surveys.open()
    if not found:
        return _say(asked, "none")
    if len(found) == 1:
        return await _begun(asked, desk, found[0][0].id)
    text = texts.fill(_ME, asked.language, "offered", count=len(found))
    choices = tuple(choice(_ME, one.id, one.title, asked.language) for one, _ in found)
    sources = tuple(source_of(item, desk.site_url) for _, item in found)
    return Reply(paragraphs=(text,), sources=sources, choices=choices)


async def _begun(asked: Asked, desk: Desk, survey_id: str) -> Reply:
    """What it is about, and the first question without an answer."""
    found = await _found(desk, survey_id)
    if found is None:
        return _say(asked, "over")
    survey, item = found
    done = await desk.surveys.given(survey.id, _reader(asked))
    left = [n for n in range(1, len(survey.questions) + 1) if n not in done]
    intro = texts.fill(
        _ME, asked.language, "begun",
        title=survey.title, item=item.title, questions=len(survey.questions), done=len(done),
    )  # fmt: skip
    source = source_of(item, desk.site_url)
    if not left:
        again = texts.fill(_ME, asked.language, "all-done")
        choices = tuple(
            choice(_ME, f"{survey.id}/{number}", question.text, asked.language)
            for number, question in enumerate(survey.questions[:9], 1)
        )
        return Reply(paragraphs=(intro, again), sources=(source,), choices=choices)
    return _question(asked, survey, left[0], (intro,), (source,))


async def _asked(asked: Asked, desk: Desk, survey_id: str, number: int) -> Reply:
    found = await _found(desk, survey_id)
    if found is None:
        return _say(asked, "over")
    if not 1 <= number <= len(found[0].questions):
        return _say(asked, "done")
    return _question(asked, found[0], number)


async def _answered(asked: Asked, desk: Desk, survey_id: str, number: int, text: str) -> Reply:
    found = await _found(desk, survey_id)
    if found is None:
        return _say(asked, "over")
    survey, item = found
    try:
        answered = await desk.surveys.answer(survey_id, _reader(asked), number, text)
    except BadAnswer as error:
        words = error.remedy or error.words
        told = texts.in_script(words.en if asked.english else words.zh, asked.language)
        return _question(asked, survey, number, (told,))
    except (SurveyOver, UnknownSurvey):
        return _say(asked, "over")
    said = f"{survey.title}：{answered.question.text}\n{answered.said}"
    kind = SaidKind.SURVEY
    await desk.signals.collect(Said(kind=kind, text=said, inbound=asked.inbound, item_id=item.id))
    kept = texts.fill(
        _ME, asked.language, "changed" if answered.changed else "kept", said=answered.said
    )
    later = [n for n in answered.left if n > number] or list(answered.left)
    if not later:
        end = texts.fill(_ME, asked.language, "done")
        return Reply(paragraphs=(kept, end), grounds=Grounds.CONVERSATION)
    return _question(asked, survey, later[0], (kept,))


def _question(
    asked: Asked,
    survey: Survey,
    number: int,
    before: tuple[str, ...] = (),
    sources: tuple[Source, ...] = (),
) -> Reply:
    """Ask question `number`; what comes next is its answer."""
    question = survey.questions[number - 1]
    how = texts.fill(
        _ME, asked.language, question.kind.value,
        number=number, of=len(survey.questions), text=question.text, ends=question.options,
    )  # fmt: skip
    return Reply(
        paragraphs=(*before, how),
        grounds=Grounds.PUBLISHED if sources else Grounds.CONVERSATION,
        sources=sources,
        choices=_choices(asked, survey, number, question),
        memory=Memory(waiting=_ME, wanted=f"{survey.id}/{number}"),
    )


def _choices(asked: Asked, survey: Survey, number: int, question: Question) -> tuple[Choice, ...]:
    here = f"{survey.id}/{number}"
    labels: tuple[str, ...] = question.options
    if question.kind is QuestionKind.SCALE:
        labels = tuple(map(str, range(1, SCALE + 1)))
    told = [
        choice(_ME, f"{here}/{place}", label, asked.language)
        for place, label in enumerate(labels, 1)
    ]
    for name, argument in (("skip", f"{here}/{_SKIP}"), ("leave", "leave")):
        told.append(choice(_ME, argument, texts.fill(_ME, asked.language, name), asked.language))
    return tuple(told)


async def _found(desk: Desk, survey_id: str) -> tuple[Survey, Item] | None:
    """The survey, while it may be answered."""
    for survey, item in await desk.surveys.open():
        if survey.id == survey_id:
            return survey, item
    return None


def _reader(asked: Asked) -> Reader:
    inbound = asked.inbound
    return Reader(channel=inbound.channel, account=inbound.account, sender=inbound.sender)


def _say(asked: Asked, name: str) -> Reply:
    return Reply(paragraphs=(texts.fill(_ME, asked.language, name),), grounds=Grounds.CONVERSATION)
