"""The job that reminds of time limits and of signatures that are waited for."""

from __future__ import annotations

from hub.publishing.reminders.service import Reminders

__all__ = ["Reminding"]


class Reminding:
    """One recurring job; whom it tells is written down first and sent by the alarm."""

    def __init__(self, reminders: Reminders) -> None:
        self._reminders = reminders

    async def look(self) -> None:
        await self._reminders.look()
