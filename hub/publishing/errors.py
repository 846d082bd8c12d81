"""What can go wrong while delivering; the class decides, the instance carries the data.

DeliveryError
├── NotSent        surely nothing reached the platform           → sent again later
├── Throttled      too fast; `retry_after` and `scope` say more  → waits, burns no attempt
├── Busy           refused for now, decisively                   → sent again later
├── Exhausted      a quota is used up until `until`              → waits, burns no attempt
├── Unauthorised   the account's authorisation is dead           → account needs reconnecting
├── Rejected       this post will never be taken                 → failed, with advice
├── SteppedBack    given way to an emergency before its call     → sent again at once after it
├── Unknown        bytes may have left, no decisive answer       → reconciled
└── LeaseLost      another worker owns this delivery now         → stop at once

A publisher raises exactly these (the wire raises NotSent, Unknown and Busy on its own); anything
else that escapes from a publisher after its attempt began counts as Unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.kernel.errors import Conflict, GongkaiError, Words
from hub.publishing.models import Outcome

__all__ = [
    "Advice",
    "Busy",
    "DeliveryError",
    "Exhausted",
    "LeaseLost",
    "NotSent",
    "Rejected",
    "SteppedBack",
    "Throttled",
    "Unauthorised",
    "Unknown",
    "UnsignedEdition",
    "Unsubmitted",
]


@dataclass(frozen=True, slots=True)
class Advice:
    """A platform's own code as a row of a table: what we do, and what a person should do."""

    error: type[DeliveryError]
    words: Words
    remedy: Words


class DeliveryError(GongkaiError):
    """`platform_code` and `platform_message` are the platform's own, redacted."""

    outcome = Outcome.REFUSED

    def __init__(
        self,
        words: Words,
        *,
        platform_code: str = "",
        platform_message: str = "",
        remedy: Words | None = None,
        retry_after: timedelta | None = None,
        scope: str = "account",
        until: datetime | None = None,
        field: str = "",
    ) -> None:
        super().__init__(words, field=field, remedy=remedy)
        self.platform_code = platform_code
        self.platform_message = platform_message[:500]
        self.retry_after = retry_after
        self.scope = scope
        self.until = until


class NotSent(DeliveryError):
    code = "not-sent"
    outcome = Outcome.NOT_SENT


class SteppedBack(DeliveryError):
    """An emergency for the same account came before the call: nothing was sent."""

    code = "stepped-back"
    outcome = Outcome.NOT_SENT

    def __init__(self) -> None:
        super().__init__(Words("让位于同一账号的应急发布", "gave way to an emergency"))


class Throttled(DeliveryError):
    code = "throttled"
    outcome = Outcome.THROTTLED


class Busy(DeliveryError):
    code = "busy"
    outcome = Outcome.BUSY


class Exhausted(DeliveryError):
    code = "quota-exhausted"
    outcome = Outcome.THROTTLED


class Unauthorised(DeliveryError):
    code = "unauthorised"
    outcome = Outcome.UNAUTHORISED


class Rejected(DeliveryError):
    code = "rejected"
    outcome = Outcome.REFUSED


class Unknown(DeliveryError):
    code = "outcome-unknown"
    outcome = Outcome.UNKNOWN


class LeaseLost(DeliveryError):
    code = "lease-lost"
    outcome = Outcome.ABANDONED


class UnsignedEdition(DeliveryError):
    """The bytes are not the ones that three people signed; they are never sent."""

    code = "unsigned-edition"
    outcome = Outcome.REFUSED


class Unsubmitted(Conflict):
    """The item's version was never submitted for review: there is nothing to plan."""

    code = "unsubmitted"
