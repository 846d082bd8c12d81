"""What the engine tells whoever measures it; `app.metrics` shows it to Prometheus."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol

__all__ = ["Meter", "NoMeter"]


class Meter(Protocol):
    """Every method is cheap, never fails and never waits. `channel` is a channel's name."""

    def observe_lateness(self, channel: str, lateness: timedelta) -> None:
        """A delivery was handed over to its platform `lateness` after its due time."""
        ...

    def count_attempt(self, channel: str, outcome: str, code: str = "") -> None:
        """An attempt ended. `outcome` is one of hub.publishing.models.Outcome, `code` ours."""
        ...

    def observe_commit(self, works: int, seconds: float) -> None:
        """A grouped commit of `works` works took `seconds`."""
        ...

    def show_backlog(self, counts: Mapping[tuple[str, str], int]) -> None:
        """Deliveries not settled, by (channel, state); replaces what was shown before."""
        ...

    def show_oldest_unknown(self, ages: Mapping[str, timedelta]) -> None:
        """The age of the oldest delivery in `unknown` by channel; a channel without is absent."""
        ...

    def show_quota(self, accounts: Mapping[tuple[str, str], int]) -> None:
        """Accounts by (channel, left): `left` is `none`, `low` (under a fifth) or `enough`."""
        ...

    def show_breakers(self, open_now: Mapping[tuple[str, str], int]) -> None:
        """Open circuit breakers by (channel, scope): `scope` is `account` or `platform`."""
        ...

    def show_incidents(self, open_now: Mapping[str, int], unsent_alerts: int) -> None:
        """Open incidents by channel (empty: a stopped plan's), and alerts nobody has got yet."""
        ...

    def show_preflight(self, problems: Mapping[tuple[str, str], int]) -> None:
        """Problems of plans that wait to be due, by (check, severity): warning or blocking."""
        ...

    def show_liveness(self, accounts: Mapping[tuple[str, str], int]) -> None:
        """Accounts by (channel, standing): `live`, `near` its limit, `over` it."""
        ...


class NoMeter:
    """Measures nothing."""

    def observe_lateness(self, channel: str, lateness: timedelta) -> None:
        pass

    def count_attempt(self, channel: str, outcome: str, code: str = "") -> None:
        pass

    def observe_commit(self, works: int, seconds: float) -> None:
        pass

    def show_backlog(self, counts: Mapping[tuple[str, str], int]) -> None:
        pass

    def show_oldest_unknown(self, ages: Mapping[str, timedelta]) -> None:
        pass

    def show_quota(self, accounts: Mapping[tuple[str, str], int]) -> None:
        pass

    def show_breakers(self, open_now: Mapping[tuple[str, str], int]) -> None:
        pass

    def show_preflight(self, problems: Mapping[tuple[str, str], int]) -> None:
        pass

    def show_liveness(self, accounts: Mapping[tuple[str, str], int]) -> None:
        pass

    def show_incidents(self, open_now: Mapping[str, int], unsent_alerts: int) -> None:
        pass
