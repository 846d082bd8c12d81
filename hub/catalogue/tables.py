"""The tables of items and pictures.

An item's row holds what lists and filters need; the whole content of every version, the current
one too, is in `item_versions`, written once and never changed: it is what approvals refer to.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from hub.catalogue.classification.models import Genre, StatutoryClass
from hub.catalogue.models import Attribute, ItemState, Validity
from hub.kernel.columns import Instant, Json, metadata
from hub.organisations.tables import one_of

__all__ = [
    "blobs",
    "import_checkpoints",
    "item_publications",
    "item_versions",
    "items",
    "partial",
    "pictures",
]


def partial(condition: str) -> dict[str, Any]:
    """The condition of a partial index, for both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


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
    Column("index_no", String(64), nullable=False),
    Column("doc_no", String(100), nullable=False, default=""),
    Column("doc_key", String(100), nullable=False, default=""),  # one for every way of typing it
    Column("genre", String(16)),
    Column("theme", String(200), nullable=False, default=""),
    Column("statutory_class", String(8)),
    Column("normative", Boolean, nullable=False, default=False),
    Column("unit", String(200), nullable=False, default=""),
    Column("formed_on", Date),
    Column("valid_from", Date),
    Column("valid_until", Date),
    Column("validity", String(16), nullable=False),
    Column("validity_since", Date),
    Column("source_url", String(1000), nullable=False, default=""),
    Column("import_hash", String(64), nullable=False, default=""),  # of the last imported row
    # What the public sees: written in hub.catalogue.publication and nowhere else.
    Column("public_version", Integer),
    Column("public_theme", String(200)),  # of that version, as lists of the public filter by it
    Column("public_genre", String(16)),
    Column("published_at", Instant),
    Column("withdrawn_at", Instant),
    Column("withdrawn_version", Integer),
    UniqueConstraint("body_id", "external_key"),
    UniqueConstraint("body_id", "index_no", name="uq_items_index_no"),
    one_of("genre", Genre),
    one_of("statutory_class", StatutoryClass),
    one_of("attribute", Attribute),
    one_of("state", ItemState),
    one_of("validity", Validity),
    CheckConstraint("version > 0", name="version_positive"),
    CheckConstraint("title <> ''", name="titled"),
    # What is not proactive can never be approved for publication, whoever writes the row.
    CheckConstraint("state <> 'approved' OR attribute = 'proactive'", name="approved_is_public"),
    Index("ix_items_state", "state", "id"),
    CheckConstraint("public_version IS NULL OR published_at IS NOT NULL", name="public_since"),
    CheckConstraint("public_version <= version", name="public_version_there"),
    CheckConstraint(
        "public_version IS NULL OR withdrawn_version IS NULL OR public_version > withdrawn_version",
        name="withdrawn_stays_so",
    ),
    CheckConstraint("index_no <> ''", name="numbered"),
    Index("ix_items_doc_key", "doc_key", **partial("doc_key <> ''")),
    Index("ix_items_public", "published_at", "id", **partial("public_version IS NOT NULL")),
    Index("ix_items_public_theme", "public_theme", **partial("public_version IS NOT NULL")),
    Index("ix_items_public_body", "body_id", **partial("public_version IS NOT NULL")),
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

# How far the import of a file came, by the hash of its content and destination.
import_checkpoints = Table(
    "import_checkpoints",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("rows", Integer, nullable=False),
    Column("added", Integer, nullable=False),
    Column("updated", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("at", Instant, nullable=False),
)

# Which versions were ever public, and since when.
item_publications = Table(
    "item_publications",
    metadata,
    Column("item_id", String(26), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("public_at", Instant, nullable=False),
    ForeignKeyConstraint(
        ["item_id", "version"], ["item_versions.item_id", "item_versions.version"]
    ),
)

blobs = Table(
    "blobs",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("media_type", String(100), nullable=False),  # of a .pptx: 73
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
