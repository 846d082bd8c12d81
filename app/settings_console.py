"""The settings of the console, where staff work."""

from __future__ import annotations

from pydantic import Field

from app.settings_provider import ProviderSettings

__all__ = ["ConsoleSettings"]


class ConsoleSettings(ProviderSettings):
    """Part of `app.settings.Settings`."""

    console: bool = Field(
        True, description="Serve the console under `/console`; people sign in with passwords."
    )
    console_https: bool = Field(
        False,
        description="People reach the console by https (a proxy ends it): cookies are then sent "
        "by https only, and browsers are told to stay with it.",
    )
    console_second_factor: bool = Field(
        True, description="Everybody needs an authenticator's code beside the password."
    )
    console_idle_minutes: int = Field(
        30, ge=1, le=1_440, description="A session ends after so long without use."
    )
    console_session_hours: int = Field(
        12, ge=1, le=168, description="A session ends so long after signing in."
    )
