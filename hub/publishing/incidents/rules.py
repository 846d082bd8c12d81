"""The pure rules of incidents: what of an event is trouble, what its cause is, and what is told.

The audit chain is the feed: every change of state is in it, in order and exactly once, so the
dispatcher does nothing for incidents and a crash loses none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.kernel.errors import Words
from hub.publishing import events
from hub.publishing.explanation import REASONS, local_time
from hub.publishing.incidents.models import AlertKind, Cause, Incident
from hub.publishing.models import Delivery, DeliveryState
from hub.publishing.restraint.models import BREAKER_OPEN

__all__ = ["FEED", "GROWTH", "SPOILT", "Found", "alert_words", "cause_of", "read", "ring_cause"]

GROWTH = 10  # people are told again when an incident is so many times as large
_SEVERAL = 5  # what settles itself is worth an alert only when it happens to several
_LONGEST_CODE = 128

# What a platform shows is not what was signed.
SPOILT = ("differs", "truncated", "gone")

_S = DeliveryState
_BAD = frozenset({_S.FAILED.value, _S.BLOCKED.value, _S.UNKNOWN.value, _S.EXPIRED.value})
# What a delivery may wait for that a person should know, and how many must.
_WAITS: Mapping[str, int] = {
    "reconnect": 1,
    "credentials": 1,
    "account": 1,
    "outage": 1,
    "limits-away": 1,
    BREAKER_OPEN: 1,
    "quota-exhausted": _SEVERAL,
}


@dataclass(slots=True)
class Found:
    """What a stretch of the feed says. `codes` has the platform's code of each delivery that got
    into trouble; `stopped` the plans whose rings stopped, with the number of failures."""

    last: int = 0
    codes: dict[str, str] = field(default_factory=dict)
    stopped: dict[str, int] = field(default_factory=dict)
    outage: bool = False

    @property
    def trouble(self) -> bool:
        return bool(self.codes or self.stopped or self.outage)


def read(told: Iterable[Mapping[str, Any]]) -> Found:
    """Everything in `told` (events as read from the chain) that may be trouble."""
    found = Found()
    for event in told:
        found.last = event["seq"]
        _READERS[event["kind"]](found, event)
    return found


def _ended(found: Found, event: Mapping[str, Any]) -> None:
    for delivery_id, _, state, _, code, _ in event["data"]["endings"]:
        if state in _BAD:
            found.codes[delivery_id] = code


def _asked(found: Found, event: Mapping[str, Any]) -> None:
    for delivery_id, _, state, reason in event["data"].get("asked", ()):
        if state in _BAD or reason in SPOILT:
            found.codes.setdefault(delivery_id, "")


def _changed(found: Found, event: Mapping[str, Any]) -> None:
    for delivery_id, _, reason in event["data"]["changed"]:
        if reason in SPOILT:
            found.codes.setdefault(delivery_id, "")


def _waiting(found: Found, event: Mapping[str, Any]) -> None:
    data = event["data"]
    ids = [delivery_id for delivery_id, reason in data["blocked"] if reason in _WAITS]
    for delivery_id in (*ids, *data["expired"], *data["unsigned"]):
        found.codes.setdefault(delivery_id, "")


def _listed(name: str) -> Any:
    def reader(found: Found, event: Mapping[str, Any]) -> None:
        for delivery_id in event["data"].get(name, ()):
            found.codes.setdefault(delivery_id, "")

    return reader


def _held(found: Found, event: Mapping[str, Any]) -> None:
    found.outage = True


def _ring(found: Found, event: Mapping[str, Any]) -> None:
    found.stopped[event["subject"]] = event["data"]["failed"]


_READERS: Mapping[str, Any] = {
    events.ATTEMPTS_ENDED.name: _ended,
    events.RECONCILED.name: _asked,
    events.VERIFIED.name: _asked,
    events.FOUND_CHANGED.name: _changed,
    events.WAITING.name: _waiting,
    events.LEASES_REAPED.name: _listed("lost"),
    events.EXPIRED.name: _listed("expired"),
    events.HELD_BACK.name: _held,
    events.RING_STOPPED.name: _ring,
}
FEED = tuple(_READERS)


def cause_of(delivery: Delivery, code: str) -> Cause | None:
    """The cause of a delivery's trouble as it stands now; None when it is in none by now.

    Busy and not-sent are tried again by themselves: the breaker tells when they do not end.
    """
    match delivery.state:
        case _S.FAILED:
            name = f"{delivery.error_code} {code}".strip()[:_LONGEST_CODE]
            return Cause(code=name, words=Words(delivery.error_zh, delivery.error_en), least=1)
        case _S.EXPIRED:
            return Cause(code="too-late", words=REASONS["too-late"], least=1)
        case _S.UNKNOWN:
            by_person = delivery.next_at is None
            reason = "person" if by_person else "no-answer"
            return Cause(code=reason, words=REASONS[reason], least=1 if by_person else _SEVERAL)
        case _S.ACCEPTED | _S.VERIFIED if delivery.reason in SPOILT:
            return Cause(code=delivery.reason, words=REASONS[delivery.reason], least=1)
        case _S.BLOCKED if delivery.reason in _WAITS:
            words = REASONS.get(delivery.reason, Words(delivery.reason, delivery.reason))
            return Cause(code=delivery.reason, words=words, least=_WAITS[delivery.reason])
        case _:
            return None


def ring_cause(plan_id: str, failed: int) -> Cause:
    """A plan whose rings stopped, with the one command that lets them go on."""
    return Cause(
        code="ring-stopped",
        words=Words(
            f"分批发布已停止：{failed} 个账号失败；查明后放行：gongkai plan resume {plan_id}",
            f"the rings of a plan stopped, {failed} accounts failed; when that is understood: "
            f"gongkai plan resume {plan_id}",
        ),
        least=1,
    )


_TITLES: Mapping[AlertKind, Words] = {
    AlertKind.OPENED: Words("发布异常", "publishing trouble"),
    AlertKind.GROWN: Words("发布异常扩大", "publishing trouble grows"),
    AlertKind.CLOSED: Words("发布异常已解除", "publishing trouble is over"),
}


def alert_words(kind: AlertKind, incident: Incident, examples: Sequence[str]) -> tuple[str, str]:
    """Title and text for operators, in both languages."""
    head = _TITLES[kind]
    place = incident.channel or f"plan {incident.plan_id}"
    title = f"{head.zh} / {head.en}: {place} · {incident.cause} · {incident.count}"
    span = f"{local_time(incident.first_at)} – {local_time(incident.last_at)}"
    lines = [
        incident.words.zh,
        incident.words.en,
        f"{incident.count} 条 / deliveries, {span}",
        *(f"gongkai delivery explain {one}" for one in examples),
        f"gongkai incident show {incident.id}",
    ]
    return title, "\n".join(lines)
