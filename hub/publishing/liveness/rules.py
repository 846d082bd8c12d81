"""When an account counts as dormant: pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hub.organisations.models import Account, FilingState
from hub.publishing.liveness.models import Life, Standing, Trace

__all__ = ["SETTING", "days_left", "life_of", "limit_of", "standing_of"]

SETTING = "liveness_days"  # of an account; 0 exempts it
_NEAR = 4  # of the days, this part or less is left


def limit_of(settings: Mapping[str, Any], default: int) -> int:
    """The account's own limit in days where it names one, else `default`; 0: no duty."""
    own = str(settings.get(SETTING, "")).strip()
    return int(own) if own.isascii() and own.isdecimal() else default


def life_of(account: Account, trace: Trace, default: int, now: datetime) -> Life | None:
    """Where the account stands; None for one that has no duty: exempt, closed, or not on file."""
    limit = limit_of(account.settings, default)
    if limit <= 0 or not account.active or account.filing is not FilingState.FILED:
        return None
    days = None if trace.published_at is None else max(0, (now - trace.published_at).days)
    return Life(
        account=account,
        limit=limit,
        standing=standing_of(days, limit),
        days=days,
        published_at=trace.published_at,
        planned_at=trace.planned_at,
    )


def standing_of(days: int | None, limit: int) -> Standing:
    """`days` since the last update, None where there never was one."""
    if days is None or days >= limit:
        return Standing.OVER
    return Standing.NEAR if (limit - days) * _NEAR <= limit else Standing.LIVE


def days_left(days: int | None, limit: int) -> float:
    """Until the limit is reached; endlessly long ago where nothing was ever published."""
    return float("-inf") if days is None else limit - days
