"""Refusals of restraint."""

from __future__ import annotations

from hub.kernel.errors import Conflict, Words
from hub.publishing.restraint.models import Scope

__all__ = ["NotHeld"]


class NotHeld(Conflict):
    """No breaker of that scope holds the account back."""

    code = "not-held"

    def __init__(self, account_id: str, scope: Scope) -> None:
        whose = Words("平台", "platform") if scope is Scope.PLATFORM else Words("账号", "account")
        super().__init__(
            Words(
                f"{account_id} 的{whose.zh}没有熔断",
                f"no breaker of {account_id}'s {whose.en} is open",
            ),
            field="scope",
            remedy=Words(
                "可能已自行恢复；刷新后再看", "it may be well again by itself; look once more"
            ),
        )
