"""The table of what was told, so that it is told once."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from hub.kernel.columns import Instant, metadata
from hub.organisations.tables import one_of
from hub.publishing.reminders.models import Topic
from hub.review.clocks.models import Level

__all__ = ["reminders"]

reminders = Table(
    "reminders",
    metadata,
    Column("subject", String(26), primary_key=True),
    Column("topic", String(16), primary_key=True),
    Column("mark", String(64), primary_key=True),
    Column("level", String(32), primary_key=True),
    Column("told_at", Instant, nullable=False),
    one_of("topic", Topic),
    one_of("level", Level),
)
