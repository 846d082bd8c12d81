"""What can be wrong with a message.

GongkaiError
├── Overrun   more messages than can be answered now → the platform calls again
└── TooLong   longer than any platform lets a person write
"""

from __future__ import annotations

from hub.kernel.errors import InvalidInput, Unavailable, Words

__all__ = ["Overrun", "TooLong"]


class Overrun(Unavailable):
    code = "conversation-overrun"

    def __init__(self) -> None:
        super().__init__(Words("同时答复的消息过多", "too many messages are being answered"))


class TooLong(InvalidInput):
    code = "message-too-long"

    def __init__(self, field: str, limit: int) -> None:
        super().__init__(
            Words(f"{field} 超过 {limit} 字", f"{field} is longer than {limit} characters"),
            field=field,
            remedy=Words("核对回调内容", "look at what the platform sent"),
        )
