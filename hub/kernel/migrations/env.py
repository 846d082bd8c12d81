"""Alembic's environment: the caller brings the connection, its transaction and the metadata."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.operations.ops import CreateIndexOp, CreateTableOp

from hub.kernel.columns import Instant, Json

__all__: list[str] = []


def _frozen_type(kind: str, value: Any, autogen: Any) -> str | Literal[False]:
    """A revision names plain column types: it must mean the same whatever becomes of our own."""
    if kind == "type" and isinstance(value, Instant):
        return "sa.BigInteger()"
    if kind == "type" and isinstance(value, Json):
        return "sa.Text()"
    return False


def _complete(migration: Any, revision: Any, directives: list[Any]) -> None:
    """Add what autogenerate leaves out, and write no revision when nothing differs.

    It skips indexes over expressions where the database cannot be asked for them (SQLite), also
    those of tables it has just created.
    """
    upgrade = directives[0].upgrade_ops
    if upgrade.is_empty():
        context.config.attributes["nothing"] = "yes"
        directives[:] = []
        return
    steps = [step for op in upgrade.ops for step in getattr(op, "ops", [op])]
    made = {step.index_name for step in steps if isinstance(step, CreateIndexOp)}
    created = [step.table_name for step in steps if isinstance(step, CreateTableOp)]
    for name in created:
        table = context.config.attributes["metadata"].tables[name]
        for index in sorted(table.indexes, key=lambda index: index.name):
            if index.name not in made:
                upgrade.ops.append(CreateIndexOp.from_index(index))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes["metadata"],
    transactional_ddl=True,
    compare_type=True,
    render_item=_frozen_type,
    process_revision_directives=_complete,
)
context.run_migrations()
