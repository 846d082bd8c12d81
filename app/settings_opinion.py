"""The settings of public opinion: where signals come from, and what judges them."""

from __future__ import annotations

from pydantic import BaseModel, Field

__all__ = ["OpinionSettings"]


class OpinionSettings(BaseModel):
    """Part of `app.settings.Settings`."""

    opinion_listen: bool = Field(
        True, description="Make a signal of public opinion of every message that citizens write."
    )
