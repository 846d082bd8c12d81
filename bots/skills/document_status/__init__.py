"""Whether a document is in force, and what took its place; found by any typing of its number."""

from __future__ import annotations

from bots.contract import Example, Skill
from bots.skills.document_status.skill import answer, fits
from hub.kernel.errors import Words

__all__ = ["SKILL"]

SKILL = Skill(
    name="document_status",
    words=Words("查效力", "Is it in force?"),
    about=Words("如：国令第722号 还有效吗", "e.g. is 国令第722号 in force"),
    examples=(
        Example("国务院令第722号还有效吗"),
        Example("川府发[2017] 5号"),
        Example("優化營商環境條例廢止了嗎"),
        Example("优化营商环境条例现在还有效吗？"),
        Example("is 国令第722号 still valid?"),
        Example("is it still in force?", before=("国务院令第722号",)),
    ),
    fits=fits,
    answer=answer,
    place=4,
)
