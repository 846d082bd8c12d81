"""What Mastodon allows: the table that editor, API, dispatcher and contract suite share."""

from __future__ import annotations

from dataclasses import replace
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
from publishers.length import length

__all__ = ["CONTENT_WARNING", "DECLARATION", "leaving_room_for"]

CONTENT_WARNING = "content_warning"  # a setting, a variation, and a part's digest

DECLARATION = Declaration(
    name="mastodon",
    title=Words("Mastodon（长毛象）", "Mastodon"),
    markup="text",
    unit=LengthUnit.MASTODON,
    text_limit=500,
    media=MediaRule(
        types=frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"}),
        max_bytes=16 * 1024 * 1024,
        max_count=4,
    ),
    overflow=(Overflow.DIGEST, Overflow.THREAD, Overflow.REFUSE),
    max_parts=10,
    # Reading back comes first because it also finds a post whose key was lost with a crash of
    # the server; the key then makes the repeat harmless. A server that ignores the key is only
    # ever read back.
    repeat=Repeat.HARMLESS,
    reconciling=(Reconciling.READ_BACK, Reconciling.REPEAT, Reconciling.PERSON),
    key_window=timedelta(hours=1),
    capabilities=frozenset(
        {
            Capability.EDIT,
            Capability.DELETE,
            Capability.REPLY,
            Capability.MEASURE,
            Capability.VERIFY,
        }
    ),
    # Pictures are also limited to 30 uploads in 30 minutes; the server says so where it matters.
    rates=(Rate(count=300, per=timedelta(hours=3)),),
    source="docs.joinmastodon.org (methods/statuses, methods/media, api/rate-limits), Mastodon 4.5",
)


def leaving_room_for(warning: str) -> Declaration:
    """The declaration for posts under a content warning, which Mastodon counts with the text."""
    left = max(1, DECLARATION.text_limit - length(warning, DECLARATION.unit))
    return replace(DECLARATION, text_limit=left) if warning else DECLARATION
