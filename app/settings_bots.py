"""The settings of what answers citizens: how long it remembers, and whether a model helps it."""

from __future__ import annotations

from pydantic import BaseModel, Field, SecretStr

__all__ = ["BotSettings"]


class BotSettings(BaseModel):
    """Part of `app.settings.Settings`."""

    bot_session_minutes: int = Field(
        30,
        ge=1,
        le=1_440,
        description="How long a conversation is remembered after its last message.",
    )
    bot_model_url: str = Field(
        "",
        description="Base address of an OpenAI-compatible endpoint (`https://…/v1`). Empty: no "
        "language model; answers are quotations.",
    )
    bot_model: str = Field("", description="The model that words answers from the passages.")
    bot_embeddings_model: str = Field(
        "", description="A model of embeddings at the same address that helps to order passages."
    )
    bot_model_key: SecretStr = Field(SecretStr(""), description="The endpoint's key.", repr=False)
    bot_model_timeout_seconds: float = Field(
        6.0, ge=0.5, le=60, description="After so long the quotation alone is the answer."
    )
