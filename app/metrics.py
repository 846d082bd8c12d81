"""What Prometheus is told. Labels have few values: channels, states, causes, never accounts.

Rates of a province are the yardstick: 13,300 accounts as label values would be a series each.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

__all__ = ["Metrics"]


# from "exactly due" to "after an outage", in seconds
_LATENESS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1_800, 7_200)
_COMMIT = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
_GROUP = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
_FIRST_TRY = frozenset({"accepted", "adopted"})
# what is shown as it is now: name here → name there, what it says, labels
_GAUGES: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "backlog": (
        "gongkai_backlog",
        "Deliveries not settled, by state.",
        ("channel", "state"),
    ),
    "unknown": (
        "gongkai_oldest_unknown_seconds",
        "Age of the oldest delivery whose outcome is unknown.",
        ("channel",),
    ),
    "quota": (
        "gongkai_quota_accounts",
        "Accounts by what is left of their quota: none, low (under a fifth), enough.",
        ("channel", "left"),
    ),
    "breakers": (
        "gongkai_breakers_open",
        "Accounts and platforms that keep failing and are left alone for now.",
        ("channel", "scope"),
    ),
    "preflight": (
        "gongkai_preflight_problems",
        "Problems of plans that wait to be due, by check and severity.",
        ("check", "severity"),
    ),
    "liveness": (
        "gongkai_liveness_accounts",
        "Accounts by how near they are to their limit of days without an update.",
        ("channel", "standing"),
    ),
}
# what is measured by the process that leads
_LEADERS = frozenset(_GAUGES) - {"breakers"}


class Metrics:
    """hub.kernel.meter.Meter on a registry of its own, so that tests never share numbers."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._lateness = Histogram(
            "gongkai_delivery_lateness_seconds",
            "From due time to handing over to the platform.",
            ["channel"],
            buckets=_LATENESS,
            registry=self.registry,
        )
        self._attempts = Counter(
            "gongkai_attempts_total",
            "Attempts ended, by outcome.",
            ["channel", "outcome"],
            registry=self.registry,
        )
        self._retries = Counter(
            "gongkai_retries_total",
            "Attempts that did not end in acceptance, by their cause.",
            ["channel", "cause"],
            registry=self.registry,
        )
        self._group = Histogram(
            "gongkai_commit_works",
            "Works in one grouped commit.",
            buckets=_GROUP,
            registry=self.registry,
        )
        self._commit = Histogram(
            "gongkai_commit_seconds",
            "Time of one grouped commit.",
            buckets=_COMMIT,
            registry=self.registry,
        )
        self._gauges = {
            name: Gauge(shown, told, labels, registry=self.registry)
            for name, (shown, told, labels) in _GAUGES.items()
        }
        self._incidents = Gauge(
            "gongkai_incidents_open",
            "Incidents that are not over; without a channel: a plan whose rings stopped.",
            ["channel"],
            registry=self.registry,
        )
        self._lead = Gauge(
            "gongkai_leads",
            "1 in the process that does what is done once in an installation.",
            registry=self.registry,
        )
        self._unsent = Gauge(
            "gongkai_alerts_unsent",
            "Alerts that operators have not got yet.",
            registry=self.registry,
        )

    def observe_lateness(self, channel: str, lateness: timedelta) -> None:
        self._lateness.labels(channel).observe(max(0.0, lateness.total_seconds()))

    def count_attempt(self, channel: str, outcome: str, code: str = "") -> None:
        self._attempts.labels(channel, outcome).inc()
        if outcome not in _FIRST_TRY:
            self._retries.labels(channel, code or outcome).inc()

    def observe_commit(self, works: int, seconds: float) -> None:
        self._group.observe(works)
        self._commit.observe(seconds)

    def show_backlog(self, counts: Mapping[tuple[str, str], int]) -> None:
        _replace(self._gauges["backlog"], counts)

    def show_oldest_unknown(self, ages: Mapping[str, timedelta]) -> None:
        self._gauges["unknown"].clear()
        for channel, age in ages.items():
            self._gauges["unknown"].labels(channel).set(age.total_seconds())

    def show_quota(self, accounts: Mapping[tuple[str, str], int]) -> None:
        _replace(self._gauges["quota"], accounts)

    def show_breakers(self, open_now: Mapping[tuple[str, str], int]) -> None:
        _replace(self._gauges["breakers"], open_now)

    def show_preflight(self, problems: Mapping[tuple[str, str], int]) -> None:
        _replace(self._gauges["preflight"], problems)

    def show_liveness(self, accounts: Mapping[tuple[str, str], int]) -> None:
        _replace(self._gauges["liveness"], accounts)

    def show_incidents(self, open_now: Mapping[str, int], unsent_alerts: int) -> None:
        self._incidents.clear()
        for channel, count in open_now.items():
            self._incidents.labels(channel).set(count)
        self._unsent.set(unsent_alerts)

    def show_lead(self, leads: bool) -> None:
        """Who ceases to lead shows no figures of the installation any more: they would grow old."""
        self._lead.set(leads)
        if not leads:
            for name in _LEADERS:
                self._gauges[name].clear()
            self.show_incidents({}, 0)

    def exposition(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self.registry)


def _replace(gauge: Gauge, values: Mapping[tuple[str, str], float]) -> None:
    """Show exactly `values`: a label that is gone must not keep its last number."""
    gauge.clear()
    for labels, value in values.items():
        gauge.labels(*labels).set(value)
