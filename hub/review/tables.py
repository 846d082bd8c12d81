"""The tables of approvals, built so that no row can say what the rules forbid.

An approval refers to the exact content of one version. A signature refers to the exact manifest
of its approval and to the signature of the step before it; a person and a step appear once.
Nothing is approved whose attribute was not determined: an approval refers to that too.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from hub.kernel.columns import Instant, Json, metadata

__all__ = ["approvals", "signatures"]

approvals = Table(
    "approvals",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("item_id", String(26), nullable=False),
    Column("item_version", Integer, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("determination", Integer, nullable=False),  # its revision when it was opened
    Column("entries", Json, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("submitted_by", String(64), nullable=False),
    Column("submitted_at", Instant, nullable=False),
    Column("void", Boolean, nullable=False, default=False),
    Column("returned_reason", String(500), nullable=False, default=""),
    ForeignKeyConstraint(
        ["item_id", "item_version", "content_hash"],
        ["item_versions.item_id", "item_versions.version", "item_versions.content_hash"],
    ),
    ForeignKeyConstraint(
        ["item_id", "determination"],
        ["determinations.item_id", "determinations.revision"],
        name="fk_approvals_determination",
    ),
    UniqueConstraint("id", "hash"),
    CheckConstraint("length(hash) = 64", name="hash_whole"),
    Index("ix_approvals_item_id", "item_id", "item_version"),
)

signatures = Table(
    "signatures",
    metadata,
    Column("approval_id", String(26), primary_key=True),
    Column("step", String(16), primary_key=True),
    Column("previous_step", String(16)),
    Column("person_id", String(26), ForeignKey("people.id"), nullable=False),
    Column("signed_hash", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("remark", String(500), nullable=False, default=""),
    UniqueConstraint("approval_id", "person_id"),
    ForeignKeyConstraint(["approval_id", "signed_hash"], ["approvals.id", "approvals.hash"]),
    ForeignKeyConstraint(
        ["approval_id", "previous_step"],
        ["signatures.approval_id", "signatures.step"],
        name="fk_signatures_previous_step",
    ),
    CheckConstraint(
        "(step = 'draft-check' AND previous_step IS NULL)"
        " OR (step = 'section-review' AND previous_step IS NOT NULL"
        " AND previous_step = 'draft-check')"
        " OR (step = 'sign-off' AND previous_step IS NOT NULL"
        " AND previous_step = 'section-review')",
        name="steps_in_order",
    ),
)
