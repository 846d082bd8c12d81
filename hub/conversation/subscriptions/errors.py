"""Why a subscription is not made or not found.

GongkaiError
├── InvalidInput → BadSubscription
├── NotFound → UnknownSubscription
└── Conflict → TooManySubscriptions
"""

from __future__ import annotations

from hub.kernel.errors import Conflict, InvalidInput, NotFound, Words

__all__ = ["BadSubscription", "TooManySubscriptions", "UnknownSubscription"]


class BadSubscription(InvalidInput):
    code = "bad-subscription"


class UnknownSubscription(NotFound):
    """None with that id that is this reader's and runs: others' are not told apart from none."""

    code = "unknown-subscription"

    def __init__(self) -> None:
        super().__init__(
            Words("没有这项订阅", "no such subscription"),
            field="subscription",
            remedy=Words("先查看订阅列表", "list the subscriptions first"),
        )


class TooManySubscriptions(Conflict):
    code = "too-many-subscriptions"

    def __init__(self, most: int) -> None:
        super().__init__(
            Words(f"最多订阅 {most} 项", f"at most {most} subscriptions"),
            field="subscription",
            remedy=Words("先取消不需要的", "cancel one that is not needed"),
        )
