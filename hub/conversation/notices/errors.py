"""Why nothing can be done with a notice.

GongkaiError
├── NotFound → UnknownNotice
└── Conflict → NotToBeRetried
"""

from __future__ import annotations

from hub.kernel.errors import Conflict, NotFound, Words

__all__ = ["NotToBeRetried", "UnknownNotice"]


class UnknownNotice(NotFound):
    code = "unknown-notice"

    def __init__(self, notice_id: str) -> None:
        super().__init__(
            Words(f"没有通知 {notice_id}", f"no notice {notice_id}"),
            field="notice",
            remedy=Words("用 notice list 查看编号", "look at `notice list`"),
        )


class NotToBeRetried(Conflict):
    """What waits, was sent or was dropped is not sent again."""

    code = "notice-not-to-be-retried"

    def __init__(self, state: str) -> None:
        super().__init__(
            Words(f"通知状态为“{state}”，不能重发", f"a notice that is {state} is not sent again"),
            field="notice",
            remedy=Words(
                "只有 unknown、failed、expired 可以重发",
                "only what is unknown, failed or expired can be",
            ),
        )
