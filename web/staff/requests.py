"""What became of a request with an idempotency key."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from hub.kernel.errors import NotFound, Words
from hub.organisations.tokens.repeats.models import TOLD_ELSEWHERE
from web.staff.desk import Call
from web.staff.telling import Told, told

__all__ = ["AskRequest", "StaffRequest", "find_request"]


class AskRequest(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`key` is the `Idempotency-Key` that was sent with this very token."""

    key: Annotated[str, Meta(pattern="^[!-~]{1,255}$")]


class StaffDone(Told, frozen=True, kw_only=True):
    """An event of the audit log: its kind, and whom or what it is about."""

    kind: str
    subject: str


class StaffRequest(Struct, frozen=True, kw_only=True):
    """`at` is when it made its first change. `status` is that of its answer, or 0: it was cut
    short, is still under way, or its answer was a secret. `done` are the first of the `events` it
    recorded."""

    key: str
    at: datetime
    status: int
    events: int
    done: tuple[StaffDone, ...]


async def find_request(call: Call) -> StaffRequest:
    """Of the caller's own key, within 24 hours."""
    asked: AskRequest = call.asked
    found = await call.services.repeats.find(call.token.id, asked.key)
    if found is None:
        raise NotFound(
            Words("此键下没有做过任何改动", "nothing was changed under that key"),
            field="key",
            remedy=Words("可用同一键再次发送", "send the request with it"),
        )
    return StaffRequest(
        key=asked.key,
        at=found.at,
        status=0 if found.status == TOLD_ELSEWHERE else found.status,
        events=found.events,
        done=tuple(told(StaffDone, one) for one in found.done),
    )
