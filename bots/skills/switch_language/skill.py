"""The language of a conversation, chosen by the person."""

from __future__ import annotations

import re
from dataclasses import replace

from bots import texts
from bots.citing import choice
from bots.contract import Asked, Grounds, Language, Memory, Reply
from bots.desk import Desk

__all__ = ["answer", "fits"]

_ME = "switch_language"
_ASKS = (
    r"(?:请|我要|我想)?(?:切换(?:到|成|为)?|换成?|改成?|用|说|讲|使用|switch "
    r"to |speak |in |use )?\s*"
)

_FORMS = tuple(
    (language, re.compile(rf"{_ASKS}(?:{words})(?:版|模式|回答|please)?[。.!！?？]*"))
    for language, words in (
        (Language.EN, "english|英文|英语"),
        (Language.HANT, "繁体(?:字|中文)?|traditional(?: chinese)?|正体"),
        (
            Language.HANS,
            "简体(?:字|中文)?|中文|汉语|普通话|simplified(?: chinese)?|chinese|mandarin",
        ),
    )
)
_BARE = re.compile(r"(?:切换|选择|更改)?语言(?:切换|选择)?|(?:change |switch )?language[.!?]*")


def fits(asked: Asked) -> float:
    return 0.98 if _wanted(asked.plain) or _BARE.fullmatch(asked.plain) else 0.0


async def answer(asked: Asked, desk: Desk) -> Reply | None:
    known = {one.value: one for one in Language}
    wanted = known.get(asked.payload or "") or _wanted(asked.plain)
    if wanted is None:
        return Reply(
            paragraphs=(texts.fill(_ME, asked.language, "which"),),
            grounds=Grounds.CONVERSATION,
            choices=tuple(
                replace(choice(_ME, one.value, "", Language.EN), label=label)
                for one, label in zip(Language, ("简体中文", "繁體中文", "English"), strict=True)
            ),
        )
    text = texts.fill(_ME, wanted, "switched")
    memory = Memory(language=wanted.value)
    return Reply(paragraphs=(text,), grounds=Grounds.CONVERSATION, memory=memory)


def _wanted(plain: str) -> Language | None:
    return next((language for language, form in _FORMS if form.fullmatch(plain)), None)
