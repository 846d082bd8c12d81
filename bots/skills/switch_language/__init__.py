"""Simplified, traditional or English, until the conversation ends."""

from __future__ import annotations

from bots.contract import Example, Skill
from bots.skills.switch_language.skill import answer, fits
from hub.kernel.errors import Words

__all__ = ["SKILL"]

SKILL = Skill(
    name="switch_language",
    words=Words("切换语言 English", "Language 语言"),
    about=Words("如：English、繁體、简体", "e.g. 简体, 繁體, English"),
    examples=(
        Example("English"),
        Example("请说英文"),
        Example("繁體"),
        Example("切换到繁体"),
        Example("switch to Chinese", before=("English",)),
    ),
    fits=fits,
    answer=answer,
    place=12,
)
