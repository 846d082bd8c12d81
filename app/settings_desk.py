"""The settings of the desk at which people go on with conversations."""

from __future__ import annotations

from pydantic import BaseModel, Field

__all__ = ["DeskSettings"]


class DeskSettings(BaseModel):
    """Part of `app.settings.Settings`, through those of conversations."""

    desk_hours: str = Field(
        "工作日 09:00-12:00,13:00-17:00",
        description="When people answer citizens, for bodies that have set no hours of their own.",
    )
    desk_limit_minutes: int = Field(
        120,
        ge=1,
        le=5_000,
        description="Within so many minutes of working time a citizen has an answer, for bodies "
        "that have set no limit of their own. At half of it the officer is reminded.",
    )
    desk_idle_hours: int = Field(
        24,
        ge=1,
        le=720,
        description="So long after an answer that the citizen says nothing to, a conversation "
        "with a person is closed.",
    )
    desk_reopen_hours: int = Field(
        24,
        ge=0,
        le=720,
        description="What a citizen writes so soon after it was closed opens it again.",
    )
