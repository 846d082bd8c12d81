"""The settings of conversations with citizens."""

from __future__ import annotations

from pydantic import Field

from app.settings_desk import DeskSettings
from app.settings_notices import NoticeSettings

__all__ = ["ConversingSettings"]


class ConversingSettings(NoticeSettings, DeskSettings):
    """Part of `app.settings.Settings`."""

    conversation_mask_days: int = Field(
        30,
        ge=1,
        le=3650,
        description="After so many days personal data in citizens' messages is masked and their "
        "addresses are dropped.",
    )
    conversation_per_minute: int = Field(
        20, ge=1, le=1000, description="So many messages of one citizen a minute are answered."
    )
    conversation_most_open: int = Field(
        1000, ge=1, le=100_000, description="So many messages are answered at the same time."
    )
