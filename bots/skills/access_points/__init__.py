"""Where to read government information on paper: the nearest places, their hours, the way."""

from __future__ import annotations

from bots.contract import Example, Skill
from bots.skills.access_points.skill import answer, fits
from hub.kernel.errors import Words

__all__ = ["SKILL"]

SKILL = Skill(
    name="access_points",
    words=Words("找查阅点", "Find an access point"),
    about=Words(
        "发送您的位置，或说：成都的查阅点", "send your location, or: access points in Chengdu"
    ),
    examples=(
        Example("附近哪里可以查阅政府信息"),
        Example("成都的查阅点"),
        Example("查閱點在哪裡"),
        Example("where is the nearest access point?"),
    ),
    fits=fits,
    answer=answer,
    place=6,
)
