"""Tables of surveys."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text

from hub.kernel.columns import Instant, Json, metadata

__all__ = ["survey_answers", "surveys"]

surveys = Table(
    "surveys",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("item_id", String(26), ForeignKey("items.id"), nullable=False),
    Column("body_id", String(26), ForeignKey("bodies.id"), nullable=False),
    Column("title", String(200), nullable=False),
    Column("questions", Json, nullable=False),
    Column("opens_at", Instant, nullable=False),
    Column("closes_at", Instant, nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("made_at", Instant, nullable=False),
    CheckConstraint("opens_at < closes_at", name="lasts"),
    CheckConstraint("title <> ''", name="titled"),
    Index("ix_surveys_closes_at", "closes_at"),
    Index("ix_surveys_body_id", "body_id"),
)

# one answer of a person to a question; a person is one sender at one account
survey_answers = Table(
    "survey_answers",
    metadata,
    Column("survey_id", String(26), ForeignKey("surveys.id"), primary_key=True),
    Column("account_id", String(128), primary_key=True),
    Column("sender", String(128), primary_key=True),
    Column("question", Integer, primary_key=True, autoincrement=False),
    Column("choices", Json, nullable=False),
    Column("text", Text, nullable=False),
    Column("said_at", Instant, nullable=False),
    CheckConstraint("question > 0", name="numbered"),
    Index("ix_survey_answers_sender", "sender", "account_id"),
)
