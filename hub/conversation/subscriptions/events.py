"""What happens to subscriptions. The audit log has their ids; whose they are is not in it."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["OPTED_OUT", "SUBSCRIBED", "UNSUBSCRIBED"]

SUBSCRIBED = Kind("conversation.subscription.made", Words("订阅", "subscribed"))
UNSUBSCRIBED = Kind("conversation.subscription.ended", Words("取消订阅", "unsubscribed"))
OPTED_OUT = Kind("conversation.reader.opted-out", Words("拒收推送", "opted out of messages"))
