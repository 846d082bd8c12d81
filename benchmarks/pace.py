"""Limits whose time runs faster, so that a province's day of rates fits into minutes.

Only the windows of rates shrink, here and (by `limits_pace`) on the simulated platforms. Calls,
leases and the hub's own pauses are as long as ever.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import publishers.wechat.tiers
import publishers.weibo.client
from publishers.registry import channels

__all__ = ["REVIEW_MINUTES", "scale"]

REVIEW_MINUTES = 10.0  # how long a post may stay unseen, before time is scaled


def scale(pace: float, calls_per_hour: int) -> None:
    """Shorten the limits' time in this process, which must be one of its own. Posts may use half
    of the `calls_per_hour` that a platform lets one address make."""
    for name in ("weibo", "wechat"):
        declaration = channels()[name].declaration
        rates = tuple(
            replace(
                rate,
                per=rate.per / pace,
                count=calls_per_hour // 2 if rate.scope == "app" else rate.count,
            )
            for rate in declaration.rates
        )
        object.__setattr__(declaration, "rates", rates)
    client: Any = publishers.weibo.client
    client.WAITS = MappingProxyType({code: wait / pace for code, wait in client.WAITS.items()})
    tiers: Any = publishers.wechat.tiers
    tiers.GRACE_MIN = REVIEW_MINUTES / pace
