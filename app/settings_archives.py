"""The settings of archives: where they are, what is done by itself, how long rows stay."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, Field

__all__ = ["ArchiveMode", "ArchiveSettings"]

_SIX_MONTHS = 186  # days that are six months, whichever they are
_CENTURY = 36_500


class ArchiveMode(StrEnum):
    OFF = "off"
    WARN = "warn"
    MAKE = "make"
    PRUNE = "prune"


class ArchiveSettings(BaseModel):
    """Part of `app.settings.Settings`. An installation's own schedule of retention comes first; the
    defaults keep within the rules that `gongkai archive rules` names."""

    archive_home: Path = Field(
        Path(), description="Folder of archives. Empty: `archives` in `home`."
    )
    archive_mode: ArchiveMode = Field(
        ArchiveMode.WARN,
        description="What is done daily with months whose period is over: `off` nothing, `warn` "
        "tells the log, `make` archives them, `prune` also removes what is archived and proved.",
    )
    keep_audit_days: int = Field(
        3_650,
        ge=_SIX_MONTHS,
        le=_CENTURY,
        description="How long audit events stay in the database (Cybersecurity Law: six months at "
        "least; State Archives Administration order 8: 10 or 30 years).",
    )
    keep_deliveries_days: int = Field(
        3_650,
        ge=_SIX_MONTHS,
        le=_CENTURY,
        description="The same for deliveries; what is removed, a recall no longer reaches by "
        "itself (State Archives Administration order 8).",
    )
    keep_attempts_days: int = Field(
        1_095,
        ge=_SIX_MONTHS,
        le=_CENTURY,
        description="The same for single attempts to deliver (Cybersecurity Law: six months at "
        "least).",
    )
    keep_signals_days: int = Field(
        1_095,
        ge=1,
        le=_CENTURY,
        description="The same for what citizens said, masked (Personal Information Protection Law "
        "art. 19: no longer than needed).",
    )
    keep_inbound_days: int = Field(
        365,
        ge=1,
        le=_CENTURY,
        description="The same for messages to bots, masked (Personal Information Protection Law "
        "art. 19 and 47).",
    )

    def period_of(self, kind: str) -> timedelta:
        """How long rows of a kind of archive stay; there is a setting for each."""
        return timedelta(days=getattr(self, f"keep_{kind}_days"))
