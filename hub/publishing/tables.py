"""Tables of publishing. Rows that a worker touches carry partial indexes: a delivery leaves them
when it leaves the state, so a million stored deliveries cost a claim nothing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    TextClause,
    UniqueConstraint,
    text,
)

from hub.kernel.columns import GROWING, Instant, Json, metadata
from hub.publishing.models import COMING, HALTED, DeliveryState, Outcome, Purpose

__all__ = [
    "attempts",
    "deliveries",
    "editions",
    "heartbeats",
    "in_states",
    "plans",
]

_ID = String(26)
_HASH = String(64)


def _one_of(column: str, values: type[DeliveryState] | type[Outcome] | type[Purpose]) -> str:
    return f"{column} IN ({', '.join(repr(str(v)) for v in values)})"


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


editions = Table(
    "editions",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("item_id", _ID, ForeignKey("items.id"), nullable=False),
    Column("item_version", Integer, nullable=False),
    Column("channel", String(32), nullable=False),
    Column("name", String(64), nullable=False),
    Column("variation", Json, nullable=False),
    Column("payload", Text, nullable=False),
    Column("payload_hash", _HASH, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("item_id", "item_version", "name", "payload_hash"),
)

plans = Table(
    "plans",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("item_id", _ID, ForeignKey("items.id"), nullable=False),
    Column("item_version", Integer, nullable=False),
    Column("approval_id", _ID, ForeignKey("approvals.id"), nullable=False),
    Column("wall_time", String(32), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("embargo_until", Instant),
    Column("not_after", Instant, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Index("ix_plans_item", "item_id"),
    # When the plan is to be looked at before it is due: 0 as soon as possible, NULL no more.
    Column("next_check_at", Instant, server_default="0"),
    Index("ix_plans_due", "due_at"),
    Index("ix_plans_check", "next_check_at", **_where("next_check_at IS NOT NULL")),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("plan_id", _ID, ForeignKey("plans.id"), nullable=False),
    Column("edition_id", _ID, ForeignKey("editions.id"), nullable=False),
    Column("account_id", _ID, ForeignKey("accounts.id"), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("part", Integer, nullable=False, server_default="0"),
    Column("purpose", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("priority", Integer, nullable=False, server_default="0"),
    Column("due_at", Instant, nullable=False),
    Column("not_after", Instant, nullable=False),
    Column("next_at", Instant),
    Column("reason", String(64), nullable=False, server_default=""),
    Column("lease_owner", String(64), nullable=False, server_default=""),
    Column("fence", Integer, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("first_started_at", Instant),
    Column("handed_over_at", Instant),
    Column("remote_id", String(255), nullable=False, server_default=""),
    Column("remote_url", String(1024), nullable=False, server_default=""),
    Column("error_code", String(64), nullable=False, server_default=""),
    Column("error_zh", Text, nullable=False, server_default=""),
    Column("error_en", Text, nullable=False, server_default=""),
    Column("progress", Json, nullable=False, server_default="{}"),
    Column("receipt", Json, nullable=False, server_default="{}"),
    # Which of a recurring post this is: the moment it stands for; empty for a single post.
    Column("occurrence", String(20), nullable=False, server_default=""),
    CheckConstraint(_one_of("state", DeliveryState), name="state_known"),
    CheckConstraint(_one_of("purpose", Purpose), name="purpose_known"),
    # Nothing leaves the running states without a receipt or a typed error.
    CheckConstraint("state NOT IN ('accepted', 'verified') OR remote_id <> ''", name="receipt"),
    CheckConstraint("state <> 'failed' OR error_code <> ''", name="typed_error"),
    # A waiting row says until when, or for which person's decision.
    CheckConstraint(
        "state NOT IN ('blocked', 'unknown') OR next_at IS NOT NULL OR reason <> ''",
        name="says_what_it_waits_for",
    ),
    Index("ix_deliveries_plan", "plan_id"),
    Index("ix_deliveries_account", "account_id", "due_at"),
    # with account and state, so that boards look at what is planned by the index alone
    Index("ix_deliveries_due", "due_at", "account_id", "state", **_where("state = 'planned'")),
    # and by account, for who sees a part of them: else all that is to come is walked through
    Index(
        "ix_deliveries_coming",
        "account_id",
        "due_at",
        "state",
        **_where(f"state IN ({', '.join(repr(str(state)) for state in COMING)})"),
    ),
    # claims go by the first three; with the others a backlog is looked through in the index alone
    Index(
        "ix_deliveries_ready",
        text("priority DESC"),
        "due_at",
        "id",
        "account_id",
        "plan_id",
        "state",
        **_where("state = 'ready'"),
    ),
    Index("ix_deliveries_blocked", "next_at", **_where("state = 'blocked'")),
    Index("ix_deliveries_unknown", "next_at", **_where("state = 'unknown'")),
    Index(
        "ix_deliveries_unverified",
        "next_at",
        "account_id",
        "state",
        **_where("state = 'accepted' AND next_at IS NOT NULL"),
    ),
    Index(
        "ix_deliveries_uncorrected",
        "id",
        **_where("state = 'failed' AND purpose = 'correct'"),
    ),
    # with account and plan, so that boards count what halted from the index alone
    Index(
        "ix_deliveries_halted",
        "state",
        "id",
        "account_id",
        "plan_id",
        **_where(f"state IN ({', '.join(repr(str(state)) for state in HALTED)})"),
    ),
    # An account gets an edition once, or once per occurrence where a recurrence says when; what was
    # cancelled never left and may be planned again.
    Index(
        "uq_deliveries_edition",
        "edition_id",
        "account_id",
        "part",
        "purpose",
        "occurrence",
        unique=True,
        **_where("state <> 'cancelled'"),
    ),
    # Serial per account: two workers can never hold two deliveries of one account.
    Index(
        "uq_deliveries_held_account",
        "account_id",
        unique=True,
        **_where("state IN ('claimed', 'sending')"),
    ),
    postgresql_with=GROWING,
)

attempts = Table(
    "attempts",
    metadata,
    Column("delivery_id", _ID, ForeignKey("deliveries.id"), primary_key=True),
    Column("no", Integer, primary_key=True, autoincrement=False),
    Column("fence", Integer, nullable=False),
    Column("payload_hash", _HASH, nullable=False),
    Column("idempotency_key", String(32), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("outcome", String(16), nullable=False, server_default=""),
    Column("platform_code", String(64), nullable=False, server_default=""),
    Column("platform_message", String(500), nullable=False, server_default=""),
    CheckConstraint(f"outcome = '' OR {_one_of('outcome', Outcome)}", name="outcome_known"),
    postgresql_with=GROWING,
    sqlite_with_rowid=False,  # found by its key only: one tree instead of two
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("at", Instant, nullable=False),
)


def in_states(*states: DeliveryState, table: str = "deliveries") -> TextClause:
    """A condition on the state with its values written out.

    SQLite uses a partial index only where it can prove the index's condition when it plans the
    statement, and it cannot prove anything about a bound parameter.
    """
    named = ", ".join(f"'{state.value}'" for state in states)
    test = f"= {named}" if len(states) == 1 else f"IN ({named})"
    return text(f"{table}.state {test}")
