"""Answering a survey, question by question."""

from __future__ import annotations

from bots.contract import Example, Skill
from bots.skills.answer_survey.skill import answer, fits
from hub.kernel.errors import Words

__all__ = ["SKILL"]

SKILL = Skill(
    name="answer_survey",
    words=Words("民意征集与问卷", "Surveys"),
    about=Words("如：参加问卷调查", "e.g. take a survey"),
    examples=(
        Example("参加问卷调查"),
        Example("有什么民意征集"),
        Example("我要填問卷"),
        Example("take the survey"),
    ),
    fits=fits,
    answer=answer,
    place=14,
)
