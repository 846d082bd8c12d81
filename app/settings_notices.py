"""The settings of notices: when people are written to, and how often."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

__all__ = ["NoticeSettings"]

Hour = Annotated[int, Field(ge=0, le=23)]


class NoticeSettings(BaseModel):
    """Part of `app.settings.Settings`; hours are those of `time_zone`."""

    notices: bool = Field(
        True, description="Tell subscribers and those who asked for an outcome what is published."
    )
    notice_quiet_from: Hour = Field(22, description="From this hour on nobody is sent a notice.")
    notice_quiet_until: Hour = Field(
        8, description="From this hour on they are; equal to the other: at any hour."
    )
    notice_digest_hour: Hour = Field(9, description="The hour of daily digests.")
    notice_digest_hours: dict[str, Hour] = Field(
        default_factory=dict,
        description="Other hours of daily digests, by the code of the body whose account they "
        'come from: `{"cd": 18}`.',
    )
    notice_per_day: int = Field(
        3, ge=1, le=100, description="So many messages with notices reach one person a day."
    )
    notice_expire_days: int = Field(
        7,
        ge=1,
        le=365,
        description="A notice that could not be sent for so many days is not sent any more.",
    )
