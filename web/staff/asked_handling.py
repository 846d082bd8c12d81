"""What the staff API takes about emergencies and about many deliveries at once."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from hub.publishing.findings.models import Topic
from hub.publishing.retrying.models import MOST
from web.staff.asked import Submit

__all__ = [
    "AcknowledgeFinding",
    "AskFindings",
    "OrderEmergency",
    "ReleaseBacklog",
    "RetryMany",
    "SendTest",
]

_Id = Annotated[str, Meta(pattern="^[0-9A-HJKMNP-TV-Z]{26}$")]


class OrderEmergency(Submit, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`reason` is kept in the audit log. With `expected` exactly so many deliveries, or none.
    `take_slots`: routine posts that hold a full quota are cancelled."""

    reason: Annotated[str, Meta(min_length=1, max_length=500)]
    expected: Annotated[int, Meta(ge=1, le=10_000_000)] | None = None
    take_slots: bool = False


class RetryMany(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The `deliveries` of a preview; with `late` those past their latest time as well."""

    deliveries: Annotated[tuple[_Id, ...], Meta(min_length=1, max_length=MOST)]
    late: bool = False


class SendTest(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`public`: it is known that the public will see the test post, where it will."""

    public: bool = False


class ReleaseBacklog(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Of one `channel` or `account`, or all; `limit`: the most urgent and newest, 0 is all. The
    `reason` is kept in the audit log."""

    reason: Annotated[str, Meta(min_length=1, max_length=500)]
    channel: Annotated[str, Meta(max_length=32)] = ""
    account: Annotated[str, Meta(pattern="^([0-9A-HJKMNP-TV-Z]{26})?$")] = ""
    limit: Annotated[int, Meta(ge=0, le=1_000_000)] = 0


class AskFindings(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`unanswered`: only what nobody has acknowledged as it is now."""

    topic: Topic
    unanswered: bool = False
    limit: Annotated[int, Meta(ge=1, le=500)] = 100


class AcknowledgeFinding(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`fingerprint` is that of the finding as it was seen."""

    topic: Topic
    subject: Annotated[str, Meta(min_length=1, max_length=128)]
    fingerprint: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    remark: Annotated[str, Meta(min_length=1, max_length=500)]
