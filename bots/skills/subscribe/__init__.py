"""Subscribing to a body, a theme or a word; the list of one's own, and cancelling."""

from __future__ import annotations

from bots.contract import Example, Skill
from bots.skills.subscribe.skill import answer, fits
from hub.kernel.errors import Words

__all__ = ["SKILL"]

SKILL = Skill(
    name="subscribe",
    words=Words("订阅", "Subscribe"),
    about=Words("如：订阅 公积金；我的订阅", "e.g. subscribe to housing fund; my subscriptions"),
    examples=(
        Example("订阅 公积金"),
        Example("每天订阅成都市人民政府"),
        Example("我的订阅"),
        Example("取消订阅 公积金", before=("订阅 公积金",)),
        Example("訂閱 營商環境"),
        Example("subscribe to housing fund daily"),
        Example("my subscriptions"),
    ),
    fits=fits,
    answer=answer,
    place=8,
)
