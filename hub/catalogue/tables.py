"""The tables of items and pictures.

An item's row holds what lists and filters need; the whole content of every version, the current
one too, is in `item_versions`, written once and never changed: it is what approvals refer to.
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from hub.catalogue.models import Attribute, ItemState, Validity
from hub.kernel.columns import Instant, Json, metadata
from hub.organisations.tables import one_of

__all__ = ["blobs", "item_versions", "items", "pictures"]

items = Table(
    "items",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("body_id", String(26), ForeignKey("bodies.id"), nullable=False),
    Column("external_key", String(500), nullable=False),
    Column("version", Integer, nullable=False),
    Column("title", String(300), nullable=False),
    Column("issuer", String(300), nullable=False),
    Column("attribute", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("entered_by", String(64), nullable=False),
    Column("entered_at", Instant, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("summary", Text, nullable=False, default=""),
    Column("doc_no", String(100), nullable=False, default=""),
    Column("theme", String(200), nullable=False, default=""),
    Column("formed_on", Date),
    Column("valid_from", Date),
    Column("valid_until", Date),
    Column("validity", String(16), nullable=False),
    Column("source_url", String(1000), nullable=False, default=""),
    Column("import_hash", String(64), nullable=False, default=""),  # of the last imported row
    UniqueConstraint("body_id", "external_key"),
    one_of("attribute", Attribute),
    one_of("state", ItemState),
    one_of("validity", Validity),
    CheckConstraint("version > 0", name="version_positive"),
    CheckConstraint("title <> ''", name="titled"),
    # What is not proactive can never be approved for publication, whoever writes the row.
    CheckConstraint("state <> 'approved' OR attribute = 'proactive'", name="approved_is_public"),
    Index("ix_items_state", "state", "id"),
    Index("ix_items_doc_no", "doc_no"),
    Index("ix_items_body", "body_id", "state", "id"),
)

item_versions = Table(
    "item_versions",
    metadata,
    Column("item_id", String(26), ForeignKey("items.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("content_hash", String(64), nullable=False),
    Column("content", Json, nullable=False),
    Column("edited_by", String(64), nullable=False),
    Column("edited_at", Instant, nullable=False),
    Column("carries", String(64), nullable=False, server_default=""),  # as in the content
    UniqueConstraint("item_id", "version", "content_hash"),
    Index(
        "ix_item_versions_carries",
        "carries",
        sqlite_where=text("carries <> ''"),
        postgresql_where=text("carries <> ''"),
    ),
)

blobs = Table(
    "blobs",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("media_type", String(64), nullable=False),
    Column("data", LargeBinary, nullable=False),
)

pictures = Table(
    "pictures",
    metadata,
    Column("sha256", String(64), ForeignKey("blobs.sha256"), primary_key=True),
    Column("media_type", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    CheckConstraint("size > 0 AND width > 0 AND height > 0", name="has_extent"),
)
