"""The settings of the portal's page on which citizens ask."""

from __future__ import annotations

from pydantic import BaseModel, Field

__all__ = ["ChatSettings"]


class ChatSettings(BaseModel):
    """Part of `app.settings.Settings`."""

    portal_chat: bool = Field(
        True, description="Let citizens ask on the portal, at `/chat`, where there is an account."
    )
    portal_chat_account: str = Field(
        "",
        description="The website account that what they write belongs to, by id or handle. Empty: "
        "the oldest one of the topmost body.",
    )
    portal_chat_per_minute: int = Field(
        120,
        ge=1,
        le=10_000,
        description="So many messages a minute are taken from one network address, behind which "
        "may be a whole office; what one citizen may write is `conversation_per_minute`.",
    )
    portal_chat_streams: int = Field(
        1000, ge=1, le=100_000, description="So many chat pages may be open at the same time."
    )
    portal_chat_streams_per_address: int = Field(
        50, ge=1, le=10_000, description="So many of them from one network address."
    )
    portal_proxies: int = Field(
        0,
        ge=0,
        le=8,
        description="How many proxies of yours stand before the hub and add to X-Forwarded-For. "
        "0: the address that connects is the citizen's.",
    )
