"""What a website of static pages allows: nearly everything, and a repeat changes nothing."""

from __future__ import annotations

from datetime import timedelta

from hub.kernel.errors import Words
from hub.publishing.models import (
    Capability,
    Declaration,
    LengthUnit,
    MediaRule,
    Overflow,
    Reconciling,
    Repeat,
)

__all__ = ["DECLARATION", "SUFFIXES"]

# What browsers show, and the suffix by which a web server tells them so.
SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif"}

DECLARATION = Declaration(
    name="website",
    title=Words("政府网站", "website"),
    markup="page",
    unit=LengthUnit.CHARACTERS,
    text_limit=0,
    media=MediaRule(types=frozenset(SUFFIXES), max_bytes=20 * 1024 * 1024, max_count=200),
    overflow=(Overflow.REFUSE,),
    repeat=Repeat.HARMLESS,
    reconciling=(Reconciling.READ_BACK, Reconciling.REPEAT),
    capabilities=frozenset({Capability.EDIT, Capability.DELETE, Capability.VERIFY}),
    needs_link=True,
    own_site=True,
    call_timeout=timedelta(seconds=30),
    verify_after=timedelta(seconds=1),
    source=(
        "RSS 2.0 (rssboard.org/rss-specification), Atom (RFC 4287), sitemaps.org/protocol.html; "
        "the picture limits are this project's own, 2026-11"
    ),
)
