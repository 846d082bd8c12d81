"""What is said to ask, and what counts as an answer. Pure.

The five levels are those of 国办发〔2019〕51号 (政务服务“好差评”). A word counts only where it
stands alone: nobody's sentence about satisfaction is taken for a rating.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from hub.catalogue.search.normalise import normalised
from hub.conversation.models import Answer, Choice
from hub.conversation.satisfaction.models import BEST, Question
from hub.kernel.errors import Words

__all__ = ["PREFIX", "choices_of", "is_bare_number", "named_in", "question_text", "stars_in"]

PREFIX = "satisfaction"
_LEVELS: Mapping[int, Words] = {
    1: Words("很不满意", "very dissatisfied"),
    2: Words("不满意", "dissatisfied"),
    3: Words("一般", "neither"),
    4: Words("满意", "satisfied"),
    5: Words("很满意", "very satisfied"),
}
_SAID: Mapping[int, tuple[str, ...]] = {
    1: ("很不满意", "非常不满意", "十分不满意", "太不满意", "极不满意", "很差", "very dissatisfied",
        "very unsatisfied"),
    2: ("不满意", "不太满意", "不满", "差评", "dissatisfied", "not satisfied", "unsatisfied"),
    3: ("一般", "一般般", "基本满意", "还行", "还可以", "neither", "so so", "so-so", "neutral"),
    4: ("满意", "比较满意", "挺满意", "satisfied"),
    5: ("很满意", "非常满意", "十分满意", "太满意", "很好", "好评", "very satisfied"),
}  # fmt: skip
_STARS = {words: stars for stars, every in _SAID.items() for words in every}
_LONGEST = max(map(len, _STARS)) + 8
_NUMBER = re.compile(r"([1-5])\s*(分|星|颗星|stars?|points?)?")
_AROUND = re.compile(r"^(?:我|对此|我很?对此|i am|i'm)?\s*|[\s。.!！~～，,了]+$")
_PAYLOAD = re.compile(rf"{PREFIX}/([0-9A-Z]{{26}})/([1-{BEST}])")


def stars_in(text: str) -> int | None:
    """How many stars a message gives that says nothing else; None for any other."""
    if len(text) > _LONGEST:
        return None
    plain = _AROUND.sub("", normalised(text).strip())
    found = _NUMBER.fullmatch(plain)
    return int(found[1]) if found else _STARS.get(plain)


def is_bare_number(text: str) -> bool:
    """Whether the stars are a digit alone, which may as well choose from a list."""
    return normalised(text).strip(" .。)）、").isdecimal()


def choices_of(question: Question) -> tuple[Choice, ...]:
    """The five levels to choose from: the first is one star, so a number typed is the stars."""
    return tuple(
        Choice(label=f"{words.zh} / {words.en}", payload=f"{PREFIX}/{question.id}/{stars}")
        for stars, words in _LEVELS.items()
    )


def question_text(question: Question, words: Words) -> Answer:
    """The question as a message of its own, in whose `words` the subject is named."""
    return Answer(paragraphs=(words.zh, words.en), choices=choices_of(question))


def named_in(payload: str) -> tuple[str, int] | None:
    """The question's id and the stars that a choice of ours carries."""
    found = _PAYLOAD.fullmatch(payload)
    return (found[1], int(found[2])) if found else None
