"""Waiting made short, time left true: the clock is the system's, only the pauses shrink.

Every pause keeps its place and its order: what waited longer than something else still does, so
that a race between them stays one. `WAITS` is the whole list.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.publishing.errors import DeliveryError, Throttled
from publishers.registry import channels

__all__ = ["CALL_TIMEOUT_S", "PATIENCE_S", "SETTINGS", "SWITCHES", "hasten", "hasten_declarations"]

CALL_TIMEOUT_S = 1.5  # 20 to 60 s: how long a call may take
PATIENCE_S = 3.6  # 10 min: how long a platform may hide what it took; longer than any call
LONGEST_REST_S = 1.0  # seconds to a day: how long a platform wants to be left alone
PUBLISHING_S = 0.4  # minutes: how long WeChat works on an article

# (module, name, value): the value in the source is named behind it
WAITS: tuple[tuple[str, str, object], ...] = (
    ("scheduler.engine", "_ASK", timedelta(seconds=0.15)),  # 2 s
    ("scheduler.engine", "_SHARE", timedelta(seconds=0.15)),  # 1 s
    ("scheduler.alarm", "_LEASE", timedelta(seconds=2)),  # 2 min
    ("scheduler.engine", "_POLL", timedelta(seconds=0.2)),  # 1 s
    ("scheduler.endings", "_SETTLING", timedelta(seconds=0.2)),  # 5 s
    ("scheduler.endings", "_DEFAULT_PAUSE", timedelta(seconds=0.5)),  # 60 s
    ("scheduler.reconciler", "LOCK", timedelta(seconds=2 * CALL_TIMEOUT_S)),  # 60 s
    ("scheduler.reconciler", "_RETRY", timedelta(seconds=0.4)),  # 30 s
    ("hub.publishing.rules", "_FIRST_WAIT_S", 0.2),  # 5 s
    ("hub.publishing.operations", "_LATE_COMMIT", timedelta(0)),  # 30 s
    ("publishers.email.smtp", "_AFTER_THE_DOT", 1),  # 10 steps
    ("publishers.wechat.tiers", "GRACE_MIN", PATIENCE_S / 60),  # 10 min
    ("publishers.wechat.findings", "_POLL_S", 0.3),  # 15 s
    ("publishers.mastodon.settling", "_AT_WORK", timedelta(seconds=PATIENCE_S)),  # 60 s
    ("publishers.mastodon.settling", "_SHOWN_WITHIN", timedelta(seconds=2 * PATIENCE_S)),  # 10 min
)
# Account settings and simulator switches by channel.
SETTINGS: Mapping[str, Mapping[str, str]] = {"weibo": {"review_minutes": str(PATIENCE_S / 60)}}
SWITCHES: Mapping[str, Mapping[str, object]] = {"wechat": {"publish_delay": PUBLISHING_S}}

Setter = Callable[[Any, str, Any], None]


def hasten(put: Setter = setattr) -> None:
    """Shorten every pause of this process with `put` (object, name, value)."""
    for module, name, value in WAITS:
        place = importlib.import_module(module)
        if not hasattr(place, name):
            raise LookupError(f"{module} has no {name} any more")
        put(place, name, value)
    tiers = importlib.import_module("publishers.wechat.tiers")
    slow: Callable[..., Any] = tiers._pending
    put(tiers, "_pending", lambda seconds, words: slow(min(seconds, 1.0), words))
    told = DeliveryError.__init__

    def tell(self: DeliveryError, *words: Any, **fields: Any) -> None:
        told(self, *words, **fields)
        rest = timedelta(seconds=LONGEST_REST_S)
        if self.retry_after or isinstance(self, Throttled):
            self.retry_after = min(self.retry_after or rest, rest)
        if self.until:
            self.until = min(self.until, datetime.now(UTC) + rest)

    put(DeliveryError, "__init__", tell)


def hasten_declarations(put: Setter = object.__setattr__) -> None:
    """Shorten what the declarations say, which are frozen: only for a process of its own, or
    with a `put` that remembers."""
    for channel in channels().values():
        put(channel.declaration, "verify_after", timedelta(seconds=0.1))
        put(channel.declaration, "call_timeout", timedelta(seconds=CALL_TIMEOUT_S))
