"""How often one key may ask: 429 with Retry-After, and headers that say how much is left."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime

from hub.kernel.clock import Clock
from hub.kernel.errors import Words
from hub.organisations.tokens.models import Token
from web.statuses import TooManyRequests

__all__ = ["Rates"]

_WINDOW_S = 60


class Rates:
    """A bucket for each key, counted in this process: full it holds what a key may ask in a
    minute, and it fills as evenly as time goes by."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[str, tuple[float, datetime]] = {}

    def hit(self, token: Token) -> Mapping[str, str]:
        """The headers of an answer to this request (draft-ietf-httpapi-ratelimit-headers); raises
        TooManyRequests with the same headers, and when to come again."""
        now, most = self._clock.now(), token.per_minute
        level, at = self._buckets.get(token.id, (float(most), now))
        rate = most / _WINDOW_S
        level = min(most, level + max(0.0, (now - at).total_seconds()) * rate)
        within = level >= 1
        level -= 1 if within else 0
        self._buckets[token.id] = (level, now)
        headers = {
            "RateLimit-Policy": f'"key";q={most};w={_WINDOW_S}',
            "RateLimit": f'"key";r={int(level)};t={math.ceil((most - level) / rate)}',
        }
        if not within:
            wait = max(1, math.ceil((1 - level) / rate))
            raise _too_fast(headers | {"Retry-After": str(wait)})
        return headers


def _too_fast(headers: Mapping[str, str]) -> TooManyRequests:
    return TooManyRequests(
        Words("此密钥的请求过于频繁", "too many requests with this key"),
        headers=headers,
        remedy=Words("按 Retry-After 等候", "wait as Retry-After says"),
    )
