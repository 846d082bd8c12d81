"""What Matrix allows: the table that editor, API, dispatcher and contract suite share."""

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

__all__ = ["DECLARATION", "SUFFIXES"]

# What clients show in the room itself, and the suffix of the name under which it is uploaded.
SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif"}

DECLARATION = Declaration(
    name="matrix",
    title=Words("Matrix 房间", "Matrix rooms"),
    markup="html",
    unit=LengthUnit.UTF8_BYTES,
    # An event may have 65,536 bytes (Size limits), and an edit carries the text three times: as
    # fallback, as plain text and as HTML. What that leaves is `content.check_size`'s to measure.
    text_limit=18_000,
    # The protocol has no such limits; servers limit an upload (Synapse: 50 MB) and the rate. A
    # post of text and nine pictures is the burst of ten events that Synapse permits.
    media=MediaRule(types=frozenset(SUFFIXES), max_bytes=10 * 1024 * 1024, max_count=9),
    overflow=(Overflow.DIGEST, Overflow.REFUSE),
    repeat=Repeat.HARMLESS,
    reconciling=(Reconciling.REPEAT, Reconciling.READ_BACK),
    capabilities=frozenset(
        {Capability.EDIT, Capability.DELETE, Capability.PREPARE, Capability.VERIFY}
    ),
    # Synapse's default for one user (rc_message: burst 10, then one in five seconds).
    rates=(Rate(count=10, per=timedelta(seconds=50), scope="app"),),
    # The specification names no time; Synapse forgets a transaction after a day.
    key_window=timedelta(hours=24),
    call_timeout=timedelta(seconds=30),
    source=(
        "spec.matrix.org v1.16, client-server API: Size limits, Transaction identifiers, "
        "m.room.message, Event replacements, Redactions; Synapse 1.163 rc_message, "
        "event_txn_id_device_id; the picture limits are this project's own, 2026-11"
    ),
)
