"""The settings of public opinion: its lists, its hours, who may do what, what is kept."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from app.settings_feeds import FeedSettings
from app.settings_mail import MailSettings

__all__ = ["OpinionSettings"]


class OpinionSettings(FeedSettings, MailSettings):
    """Part of `app.settings.Settings`."""

    opinion_topics: Path = Field(
        Path(),
        description="The installation's own list of topics (TOML, as the topics.toml that comes "
        "with the hub). Empty: that one.",
    )
    opinion_departments: Path = Field(
        Path(),
        description="The installation's own list of departments (TOML, as departments.toml). "
        "Empty: the one that comes with the hub.",
    )
    opinion_case_roles: bool = Field(
        True,
        description="Steps of cases need a role in the body (docs/guide/opinion.md). Off: whoever "
        "reaches the command line may take them.",
    )
    opinion_quiet_from: int = Field(
        22,
        ge=0,
        le=23,
        description="From this hour nobody is told of what can wait; the grave are told at once.",
    )
    opinion_quiet_until: int = Field(
        7, ge=0, le=23, description="Until this hour. The same as the other: no quiet hours."
    )
    opinion_night_hour: int = Field(
        3,
        ge=0,
        le=23,
        description="In this hour issues are looked over, models trained, old identities deleted.",
    )
    opinion_retrain_after: int = Field(
        50,
        ge=10,
        le=100_000,
        description="After so many corrections by analysts the next version of a model is "
        "trained; it judges only if it is no worse on them than the one before.",
    )
    opinion_keep_days: int = Field(
        365,
        ge=1,
        le=3650,
        description="After so many days who wrote a message and what it said before masking are "
        "deleted.",
    )
    opinion_listen: bool = Field(
        True, description="Make a signal of public opinion of every message that citizens write."
    )
