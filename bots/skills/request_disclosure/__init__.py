"""依申请公开: how to apply for government information."""

from __future__ import annotations

from bots.contract import Example, Skill
from bots.skills.request_disclosure.skill import answer, fits
from hub.kernel.errors import Words

__all__ = ["SKILL"]

SKILL = Skill(
    name="request_disclosure",
    words=Words("申请公开", "Apply for information"),
    about=Words("如：怎么申请政府信息公开", "e.g. how do I apply for government information"),
    examples=(
        Example("怎么申请政府信息公开？"),
        Example("依申请公开"),
        Example("依申請公開要怎麼辦"),
        Example("how do I apply for government information?"),
    ),
    fits=fits,
    answer=answer,
    place=7,
)
