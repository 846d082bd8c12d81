"""What Telegram allows: the table that editor, API, dispatcher and contract suite share."""

from __future__ import annotations

from datetime import timedelta

from hub.kernel.errors import Words
from hub.publishing.models import (
    Capability,
    Declaration,
    LengthUnit,
    MediaRule,
    Overflow,
    Rate,
    Reconciling,
    Repeat,
)

__all__ = ["DECLARATION"]

DECLARATION = Declaration(
    name="telegram",
    title=Words("Telegram 频道与群组", "Telegram channels and groups"),
    markup="html",
    unit=LengthUnit.UTF16,
    text_limit=4096,
    caption_limit=1024,
    media=MediaRule(
        types=frozenset({"image/jpeg", "image/png", "image/webp"}),
        max_bytes=10 * 1024 * 1024,
        max_count=10,
        max_side_sum=10_000,
        max_ratio=20.0,
    ),
    overflow=(Overflow.DIGEST, Overflow.THREAD, Overflow.REFUSE),
    max_parts=10,
    repeat=Repeat.POSTS_AGAIN,
    reconciling=(Reconciling.PERSON,),
    capabilities=frozenset({Capability.EDIT, Capability.DELETE, Capability.REPLY}),
    # The FAQ's figures; channels are counted as groups, which is not documented.
    rates=(
        Rate(count=1, per=timedelta(seconds=1), scope="chat"),
        Rate(count=20, per=timedelta(minutes=1), scope="chat"),
        Rate(count=30, per=timedelta(seconds=1), scope="app"),
    ),
    app=("bot_token",),
    # An album may be 100 MB on a slow line.
    call_timeout=timedelta(seconds=60),
    delete_within=timedelta(hours=48),  # core.telegram.org/bots/api#deletemessage
    source="https://core.telegram.org/bots/api, Bot API 10.3; https://core.telegram.org/bots/faq",
)
