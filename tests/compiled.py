"""Statements are compiled once a process, not once a database.

SQLAlchemy keeps what it compiled with an engine. A hub opens one and lives long; each test opens
its own, and would spend a third of its time on compiling the same few hundred statements again.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Dialect, Engine, event
from sqlalchemy.engine.interfaces import CompiledCacheType

__all__ = ["share_compiled_statements"]

_SHARED: dict[Any, tuple[Dialect, CompiledCacheType]] = {}


def share_compiled_statements() -> None:
    """From now on, engines of one kind share a dialect and what was compiled for it."""
    event.listen(Engine, "engine_connect", _share)


def _share(connection: Connection) -> None:
    """The dialect is part of a compiled statement's key: an engine takes over the first one's,
    which has been connected and so knows the server."""
    engine = connection.engine
    kind = (type(engine.dialect), engine.dialect.server_version_info)
    dialect, cache = _SHARED.setdefault(kind, (engine.dialect, {}))
    if engine.dialect is not dialect or "compiled_cache" not in engine.get_execution_options():
        engine.dialect = connection.dialect = dialect
        engine.update_execution_options(compiled_cache=cache)
        connection.execution_options(compiled_cache=cache)
