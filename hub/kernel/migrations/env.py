"""Alembic's environment: the caller brings the connection, its transaction and the metadata."""

from __future__ import annotations

from typing import Any

from alembic import context

from hub.kernel.columns import Instant, Json

__all__: list[str] = []


def _frozen_type(kind: str, value: Any, autogen: Any) -> str | bool:
    """A revision names plain column types: it must mean the same whatever becomes of our own."""
    if kind == "type" and isinstance(value, Instant):
        return "sa.BigInteger()"
    if kind == "type" and isinstance(value, Json):
        return "sa.Text()"
    return False


def _note_nothing(migration: Any, revision: Any, directives: list[Any]) -> None:
    """Write no revision when nothing differs."""
    if context.config.cmd_opts is None and directives[0].upgrade_ops.is_empty():
        context.config.attributes["nothing"] = "yes"
        directives[:] = []


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes["metadata"],
    transactional_ddl=True,
    compare_type=True,
    render_item=_frozen_type,
    process_revision_directives=_note_nothing,
)
context.run_migrations()
