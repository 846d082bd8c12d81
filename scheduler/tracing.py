"""The span of a delivery: from its claim over each call of its platform to its ending."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import timedelta

from hub.kernel.tracing import NOTHING, Beginning, Span, is_traced, span, tell
from hub.publishing.ledger import Ending
from hub.publishing.models import Delivery

__all__ = ["from_claim", "tell_ending"]


def from_claim(delivery: Delivery, lease: timedelta) -> AbstractContextManager[Span]:
    """Around what is done with a claimed delivery; a claim sets when its `lease` ends, and so says
    when it began. One that has to wait for a limit gets another span when it goes on."""
    if not is_traced():
        return NOTHING
    since = None if delivery.next_at is None else delivery.next_at - lease
    return span(
        "delivery",
        Beginning(since=since, apart=True),
        delivery=delivery.id,
        channel=delivery.channel,
        account=delivery.account_id,
        purpose=delivery.purpose,
        attempt=delivery.attempts + 1,
        state=delivery.state,
    )


def tell_ending(ending: Ending) -> None:
    """How the attempt ended, and where that leaves its delivery."""
    tell(state=ending.state, outcome=ending.outcome)
    if ending.error_code:
        tell(code=ending.error_code)
