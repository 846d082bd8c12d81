"""Greeting, help and the menu, made of the skills that there are."""

from __future__ import annotations

from bots.contract import Example, Skill
from bots.skills.help_menu.skill import answer, fits
from hub.kernel.errors import Words

__all__ = ["SKILL"]

SKILL = Skill(
    name="help_menu",
    words=Words("帮助", "Help"),
    about=Words("如：帮助、菜单", "e.g. help, menu"),
    examples=(
        Example("你好"),
        Example("帮助"),
        Example("你能做什么？"),
        Example("谢谢"),
        Example("幫助"),
        Example("help"),
        Example("？"),
    ),
    fits=fits,
    answer=answer,
    place=11,
)
