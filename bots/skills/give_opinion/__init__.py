"""Giving an opinion or making a complaint: kept, with a reference, for people who read it."""

from __future__ import annotations

from bots.contract import Example, Skill
from bots.skills.give_opinion.skill import answer, fits
from hub.kernel.errors import Words

__all__ = ["SKILL"]

SKILL = Skill(
    name="give_opinion",
    words=Words("提意见", "Give an opinion"),
    about=Words("如：我要投诉；我建议……", "e.g. I want to complain; I suggest …"),
    examples=(
        Example("我要投诉"),
        Example("我建议在社区多设几个政务公开查阅的地方，方便老人"),
        Example("投诉小区旁边的工地半夜施工噪声太大"),
        Example("我要投訴"),
        Example("I want to make a complaint"),
    ),
    fits=fits,
    answer=answer,
    place=9,
)
