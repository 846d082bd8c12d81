"""Why something is not submitted, acknowledged or masked.

GongkaiError
├── NotFound → UnknownFinding, UnknownList
├── InvalidInput → FinalRule
└── Conflict → BlockedByChecks, NotExamined
"""

from __future__ import annotations

from collections.abc import Sequence

from hub.kernel.errors import Conflict, InvalidInput, NotFound, Words
from hub.review.checks.models import Finding

__all__ = ["BlockedByChecks", "FinalRule", "NotExamined", "UnknownFinding", "UnknownList"]

_MOST_TOLD = 5


class UnknownFinding(NotFound):
    code = "unknown-finding"

    def __init__(self, wanted: str) -> None:
        super().__init__(
            Words(f"没有检出项“{wanted}”", f"no finding '{wanted}'"),
            field="finding",
            remedy=Words("用 gongkai check item 查看", "see gongkai check item"),
        )


class UnknownList(NotFound):
    code = "unknown-list"

    def __init__(self, name: str) -> None:
        super().__init__(
            Words(f"没有名单“{name}”", f"no list '{name}'"),
            field="name",
            remedy=Words("用 gongkai check lists 查看", "see gongkai check lists"),
        )


class FinalRule(InvalidInput):
    """Identity numbers and bank cards are masked; nobody may explain or soften them."""

    code = "final-rule"

    def __init__(self, rule: str) -> None:
        super().__init__(
            Words(f"“{rule}”只能遮盖，不能确认或降级", f"'{rule}' can only be masked"),
            field="rule",
            remedy=Words("用 gongkai check mask 遮盖", "mask it: gongkai check mask"),
        )


class BlockedByChecks(Conflict):
    """Findings that block and that nobody has answered. The words say what and where, and never
    show what is private."""

    code = "blocked-by-checks"

    def __init__(self, findings: Sequence[Finding]) -> None:
        told = findings[:_MOST_TOLD]
        more = f"等 {len(findings)} 处" if len(findings) > len(told) else ""
        zh = "；".join(f"{f.field} 第 {f.start + 1} 字：{f.words.zh}" for f in told)
        en = "; ".join(f"{f.field} at {f.start + 1}: {f.words.en}" for f in told)
        super().__init__(
            Words(f"{zh}{more}", f"{en} ({len(findings)} in all)"),
            field=told[0].field,
            remedy=Words(
                "遮盖（gongkai check mask），或由审核、审发人书面确认（gongkai check acknowledge）",
                "mask it, or let a section head or leader acknowledge it in writing",
            ),
        )
        self.findings = tuple(findings)


class NotExamined(Conflict):
    """Files or word lists changed between the examination of the files and its use."""

    code = "not-examined"

    def __init__(self) -> None:
        super().__init__(
            Words("附件或名单刚刚变动，尚未检查", "files or word lists changed a moment ago"),
            field="attachments",
            remedy=Words("重试", "try again"),
        )
