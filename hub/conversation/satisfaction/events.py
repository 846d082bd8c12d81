"""What happens to the question. Whom it was put to is not in the chain."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["ANSWERED", "ASKED"]

ASKED = Kind("conversation.satisfaction.asked", Words("询问满意度", "asked whether satisfied"))
ANSWERED = Kind("conversation.satisfaction.answered", Words("已评价", "satisfaction told"))
