"""The pure rules of publishing: canonical bytes, keys, waiting times, quotas, explanations."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from hub.kernel.errors import InvalidInput, Words
from hub.publishing.errors import UnsignedEdition
from hub.publishing.models import Edition, MediaRef, MediaRole, Part, Quota
from hub.review import rules as review
from hub.review.errors import Unsigned
from hub.review.models import Approval

__all__ = [
    "MAX_TRIES",
    "already_planned",
    "back_off",
    "decode_parts",
    "delivery_key",
    "edition_name",
    "encode_parts",
    "quota_period",
    "refuse_empty_window",
    "refuse_past",
    "refuse_unsigned",
]

MAX_TRIES = 12
_FIRST_WAIT_S = 5.0
_LONGEST_WAIT_S = 600.0
_PAST_TOLERANCE = timedelta(seconds=60)


def encode_parts(parts: Sequence[Part]) -> str:
    """The canonical JSON of an edition: the exact text that is hashed, signed and stored."""
    return msgspec.json.encode([asdict(part) for part in parts], order="sorted").decode()


def decode_parts(payload: str) -> tuple[Part, ...]:
    """The parts in a stored payload; the inverse of `encode_parts`."""
    rows: list[dict[str, Any]] = msgspec.json.decode(payload)
    return tuple(Part(**row | {"media": tuple(map(_media, row["media"]))}) for row in rows)


def _media(row: Mapping[str, Any]) -> MediaRef:
    return MediaRef(**{**row, "role": MediaRole(row["role"])})


def payload_hash(payload: str) -> str:
    return hashlib.sha256(payload.encode()).hexdigest()


def edition_name(channel: str, variation: Mapping[str, str]) -> str:
    """An edition's name in the approval's manifest, equal for equal variations."""
    if not variation:
        return channel
    canonical = msgspec.json.encode(dict(variation), order="sorted")
    return f"{channel}:{hashlib.sha256(canonical).hexdigest()[:16]}"


def delivery_key(delivery_id: str) -> str:
    """The idempotency key: derived from the delivery, never from time or attempt."""
    return hashlib.sha256(f"gongkai:delivery:{delivery_id}".encode()).hexdigest()[:32]


def refuse_unsigned(edition: Edition, approval: Approval | None, current_version: int) -> None:
    """Raise UnsignedEdition unless three people signed exactly these bytes of this version."""
    if (why := _why_unsigned(edition, approval, current_version)) is not None:
        raise UnsignedEdition(
            why, field="edition", remedy=Words("重新送审并完成三审", "submit it for review again")
        )


def _why_unsigned(
    edition: Edition, approval: Approval | None, current_version: int
) -> Words | None:
    if payload_hash(edition.payload) != edition.payload_hash:
        return Words("稿件内容与登记的哈希不符", "the stored bytes do not match their hash")
    try:
        signed = review.refuse_unsigned(approval, edition.name, edition.payload_hash)
    except Unsigned as error:
        return error.words
    if not signed.item_version == edition.item_version == current_version:
        return Words("信息已修改，原签审失效", "the item was edited, its approval is void")
    return None


def back_off(tries: int, spread: float) -> timedelta:
    """How long to wait before the next try: 5 s doubling to 10 min, plus up to a quarter.

    `spread` in [0, 1) keeps a thousand accounts from coming back in the same second.
    """
    base = min(_FIRST_WAIT_S * 2.0**tries, _LONGEST_WAIT_S)
    return timedelta(seconds=base * (1 + spread / 4))


def quota_period(quota: Quota, at: datetime) -> tuple[datetime, datetime]:
    """The calendar day or month around `at` in the quota's zone, as UTC [from, to)."""
    local = at.astimezone(ZoneInfo(quota.zone))
    start = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if quota.period == "month":
        start = start.replace(day=1)
        following = (start + timedelta(days=32)).replace(day=1)
    else:
        following = start + timedelta(days=1)
    return start, following


def refuse_past(due_at: datetime, now: datetime) -> None:
    """A plan for the past is a mistake, not a wish to publish at once."""
    if due_at < now - _PAST_TOLERANCE:
        raise InvalidInput(
            Words(f"发布时间 {due_at.isoformat()} 已过去", f"{due_at.isoformat()} is in the past"),
            field="at",
            remedy=Words("选择将来的时间，或立即发布", "choose a future time, or publish now"),
        )


def refuse_empty_window(due_at: datetime, not_after: datetime) -> None:
    """What may not go out later than its due time could never go out."""
    if not_after <= due_at:
        raise InvalidInput(
            Words("最晚发布时间须晚于发布时间", "not_after must be later than the due time"),
            field="not_after",
            remedy=Words(
                "推后最晚时间，或提前发布时间", "give a later not_after, or publish earlier"
            ),
        )


def already_planned(state: str) -> Words:
    """Why an account is left out that gets, or has, this very edition."""
    return Words(
        "该稿件已排给此账号；如需再发，请修改后重新送审",
        f"this edition is already planned for it ({state}); to post again, make a new version",
    )
