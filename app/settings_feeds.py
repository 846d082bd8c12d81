"""The settings of sources: what of the network may be read, how much, how long."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Any

from pydantic import BaseModel, Field, field_validator
from pydantic_settings import NoDecode

__all__ = ["FeedSettings"]


class FeedSettings(BaseModel):
    """Part of `app.settings.Settings`."""

    opinion_feed_networks: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Networks that are not public and may be read all the same, as 10.8.0.0/16, "
        "separated by blanks. Empty: the open internet only.",
    )
    opinion_feed_megabytes: int = Field(
        4, ge=1, le=64, description="A feed larger than this is not read."
    )
    opinion_feed_seconds: int = Field(
        20, ge=1, le=120, description="A feed that takes longer than this is not read."
    )

    @field_validator("opinion_feed_networks", mode="before")
    @classmethod
    def _split_networks(cls, value: Any) -> Any:
        return tuple(value.split()) if isinstance(value, str) else value

    @field_validator("opinion_feed_networks")
    @classmethod
    def _known_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            try:
                ipaddress.ip_network(one)
            except ValueError as error:
                raise ValueError("不是网段，写成 10.8.0.0/16 / no network") from error
        return value
