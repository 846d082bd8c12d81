"""What the console's conversations work with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from hub.conversation.desk.answering import DeskAnswering
from hub.conversation.desk.canned.service import CannedAnswers
from hub.conversation.desk.service import DeskService
from hub.conversation.notices.models import Reach

__all__ = ["Talking"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Talking:
    """`reach` is what each channel permits towards somebody who wrote; `answering` opens the way
    to the citizens as long as something is said."""

    desk: DeskService
    canned: CannedAnswers
    reach: Mapping[str, Reach]
    answering: Callable[[], AbstractAsyncContextManager[DeskAnswering]]
