"""What happens to notices. The chain has their ids and numbers; whom they are for is not in it."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = [
    "BEGUN",
    "DROPPED",
    "ENDED",
    "EXPIRED",
    "HELD",
    "MADE",
    "PRUNED",
    "RETRIED",
    "SETTLED_LATE",
]

MADE = Kind("conversation.notices.made", Words("生成通知", "notices made"))
BEGUN = Kind("conversation.notices.begun", Words("开始发送通知", "sending of notices begun"))
ENDED = Kind("conversation.notices.ended", Words("通知发送结果", "outcome of a notice"))
HELD = Kind("conversation.notices.held", Words("通知暂缓", "notices wait"))
DROPPED = Kind("conversation.notices.dropped", Words("通知取消", "notices dropped"))
EXPIRED = Kind("conversation.notices.expired", Words("通知过期", "notices expired"))
PRUNED = Kind("conversation.notices.pruned", Words("清理旧通知", "old notices deleted"))
RETRIED = Kind("conversation.notice.retried", Words("重发通知", "a notice is to be sent again"))
SETTLED_LATE = Kind(
    "conversation.notices.settled-late", Words("中断的通知已了结", "interrupted notices settled")
)
