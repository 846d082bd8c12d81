"""The settings of an installation of several processes."""

from __future__ import annotations

from pydantic import Field

from app.settings_tracing import TracingSettings

__all__ = ["NodeSettings"]


class NodeSettings(TracingSettings):
    """Part of `app.settings.Settings`."""

    leader_seconds: int = Field(
        15,
        ge=5,
        le=300,
        description="With PostgreSQL: how long a process that leads may be silent before another "
        "one does what is done once in an installation.",
    )
