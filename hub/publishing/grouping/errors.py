"""Refusals about groups of accounts.

GongkaiError
└── Conflict → GroupInUse
"""

from __future__ import annotations

from hub.kernel.errors import Conflict, Words
from hub.publishing.grouping.models import Uses

__all__ = ["GroupInUse"]


class GroupInUse(Conflict):
    code = "group-in-use"

    def __init__(self, name: str, uses: Uses) -> None:
        super().__init__(
            Words(
                f"账号组“{name}”正在使用：发布时段 {uses.times} 个，定期发布 {uses.series} 个",
                f"group '{name}' is used by {uses.times} posting times and {uses.series} series",
            ),
            field="group",
            remedy=Words(
                "先用 gongkai slot remove 删除它的时段、停止按它定期发布的计划，再删除",
                "remove its posting times and end the series that go by it, then delete it",
            ),
        )
