"""What WeCom allows an application: the table that editor, API, dispatcher and tests share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from hub.kernel.errors import InvalidInput, Words
from hub.publishing.models import (
    Capability,
    Declaration,
    LengthUnit,
    MediaRule,
    Overflow,
    Quota,
    Rate,
    Reconciling,
    Repeat,
)
from publishers.messages import forms

__all__ = ["DECLARATION", "DUPLICATE_CHECK", "RULES", "SPREAD_S", "quotas"]

DUPLICATE_CHECK = timedelta(hours=4)  # the longest duplicate_check_interval
SPREAD_S = 600  # by which the interval differs from delivery to delivery, see message.py
_PER_SEAT_A_DAY = 200  # person-times

DECLARATION = Declaration(
    name="wecom",
    title=Words("企业微信应用消息", "WeCom application message"),
    markup="message",
    unit=LengthUnit.UTF8_BYTES,
    text_limit=2048,
    media=MediaRule(
        # media/upload; newer text says 10 MB
        types=frozenset({"image/jpeg", "image/png"}),
        max_bytes=2 * 1024 * 1024,
        max_count=1,
    ),
    pictures_alone=True,
    max_parts=2,
    overflow=(Overflow.DIGEST, Overflow.REFUSE),
    repeat=Repeat.HARMLESS,
    key_window=DUPLICATE_CHECK - timedelta(seconds=SPREAD_S),
    reconciling=(Reconciling.REPEAT, Reconciling.PERSON),
    capabilities=frozenset({Capability.DELETE, Capability.PREPARE}),
    # What one member gets from one application; nobody says when more is dropped. All accounts of
    # an application count together, because a member may be among the recipients of each.
    rates=(
        Rate(count=30, per=timedelta(minutes=1), scope="app"),
        Rate(count=1000, per=timedelta(hours=1), scope="app"),
    ),
    app=("corpid", "agent_id"),
    # Seats × 200 person-times a day: 200 messages even if each goes to everybody.
    quotas=(Quota(count=_PER_SEAT_A_DAY, period="day"),),
    delete_within=timedelta(hours=24),  # message/recall
    source="developer.work.weixin.qq.com/document/path/90236, 90235, 90253, 94867",
)
RULES = forms(DECLARATION, 2048)


def quotas(settings: Mapping[str, Any]) -> tuple[Quota, ...]:
    """How many messages a day an account's audience allows; the declared 200 where the number of
    people is not known. Raises InvalidInput for what is no number of people."""
    seats, audience = _people(settings, "seats"), _people(settings, "audience")
    if not seats or not audience:
        return DECLARATION.quotas
    return (Quota(count=max(1, seats * _PER_SEAT_A_DAY // audience), period="day"),)


def _people(settings: Mapping[str, Any], name: str) -> int:
    value = str(settings.get(name) or "0").strip()
    if not (value.isascii() and value.isdigit()):
        raise InvalidInput(
            Words(f"{name} 应为人数", f"{name} must be a number of people"),
            field=name,
            remedy=Words("填写整数，或留空", "enter a whole number, or nothing"),
        )
    return int(value)
