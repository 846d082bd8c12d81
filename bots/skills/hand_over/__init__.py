"""Handing over to a person."""

from __future__ import annotations

from bots.contract import Example, Skill
from bots.skills.hand_over.skill import answer, fits
from hub.kernel.errors import Words

__all__ = ["SKILL"]

SKILL = Skill(
    name="hand_over",
    words=Words("转人工", "Talk to a person"),
    about=Words("如：转人工", "e.g. talk to a person"),
    examples=(
        Example("转人工"),
        Example("我要找真人客服"),
        Example("轉人工"),
        Example("有没有真人"),
        Example("能不能找个人说话"),
        Example("can I talk to a real person?"),
    ),
    fits=fits,
    answer=answer,
    place=10,
)
