"""Refusals about webhooks."""

from __future__ import annotations

from hub.kernel.errors import NotFound, Words

__all__ = ["UnknownWebhook"]


class UnknownWebhook(NotFound):
    code = "unknown-webhook"

    def __init__(self, webhook_id: str) -> None:
        super().__init__(
            Words(f"没有推送“{webhook_id}”", f"no webhook '{webhook_id}'"),
            field="webhook",
            remedy=Words("用 gongkai webhook list 查看", "see gongkai webhook list"),
        )
