"""The settings of tracing."""

from __future__ import annotations

from pydantic import BaseModel, Field

__all__ = ["TracingSettings"]


class TracingSettings(BaseModel):
    """Part of `app.settings.Settings`."""

    tracing_endpoint: str = Field(
        "",
        pattern=r"^(https?://\S+)?$",
        description="Where an OpenTelemetry collector takes spans over HTTP, such as "
        "`http://127.0.0.1:4318/v1/traces`; empty: nothing is traced. Needs "
        "`pip install gongkai[tracing]`.",
    )
    tracing_share: float = Field(
        1.0, ge=0, le=1, description="The share of traces that are kept, from 0 to 1."
    )
    tracing_service: str = Field(
        "gongkai",
        min_length=1,
        max_length=64,
        description="The name under which a collector shows this installation.",
    )
