"""What can go wrong while somebody types.

Conflict → DraftElsewhere
"""

from __future__ import annotations

from datetime import datetime

from hub.kernel.clock import CHINA
from hub.kernel.errors import Conflict, Words

__all__ = ["DraftElsewhere"]


class DraftElsewhere(Conflict):
    """Another window of the same person has kept its own text since this one was opened."""

    code = "draft-elsewhere"

    def __init__(self, saved_at: datetime) -> None:
        at = saved_at.astimezone(CHINA).strftime("%H:%M:%S")
        super().__init__(
            Words(
                f"您在另一窗口已于 {at} 保存了不同的文稿，本窗口的文字尚未保存",
                f"another window of yours kept another text at {at}; this one's is not kept",
            ),
            field="revision",
            remedy=Words(
                "选择以本窗口为准，或重新打开本页取另一窗口的文稿",
                "let this window's text stand, or open the page again for the other's",
            ),
        )
