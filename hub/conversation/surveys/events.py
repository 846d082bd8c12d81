"""What happens to surveys. Who answered, and what, is not in the chain."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["ANSWERED", "CLOSED", "MADE"]

MADE = Kind("conversation.survey.made", Words("发起征集", "survey made"))
CLOSED = Kind("conversation.survey.closed", Words("提前结束征集", "survey closed early"))
ANSWERED = Kind("conversation.survey.answered", Words("收到一条答卷", "a survey was answered"))
