"""What can go wrong with public opinion.

GongkaiError
├── NotFound → UnknownSignal, UnknownIssue, UnknownCase, UnknownProposal
└── InvalidInput → BadSignal
"""

from __future__ import annotations

from hub.kernel.errors import InvalidInput, NotFound, Words

__all__ = ["BadSignal", "UnknownCase", "UnknownIssue", "UnknownProposal", "UnknownSignal"]


class UnknownSignal(NotFound):
    code = "unknown-signal"

    def __init__(self, signal_id: str) -> None:
        super().__init__(
            Words(f"没有舆情信息 {signal_id}", f"no signal {signal_id}"),
            field="signal",
            remedy=Words("用 gongkai signal list 查看", "see gongkai signal list"),
        )


class UnknownIssue(NotFound):
    code = "unknown-issue"

    def __init__(self, issue_id: str) -> None:
        super().__init__(
            Words(f"没有事项 {issue_id}", f"no issue {issue_id}"),
            field="issue",
            remedy=Words("用 gongkai issue hot 查看", "see gongkai issue hot"),
        )


class UnknownCase(NotFound):
    code = "unknown-case"

    def __init__(self, case_id: str) -> None:
        super().__init__(
            Words(f"没有舆情件 {case_id}", f"no case {case_id}"),
            field="case",
            remedy=Words("用 gongkai case list 查看", "see gongkai case list"),
        )


class UnknownProposal(NotFound):
    code = "unknown-proposal"

    def __init__(self, proposal_id: str) -> None:
        super().__init__(
            Words(f"没有立件建议 {proposal_id}", f"no proposal {proposal_id}"),
            field="proposal",
            remedy=Words("用 gongkai case proposals 查看", "see gongkai case proposals"),
        )


class BadSignal(InvalidInput):
    code = "bad-signal"

    def __init__(self, field: str, zh: str, en: str) -> None:
        remedy = Words("改正后重新提交", "mend it and hand it in again")
        super().__init__(Words(zh, en), field=field, remedy=remedy)
