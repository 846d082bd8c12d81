"""Tables of judging: what was judged, what analysts corrected, what was learned from it."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Index, Integer, String, Table, Text

from hub.kernel.columns import Instant, Json, metadata

__all__ = ["judgements", "opinion_models", "signal_labels"]

judgements = Table(
    "judgements",
    metadata,
    Column("signal_id", String(26), primary_key=True),
    Column("intent", String(16), nullable=False),
    Column("topic", String(60), nullable=False),
    Column("department", String(60), nullable=False),
    Column("urgency", String(16), nullable=False),
    Column("mood", String(16), nullable=False),
    Column("place", String(60), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("band", String(16), nullable=False),
    Column("detail", Json, nullable=False),
    Column("model", String(60), nullable=False),
    Column("judged_at", Instant, nullable=False),
    Index("ix_judgements_band", "band", "signal_id"),
    Index("ix_judgements_topic", "topic", "signal_id"),
    Index("ix_judgements_department", "department", "signal_id"),
    Index("ix_judgements_urgency", "urgency", "signal_id"),
)

signal_labels = Table(
    "signal_labels",
    metadata,
    Column("signal_id", String(26), primary_key=True),
    Column("field", String(16), primary_key=True),
    Column("value", String(60), nullable=False),
    Column("by", String(64), nullable=False),
    Column("at", Instant, nullable=False),
)

opinion_models = Table(
    "opinion_models",
    metadata,
    Column("field", String(16), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("taxonomy", Integer, nullable=False),
    Column("trained_at", Instant, nullable=False),
    Column("trained_by", String(64), nullable=False),
    Column("labels", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("report", Json, nullable=False),
    Column("data", Text, nullable=False),
)
