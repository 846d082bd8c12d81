"""Key areas: livelihood projects, lists of powers, negative lists, budgets and expenses."""

from __future__ import annotations

from bots.contract import Example, Skill
from bots.skills.key_areas.skill import answer, fits
from hub.kernel.errors import Words

__all__ = ["SKILL"]

SKILL = Skill(
    name="key_areas",
    words=Words("查重点领域", "Projects, powers, budgets"),
    about=Words(
        "如：成都的民生工程、教师资格 权力清单、部门预算",
        "e.g. projects in Chengdu, power list, budget",
    ),
    examples=(
        Example("我附近有哪些民生工程"),
        Example("成都的民生项目进度"),
        Example("教师资格认定 权力清单"),
        Example("四川省的部门预算"),
        Example("三公经费是多少"),
        Example("成都的民生項目進度"),
        Example("livelihood projects in chengdu"),
    ),
    fits=fits,
    answer=answer,
    place=5,
)
