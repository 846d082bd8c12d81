"""What was found in files when they were stored; their bytes are in `blobs`."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, String, Table, Text

from hub.catalogue.attachments.models import FileKind
from hub.kernel.columns import Json, metadata
from hub.organisations.tables import one_of

__all__ = ["attachment_files"]

# The same bytes may be a .txt and a .csv. `text` is for search and the checks.
attachment_files = Table(
    "attachment_files",
    metadata,
    Column("sha256", String(64), ForeignKey("blobs.sha256"), primary_key=True),
    Column("kind", String(8), primary_key=True),
    Column("media_type", String(100), nullable=False),
    Column("size", Integer, nullable=False),
    Column("characters", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("flaws", Json, nullable=False),
    one_of("kind", FileKind),
    CheckConstraint("size > 0 AND characters >= 0", name="has_extent"),
)
