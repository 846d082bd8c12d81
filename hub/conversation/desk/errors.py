"""Why something is refused at the desk.

GongkaiError
├── NotFound → UnknownConversation
├── InvalidInput → BadDeskHours, PersonalData
└── Conflict → NotYours, Outrun, Unreachable
"""

from __future__ import annotations

from collections.abc import Sequence

from hub.kernel.errors import Conflict, InvalidInput, NotFound, Words

__all__ = [
    "BadDeskHours",
    "NotYours",
    "Outrun",
    "PersonalData",
    "UnknownConversation",
    "Unreachable",
]


class UnknownConversation(NotFound):
    code = "unknown-conversation"

    def __init__(self, conversation_id: str) -> None:
        super().__init__(
            Words(f"没有对话“{conversation_id}”", f"no conversation '{conversation_id}'"),
            field="conversation",
            remedy=Words("用 gongkai desk list 查看", "see gongkai desk list"),
        )


class NotYours(Conflict):
    """One officer answers: not the one who tries."""

    code = "not-your-conversation"

    def __init__(self, officer: str) -> None:
        has = f"在 {officer} 手上" if officer else "尚无人接手"
        super().__init__(
            Words(f"这次对话{has}", f"it is {officer or 'nobody'}'s conversation"),
            field="officer",
            remedy=Words(
                "先接手，或请其转交（gongkai desk assign）",
                "take it first, or have it handed over (gongkai desk assign)",
            ),
        )


class Outrun(Conflict):
    code = "somebody-was-quicker"

    def __init__(self) -> None:
        super().__init__(
            Words("这次对话刚被改动", "the conversation has just been changed"),
            field="conversation",
            remedy=Words("重新查看后再试", "look at it again"),
        )


class Unreachable(Conflict):
    """The platform takes no answer any more, or none was taken; `reason` as it was told."""

    code = "citizen-unreachable"

    def __init__(self, words: Words, reason: str) -> None:
        super().__init__(
            words,
            field="answer",
            remedy=Words(
                "公众再来信后才能答复；急事请用其留下的其他联系方式",
                "it can be said when they write again; if it presses, another way they gave",
            ),
        )
        self.reason = reason


class PersonalData(InvalidInput):
    code = "personal-data"

    def __init__(self, found: Sequence[Words], *, final: bool) -> None:
        zh = "、".join(dict.fromkeys(words.zh for words in found))
        en = ", ".join(dict.fromkeys(words.en for words in found))
        super().__init__(
            Words(f"答复中有：{zh}", f"the answer has {en}"),
            field="text",
            remedy=Words("删去后再答复", "leave it out")
            if final
            else Words(
                "删去；确属公开信息的，写明理由（--reason）",
                "leave it out; if it is public, say why (--reason)",
            ),
        )


class BadDeskHours(InvalidInput):
    code = "bad-hours"

    def __init__(self, text: str) -> None:
        super().__init__(
            Words(f"看不懂的工作时间“{text}”", f"cannot read the hours '{text}'"),
            field="hours",
            remedy=Words(
                "写成 工作日 09:00-12:00,13:00-17:00", "write 工作日 09:00-12:00,13:00-17:00"
            ),
        )
