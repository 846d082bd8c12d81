"""What happens to briefs, with the sentence people read."""

from __future__ import annotations

from collections.abc import Mapping

from hub.kernel.errors import Words
from hub.kernel.events import Kind
from hub.opinion.briefs.models import SendEvent

__all__ = ["BRIEF_ADDRESSED", "BRIEF_MADE", "SEND_ENDS", "SUBSCRIBED", "UNSUBSCRIBED"]

BRIEF_MADE = Kind("opinion.brief.made", Words("编制舆情简报", "a brief was made"))
BRIEF_ADDRESSED = Kind("opinion.brief.addressed", Words("简报待发送", "a brief is to be sent"))
SUBSCRIBED = Kind("opinion.brief.subscribed", Words("订阅简报", "somebody gets the brief"))
UNSUBSCRIBED = Kind("opinion.brief.unsubscribed", Words("退订简报", "somebody gets it no more"))
SEND_ENDS: Mapping[SendEvent, Kind] = {
    SendEvent.SENT: Kind("opinion.brief.sent", Words("简报已发送", "a brief was sent")),
    SendEvent.PUT_OFF: Kind("opinion.brief.put-off", Words("简报暂未发出", "it is sent later")),
    SendEvent.FAILED: Kind("opinion.brief.failed", Words("简报发送失败", "it was not sent")),
    SendEvent.LOST: Kind(
        "opinion.brief.lost", Words("简报是否送达不明", "nobody knows whether it arrived")
    ),
}
