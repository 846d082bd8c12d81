"""A reminder: about what, at which level, in which words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hub.kernel.errors import Words
from hub.review.clocks.models import Level

__all__ = ["Reminder", "Topic"]


class Topic(StrEnum):
    CLOCK = "clock"  # an item's time limit
    EMERGENCY = "emergency"  # the next signature of an emergency
    AFTER_LOOK = "after-look"  # the fourth person's look at an emergency


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """`subject` is an item's or approval's id. `mark` says what exactly is waited for: another
    end, another step is another matter, and is told anew."""

    subject: str
    topic: Topic
    mark: str
    level: Level
    title: Words
    text: Words
