"""The pure rules of surveys: what can be asked, what answers it, and which counts may be told."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hub.catalogue.search.normalise import normalised
from hub.conversation.surveys.errors import BadAnswer, BadSurvey
from hub.conversation.surveys.models import SCALE, Given, NewSurvey, Question, QuestionKind
from hub.kernel.errors import Words

__all__ = ["FEWEST", "checked", "fewer_told", "given_in", "in_words"]

FEWEST = 5  # people; fewer in a cell might be known by who knows some of them
_MOST_QUESTIONS, _MOST_OPTIONS = 30, 9  # a digit chooses an option
_LONGEST_TITLE, _LONGEST_QUESTION, _LONGEST_OPTION, _LONGEST_TEXT = 200, 500, 100, 1_000
_CHOOSING = frozenset({QuestionKind.SINGLE, QuestionKind.MULTIPLE})
_BETWEEN = re.compile(r"[\s,，、;；和与/]+")
_DIGIT = re.compile(r"第?([1-9])(?:项|个|分|星)?")


def checked(new: NewSurvey) -> NewSurvey:
    """The survey as it is kept; raises BadSurvey naming what is wrong."""
    if not 0 < len(new.title.strip()) <= _LONGEST_TITLE:
        raise _bad(f"标题须为 1 至 {_LONGEST_TITLE} 字", "a title is needed", "title")
    if not 0 < len(new.questions) <= _MOST_QUESTIONS:
        raise _bad(
            f"须有 1 至 {_MOST_QUESTIONS} 题", f"1 to {_MOST_QUESTIONS} questions", "questions"
        )
    if new.opens_at >= new.closes_at:
        raise _bad("结束须晚于开始", "it must end after it begins", "closes_at")
    for number, question in enumerate(new.questions, 1):
        _check_question(question, f"questions[{number}]")
    return new


def _check_question(question: Question, field: str) -> None:
    if not 0 < len(question.text.strip()) <= _LONGEST_QUESTION:
        raise _bad(f"题目须为 1 至 {_LONGEST_QUESTION} 字", "the question is empty", field)
    options = question.options
    if any(not 0 < len(one.strip()) <= _LONGEST_OPTION for one in options):
        raise _bad(f"选项须为 1 至 {_LONGEST_OPTION} 字", "an option is empty or too long", field)
    if len(set(options)) < len(options):
        raise _bad("选项重复", "an option is there twice", field)
    if question.kind in _CHOOSING and not 2 <= len(options) <= _MOST_OPTIONS:
        raise _bad(f"须有 2 至 {_MOST_OPTIONS} 个选项", f"2 to {_MOST_OPTIONS} options", field)
    if question.kind is QuestionKind.SCALE and len(options) not in (0, 2):
        raise _bad("量表只写两端的说明", "a scale has words for its two ends or none", field)
    if question.kind is QuestionKind.TEXT and options:
        raise _bad("文字题没有选项", "a text has no options", field)


def given_in(question: Question, text: str) -> Given:
    """What was written, as an answer to the question; raises BadAnswer saying what answers it."""
    said = text.strip()
    if question.kind is QuestionKind.TEXT:
        if not 0 < len(said) <= _LONGEST_TEXT:
            raise _no_answer(question)
        return Given(text=said)
    chosen = _chosen(question, said)
    if not chosen or (question.kind is not QuestionKind.MULTIPLE and len(chosen) > 1):
        raise _no_answer(question)
    return Given(choices=tuple(sorted(chosen)))


def _chosen(question: Question, said: str) -> set[int]:
    """The numbers that are named, by digits or by the options' own words; none where anything
    else is said."""
    most = SCALE if question.kind is QuestionKind.SCALE else len(question.options)
    named = {normalised(one): number for number, one in enumerate(question.options, 1)}
    plain = normalised(said).strip(" .。!！")
    if question.kind in _CHOOSING and plain in named:
        return {named[plain]}
    parts = [part for part in _BETWEEN.split(plain) if part]
    if question.kind is QuestionKind.MULTIPLE and len(parts) == 1 and parts[0].isdecimal():
        parts = list(parts[0])  # 135 is 1, 3 and 5
    chosen: set[int] = set()
    for part in parts:
        found = _DIGIT.fullmatch(part)
        number = int(found[1]) if found else named.get(part, 0)
        if not 1 <= number <= most or (question.kind is QuestionKind.SCALE and not found):
            return set()
        chosen.add(number)
    return chosen


def in_words(question: Question, given: Given) -> str:
    """An answer as a person reads it."""
    if question.kind is QuestionKind.TEXT:
        return given.text
    if question.kind is QuestionKind.SCALE:
        return f"{given.choices[0]}/{SCALE}"
    return "、".join(question.options[number - 1] for number in given.choices)


def fewer_told(counts: Sequence[int], *, add_up: bool) -> list[int | None]:
    """The counts that may be told; the others, of fewer than five people, are None.

    Where the cells `add_up` to a total that is told, a hidden one could be had by subtraction: so
    the smallest others are hidden until at least two are, and five people in them.
    """
    told: list[int | None] = [count if count >= FEWEST else None for count in counts]
    if not add_up or all(one is not None for one in told):
        return told
    while True:
        hidden = [count for count, one in zip(counts, told, strict=True) if one is None]
        shown = [place for place, one in enumerate(told) if one is not None]
        if not shown or (len(hidden) > 1 and sum(hidden) >= FEWEST):
            return told
        told[min(shown, key=lambda place: counts[place])] = None


def _no_answer(question: Question) -> BadAnswer:
    remedies = {
        QuestionKind.SINGLE: Words("回复一个选项的序号", "send the number of one option"),
        QuestionKind.MULTIPLE: Words("回复序号，如 1、3", "send numbers such as 1, 3"),
        QuestionKind.SCALE: Words("回复 1 至 5", "send a number from 1 to 5"),
        QuestionKind.TEXT: Words(
            f"写 1 至 {_LONGEST_TEXT} 字", f"write 1 to {_LONGEST_TEXT} characters"
        ),
    }
    return BadAnswer(
        Words("这不是本题的答案", "that does not answer the question"),
        field="answer",
        remedy=remedies[question.kind],
    )


def _bad(zh: str, en: str, field: str) -> BadSurvey:
    return BadSurvey(Words(zh, en), field=field)
