"""What reminders leave behind."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["REMINDED"]

REMINDED = Kind("publishing.reminder.told", Words("时限或签批提醒", "reminded of a limit"))
