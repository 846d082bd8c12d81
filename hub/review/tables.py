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
from hub.organisations.tables import one_of
from hub.review.models import ReviewStep, StepAction

__all__ = ["approvals", "review_steps", "signatures"]

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
    Column("emergency_by", String(64), nullable=False, default=""),
    Column("emergency_reason", String(500), nullable=False, default=""),
    Column("emergency_at", Instant),
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
    CheckConstraint(
        "emergency_at IS NULL OR (emergency_by <> '' AND emergency_reason <> '')",
        name="emergency_explained",
    ),
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
    Column("on_behalf_of", String(26), ForeignKey("people.id")),
    UniqueConstraint("approval_id", "person_id"),
    UniqueConstraint("approval_id", "on_behalf_of", name="uq_signatures_on_behalf_of"),
    CheckConstraint("on_behalf_of <> person_id", name="behalf_of_another"),
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

# What was done to an approval, in order: never changed, so that voided signatures are still told.
review_steps = Table(
    "review_steps",
    metadata,
    Column("approval_id", String(26), ForeignKey("approvals.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("action", String(16), nullable=False),
    Column("step", String(16), nullable=False),
    Column("to_step", String(16)),
    Column("person_id", String(26), ForeignKey("people.id"), nullable=False),
    Column("on_behalf_of", String(26), ForeignKey("people.id")),
    Column("at", Instant, nullable=False),
    Column("remark", String(500), nullable=False, default=""),
    Column("content_hash", String(64), nullable=False),
    Column("signed_hash", String(64), nullable=False),
    one_of("action", StepAction),
    one_of("step", ReviewStep),
    CheckConstraint("action <> 'sent-back' OR to_step IS NOT NULL", name="sent_back_somewhere"),
)
