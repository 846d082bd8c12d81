"""Why an installation is not copied.

Conflict
├── NotEmpty        the target has something in it that is not from this copy
├── StillRunning    the hub runs on it, or somebody else copies
└── Differs         source and target are not the same after all
InvalidInput
└── DoesNotFit      a value that the other database cannot hold
"""

from __future__ import annotations

from collections.abc import Sequence

from hub.kernel.errors import Conflict, InvalidInput, Words

__all__ = ["Differs", "DoesNotFit", "NotEmpty", "StillRunning"]


class NotEmpty(Conflict):
    code = "target-not-empty"

    def __init__(self, what: Words) -> None:
        super().__init__(
            Words(f"目标不是空的：{what.zh}", f"the target is not empty: {what.en}"),
            field="to",
            remedy=Words("换一个空数据库", "name an empty database"),
        )


class StillRunning(Conflict):
    code = "still-running"

    def __init__(self, field: str) -> None:
        super().__init__(
            Words("仍有进程在使用该数据库", "a process still uses this database"),
            field=field,
            remedy=Words("先停止所有进程，一分钟后再试", "stop every process, try a minute later"),
        )


class Differs(Conflict):
    code = "copy-differs"

    def __init__(self, tables: Sequence[str]) -> None:
        named = ", ".join(tables)
        super().__init__(
            Words(f"复制后内容不一致：{named}", f"source and target differ: {named}"),
            field="to",
            remedy=Words(
                "复制期间来源有改动：以 --anew 重新复制",
                "the source changed in between: copy again with --anew",
            ),
        )


class DoesNotFit(InvalidInput):
    """`key` names the row; the value itself is not told: it may be personal."""

    code = "value-does-not-fit"

    def __init__(self, table: str, key: str, column: str, why: Words) -> None:
        super().__init__(
            Words(f"{table} 的 {key} 放不进目标库：{why.zh}", f"{table} {key}: {why.en}"),
            field=f"{table}.{column}" if column else table,
            remedy=Words("先在来源库改正该值", "correct it in the source first"),
        )
