"""Being sent nothing any more, and being forgotten."""

from __future__ import annotations

from bots.contract import Example, Skill
from bots.skills.opt_out.skill import answer, fits
from hub.kernel.errors import Words

__all__ = ["SKILL"]

SKILL = Skill(
    name="opt_out",
    words=Words("拒收推送", "Stop messages"),
    about=Words("如：退订全部、TD", "e.g. stop, unsubscribe"),
    examples=(
        Example("TD"),
        Example("退订"),
        Example("不要再给我发消息了"),
        Example("退訂"),
        Example("stop"),
        Example("unsubscribe all"),
    ),
    fits=fits,
    answer=answer,
    place=13,
)
