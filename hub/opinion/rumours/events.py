"""What happens between rumours and clarifications, with the sentence people read."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["CLARIFIED", "LINK_REFUSED"]

CLARIFIED = Kind("opinion.rumour.clarified", Words("关联辟谣信息", "a clarification was linked"))
LINK_REFUSED = Kind(
    "opinion.rumour.link-refused", Words("取消辟谣关联", "a link to a clarification was refused")
)
