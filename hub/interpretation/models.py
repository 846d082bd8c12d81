"""The plan of an interpretation, its materials, and what is owed for a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from hub.kernel.errors import Words

__all__ = [
    "FORM_WORDS",
    "PLAIN_FORMS",
    "Form",
    "InterpretationPlan",
    "Material",
    "NewPlan",
    "Owed",
    "PlanPart",
    "Standing",
]


class Form(StrEnum):
    """解读形式 (国办发〔2016〕19号 and the provinces' rules on interpretation)."""

    TEXT = "text"
    INFOGRAPHIC = "infographic"
    AUDIO = "audio"
    VIDEO = "video"
    ANIMATION = "animation"
    QUESTIONS = "questions"
    PRESS_QUESTIONS = "press-questions"
    EXPERT = "expert"
    PRESS_CONFERENCE = "press-conference"
    INTERVIEW = "interview"
    BRIEFING = "briefing"


FORM_WORDS: Mapping[Form, Words] = {
    Form.TEXT: Words("文字解读", "text"),
    Form.INFOGRAPHIC: Words("图解", "infographic"),
    Form.AUDIO: Words("音频", "audio"),
    Form.VIDEO: Words("视频", "video"),
    Form.ANIMATION: Words("动漫", "animation"),
    Form.QUESTIONS: Words("问答", "questions and answers"),
    Form.PRESS_QUESTIONS: Words("答记者问", "answers to the press"),
    Form.EXPERT: Words("专家解读", "an expert's interpretation"),
    Form.PRESS_CONFERENCE: Words("新闻发布会", "press conference"),
    Form.INTERVIEW: Words("在线访谈", "online interview"),
    Form.BRIEFING: Words("政策吹风会", "policy briefing"),
}
# 多元解读 counts everything but these
PLAIN_FORMS = frozenset({Form.TEXT})


class PlanPart(StrEnum):
    """What 解读方案 has to say."""

    OUTLINE = "outline"
    FORMS = "forms"
    CHANNELS = "channels"
    DUE = "due_on"
    INTERPRETER = "interpreter"
    UNIT = "unit"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlan:
    """解读方案 as entered; parts may be missing. `due_on`: the day on which the material is to be
    public; `channels` are names of channels or other outlets."""

    outline: str = ""
    forms: tuple[Form, ...] = ()
    channels: tuple[str, ...] = ()
    due_on: date | None = None
    interpreter: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterpretationPlan:
    """The plan for a document; `revision` counts from 1. `entered_at` is UTC."""

    item_id: str
    revision: int
    outline: str
    forms: tuple[Form, ...]
    channels: tuple[str, ...]
    due_on: date
    interpreter: str
    unit: str
    entered_by: str
    entered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """An item that interprets a document. `public_at` is None while it is not public."""

    item_id: str
    title: str
    body: str
    form: Form
    public_at: datetime | None = None


class Owed(StrEnum):
    """Whether a document is to be interpreted."""

    UNDECIDED = "undecided"
    YES = "yes"
    NO = "no"
    IS_ONE = "is-one"  # it is itself an interpretation


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a document stands: what is owed and what there is."""

    item_id: str
    owed: Owed
    reason: str = ""
    plan: InterpretationPlan | None = None
    materials: tuple[Material, ...] = ()
