"""Asking what a policy says: the passage that answers, quoted from the right article."""

from __future__ import annotations

from bots.contract import Example, Skill
from bots.skills.ask_policy.skill import answer, fits
from hub.kernel.errors import Words

__all__ = ["SKILL"]

SKILL = Skill(
    name="ask_policy",
    words=Words("问政策", "Ask about a policy"),
    about=Words(
        "直接提问，如：拖欠农民工工资怎么处理？", "just ask, e.g. what about unpaid wages?"
    ),
    examples=(
        Example("高危险性体育项目怎么申请经营许可？"),
        Example("城市供水企业停水要提前多久通知"),
        Example("無障礙設施被損壞怎麼處罰"),
        Example("what does the law say about the business environment?"),
    ),
    fits=fits,
    answer=answer,
    place=1,
)
