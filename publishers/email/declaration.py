"""What e-mail allows: the table that editor, API, dispatcher and contract suite share."""

from __future__ import annotations

from datetime import timedelta

from hub.kernel.errors import Words
from hub.publishing.models import (
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
    name="email",
    title=Words("电子邮件", "E-mail"),
    markup="article",
    unit=LengthUnit.CHARACTERS,
    text_limit=0,
    # No RFC limits a subject but by lines that are folded anyway; more than this no reader shows.
    title_limit=200,
    # Nine pictures make a message of at most 25 MB, which the large providers still take.
    media=MediaRule(
        types=frozenset({"image/jpeg", "image/png", "image/gif"}),
        max_bytes=2 * 1024 * 1024,
        max_count=9,
    ),
    overflow=(Overflow.REFUSE,),
    # Receivers may drop a second message with the same Message-ID; no server promises to.
    repeat=Repeat.POSTS_AGAIN,
    reconciling=(Reconciling.PERSON,),
    capabilities=frozenset(),
    rates=(Rate(count=30, per=timedelta(minutes=1)),),
    # For each step of the conversation; the answer to the message itself is waited for longer.
    call_timeout=timedelta(seconds=60),
    source="RFC 5321, 5322, 2045-2047, 2387, 2392, 6531, 6532, 8058, 3463; read 2026-11",
)
