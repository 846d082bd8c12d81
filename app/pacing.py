"""How fast the engine of an installation works, from its settings."""

from __future__ import annotations

import os
import secrets
import socket
from datetime import timedelta

from app.settings import Settings
from scheduler.breaker import BreakerSettings
from scheduler.engine import EngineSettings
from scheduler.settings import DispatchSettings

__all__ = ["engine_settings_of", "name_of_process"]


def name_of_process() -> str:
    """Names this process among all of an installation, and its lives."""
    return f"{socket.gethostname()[:20]}:{os.getpid()}:{secrets.token_hex(4)}"


def engine_settings_of(settings: Settings) -> EngineSettings:
    lease = timedelta(seconds=settings.lease_seconds)
    limits = f"async+{settings.redis_url}" if settings.redis_url else "async+memory://"
    return EngineSettings(
        owner=name_of_process(),
        alone=settings.embedded,
        dispatch=DispatchSettings(connections=settings.connections, lease=lease),
        sweep_every=timedelta(seconds=settings.sweep_seconds),
        reread_days=settings.reread_days,
        outage_after=timedelta(minutes=settings.outage_minutes),
        limits_storage=limits,
        breaker=_breaker_settings(settings),
    )


def _breaker_settings(settings: Settings) -> BreakerSettings:
    first = timedelta(seconds=settings.breaker_rest_seconds)
    return BreakerSettings(
        account_failures=settings.breaker_failures,
        platform_failures=settings.breaker_platform_failures,
        window=timedelta(seconds=settings.breaker_window_seconds),
        first_rest=first,
        longest_rest=max(first, BreakerSettings().longest_rest),
    )
