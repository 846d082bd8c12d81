"""Refusals about webhooks.

GongkaiError
├── NotFound → UnknownWebhook, UnknownMessage
└── Conflict → WebhookOff
"""

from __future__ import annotations

from hub.kernel.errors import Conflict, NotFound, Words

__all__ = ["UnknownMessage", "UnknownWebhook", "WebhookOff"]


class UnknownWebhook(NotFound):
    code = "unknown-webhook"

    def __init__(self, webhook_id: str) -> None:
        super().__init__(
            Words(f"没有推送“{webhook_id}”", f"no webhook '{webhook_id}'"),
            field="webhook",
            remedy=Words("用 gongkai webhook list 查看", "see gongkai webhook list"),
        )


class UnknownMessage(NotFound):
    code = "unknown-message"

    def __init__(self, message_id: str) -> None:
        super().__init__(
            Words(f"这个推送没有消息“{message_id}”", f"it has no message '{message_id}'"),
            field="message",
            remedy=Words("消息保留三十天", "messages are kept for thirty days"),
        )


class WebhookOff(Conflict):
    code = "webhook-off"

    def __init__(self, label: str) -> None:
        super().__init__(
            Words(f"推送“{label}”已停用", f"webhook '{label}' is off"),
            field="webhook",
            remedy=Words("先启用，再重发", "switch it on, then send again"),
        )
