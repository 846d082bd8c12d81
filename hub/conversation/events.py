"""What is recorded of conversations. The chain holds no words of citizens and nobody's address:
it cannot be erased, and they must be able to ask for that."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["ERASED", "LEFT_UNKNOWN", "MASKED", "MISSED", "OPTED_IN", "OPTED_OUT", "WRITTEN"]

WRITTEN = Kind(
    "conversation.messages.written",
    Words("来信及其答复情况已记录", "messages and their answers kept"),
)
ERASED = Kind(
    "conversation.messages.erased", Words("已应要求删除来信", "messages erased on request")
)
OPTED_OUT = Kind(
    "conversation.sender.opted_out", Words("不再保存此人来信", "their words are no longer kept")
)
OPTED_IN = Kind("conversation.sender.opted_in", Words("恢复保存来信", "their words are kept again"))
MASKED = Kind(
    "conversation.messages.masked",
    Words("到期来信已遮盖个人信息", "personal data in old messages masked"),
)
LEFT_UNKNOWN = Kind(
    "conversation.answers.left_unknown",
    Words("中断的答复结果不明", "answers cut off, outcome unknown"),
)
MISSED = Kind(
    "conversation.answers.missed",
    Words("中断的来信已过答复时限", "messages cut off, too late to answer"),
)
