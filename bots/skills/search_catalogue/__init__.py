"""Searching the catalogue: a list to choose from, page by page."""

from __future__ import annotations

from bots.contract import Example, Skill
from bots.skills.search_catalogue.skill import answer, fits
from hub.kernel.errors import Words

__all__ = ["SKILL"]

SKILL = Skill(
    name="search_catalogue",
    words=Words("查文件", "Search documents"),
    about=Words("如：查文件 营商环境", "e.g. search business environment"),
    examples=(
        Example("查文件 营商环境"),
        Example("有哪些关于农民工工资的文件？"),
        Example("search business environment"),
        Example("yingshang huanjing"),
        Example("查找優化營商環境的文件"),
    ),
    fits=fits,
    answer=answer,
    place=2,
)
