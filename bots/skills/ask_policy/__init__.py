"""Asking what a policy says: the passage that answers, quoted from the right article."""

from __future__ import annotations

from bots.contract import Example, Skill
from bots.skills.ask_policy.skill import answer, fits
from hub.kernel.errors import Words

__all__ = ["SKILL"]

SKILL = Skill(
    name="ask_policy",
    words=Words("问政策", "Ask about a policy"),
    about=Words("直接提问，如：拖欠农民工工资怎么处理？", "just ask, e.g. what about unpaid wages?"),
    examples=(
        Example("市场主体注册登记需要多长时间？"),
        Example("拖欠农民工工资由谁负责"),
        Example("行政機關應當如何公開政府信息？"),
        Example("what does the law say about unpaid wages of migrant workers?"),
    ),
    fits=fits,
    answer=answer,
    place=1,
)
