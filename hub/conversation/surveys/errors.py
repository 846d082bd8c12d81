"""Why a survey is not made, found or answered.

GongkaiError
├── NotFound → UnknownSurvey
├── InvalidInput → BadAnswer, BadSurvey
└── Conflict → SurveyOver
"""

from __future__ import annotations

from hub.kernel.errors import Conflict, InvalidInput, NotFound, Words

__all__ = ["BadAnswer", "BadSurvey", "SurveyOver", "UnknownSurvey"]


class UnknownSurvey(NotFound):
    code = "unknown-survey"

    def __init__(self, survey_id: str) -> None:
        super().__init__(
            Words(f"没有征集“{survey_id}”", f"no survey '{survey_id}'"),
            field="survey",
            remedy=Words("用 gongkai survey list 查看", "see gongkai survey list"),
        )


class BadSurvey(InvalidInput):
    code = "bad-survey"


class BadAnswer(InvalidInput):
    """What the question cannot be answered with; the remedy says what it can."""

    code = "bad-survey-answer"


class SurveyOver(Conflict):
    code = "survey-not-open"

    def __init__(self) -> None:
        super().__init__(
            Words("这项征集没有开放", "this survey is not open"),
            field="survey",
            remedy=Words("看看其他征集", "see what other surveys there are"),
        )
