"""图解: the infographic of an item, as a picture."""

from __future__ import annotations

from bots.contract import Example, Skill
from bots.skills.show_infographic.skill import answer, fits
from hub.kernel.errors import Words

__all__ = ["SKILL"]

SKILL = Skill(
    name="show_infographic",
    words=Words("看图解", "See an infographic"),
    about=Words("如：营商环境条例 图解", "e.g. infographic business environment"),
    examples=(
        Example("优化营商环境条例 图解"),
        Example("有没有一图读懂营商环境"),
        Example("有沒有營商環境的圖解？"),
        Example("show me the infographic on business environment"),
    ),
    fits=fits,
    answer=answer,
    place=3,
)
