"""What happens to webhooks."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = [
    "WEBHOOK_DELETED",
    "WEBHOOK_MADE",
    "WEBHOOK_OFF",
    "WEBHOOK_ON",
    "WEBHOOK_PINGED",
    "WEBHOOK_RESENT",
    "WEBHOOK_ROTATED",
]

WEBHOOK_DELETED = Kind("organisations.webhook.deleted", Words("删除推送", "webhook deleted"))
WEBHOOK_RESENT = Kind("organisations.webhook.resent", Words("重发推送消息", "message sent again"))
WEBHOOK_MADE = Kind("organisations.webhook.made", Words("新建推送", "webhook made"))
WEBHOOK_OFF = Kind("organisations.webhook.off", Words("停用推送", "webhook switched off"))
WEBHOOK_ON = Kind("organisations.webhook.on", Words("启用推送", "webhook switched on"))
WEBHOOK_PINGED = Kind("organisations.webhook.pinged", Words("试推", "webhook tried"))
WEBHOOK_ROTATED = Kind(
    "organisations.webhook.rotated", Words("更换推送密钥", "webhook secret changed")
)
