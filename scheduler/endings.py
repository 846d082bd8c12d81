"""From how a call ended to where its delivery stands: one table, one row per kind of ending."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from hub.kernel.columns import storable
from hub.kernel.errors import Words
from hub.publishing.errors import (
    Busy,
    DeliveryError,
    Exhausted,
    NotSent,
    Rejected,
    SteppedBack,
    Throttled,
    Unauthorised,
    Unknown,
    UnsignedEdition,
)
from hub.publishing.ledger import Ending
from hub.publishing.models import (
    Capability,
    Declaration,
    Delivery,
    DeliveryState,
    Outcome,
    Purpose,
    Quota,
)
from hub.publishing.ports import Accepted
from hub.publishing.restraint.models import BREAKER_OPEN
from hub.publishing.rules import MAX_TRIES, back_off, delivery_key, quota_period

__all__ = ["Case", "ending_of_acceptance", "ending_of_error"]

_S = DeliveryState
_SETTLING = timedelta(seconds=5)
_DEFAULT_PAUSE = timedelta(seconds=60)
_LONGEST_URL = 1024


@dataclass(frozen=True, slots=True)
class Case:
    """One finished call: whose, by which declaration, when, and a source of spread.

    `rest`: a breaker is open, and so long is the delivery to be left alone.
    """

    delivery: Delivery
    declaration: Declaration
    now: datetime
    random: Random
    rest: timedelta | None = None


@dataclass(frozen=True, slots=True)
class _Next:
    state: DeliveryState
    next_at: datetime | None = None
    reason: str = ""
    burnt: int = 0


def ending_of_acceptance(case: Case, accepted: Accepted) -> Ending:
    """Accepted; read back later where the channel can, or where the platform still works on it."""
    asks = accepted.pending or case.declaration.can(Capability.VERIFY)
    # what cannot be read back is withdrawn when the platform says so
    recalled = case.delivery.purpose is Purpose.RECALL and not asks
    return Ending(
        delivery_id=case.delivery.id,
        fence=case.delivery.fence,
        no=case.delivery.attempts + 1,
        state=_S.VERIFIED if recalled else _S.ACCEPTED,
        outcome=Outcome.ADOPTED if accepted.adopted else Outcome.ACCEPTED,
        finished_at=case.now,
        next_at=case.now + case.declaration.verify_after if asks else None,
        reason="platform-review" if accepted.pending else "",
        # what a platform took without naming it is known by our own key
        remote_id=storable(accepted.remote_id) or delivery_key(case.delivery.id),
        remote_url=_whole(accepted.url),
        receipt=storable(accepted.receipt),
        moved_to=storable(accepted.moved_to),
    )


def _whole(url: str) -> str:
    """An address that fits its column; half an address is none."""
    return storable(url) if len(url) <= _LONGEST_URL else ""


def ending_of_error(case: Case, error: Exception) -> Ending:
    """Where an error leaves the delivery; what is not a DeliveryError may have left bytes."""
    if not isinstance(error, DeliveryError):
        error = Unknown(
            Words(
                f"发送中断：{type(error).__name__}", f"sending broke off: {type(error).__name__}"
            ),
            platform_code=type(error).__name__,
        )
    following = _rule_for(error)(case, error)
    return Ending(
        delivery_id=case.delivery.id,
        fence=case.delivery.fence,
        no=case.delivery.attempts + 1,
        state=following.state,
        outcome=error.outcome,
        finished_at=case.now,
        next_at=following.next_at,
        reason=following.reason,
        burnt=following.burnt,
        error_code=error.code,
        error_zh=_advice(error, "zh"),
        error_en=_advice(error, "en"),
        platform_code=storable(error.platform_code),
        platform_message=storable(error.platform_message),
    )


def _advice(error: DeliveryError, language: str) -> str:
    said = getattr(error.words, language)
    remedy = getattr(error.remedy, language) if error.remedy else ""
    brackets = "（{}）" if language == "zh" else " ({})"
    code = brackets.format(error.platform_code) if error.platform_code else ""
    return str(storable(f"{said}{code}" + (f" → {remedy}" if remedy else "")))


def _rule_for(error: DeliveryError) -> Callable[[Case, DeliveryError], _Next]:
    return next(_RULES[kind] for kind in type(error).__mro__ if kind in _RULES)


def _wait_and_retry(case: Case, error: DeliveryError) -> _Next:
    if case.rest is not None:  # the outage is not the delivery's fault and uses up no try
        return _Next(_S.BLOCKED, case.now + case.rest, BREAKER_OPEN)
    if case.delivery.tries + 1 >= MAX_TRIES:
        return _Next(_S.FAILED, burnt=1)
    wait = error.retry_after or back_off(case.delivery.tries, case.random.random())
    return _Next(_S.BLOCKED, case.now + wait, error.code, burnt=1)


def _wait_for_limit(case: Case, error: DeliveryError) -> _Next:
    return _Next(_S.BLOCKED, case.now + (error.retry_after or _DEFAULT_PAUSE), error.code)


def _make_way(case: Case, error: DeliveryError) -> _Next:
    return _Next(_S.BLOCKED, case.now, error.code)


def _wait_for_quota(case: Case, error: DeliveryError) -> _Next:
    day = case.declaration.quotas[0] if case.declaration.quotas else Quota(count=0, period="day")
    until = error.until or quota_period(day, case.now)[1]
    return _Next(_S.BLOCKED, until, error.code)


def _wait_for_person(case: Case, error: DeliveryError) -> _Next:
    return _Next(_S.BLOCKED, None, "reconnect")


def _give_up(case: Case, error: DeliveryError) -> _Next:
    return _Next(_S.FAILED)


def _ask_the_platform(case: Case, error: DeliveryError) -> _Next:
    return _Next(_S.UNKNOWN, case.now + _SETTLING, "no-answer")


_RULES: Mapping[type[DeliveryError], Callable[[Case, DeliveryError], _Next]] = {
    NotSent: _wait_and_retry,
    Busy: _wait_and_retry,
    Throttled: _wait_for_limit,
    SteppedBack: _make_way,
    Exhausted: _wait_for_quota,
    Unauthorised: _wait_for_person,
    Rejected: _give_up,
    UnsignedEdition: _give_up,
    DeliveryError: _ask_the_platform,
}
