"""Brings what was committed from SQLite's log into its file, beside the writer.

By itself SQLite does that within the commit that finds the log long, 32 MiB at once: 46 ms in which
every other write waited, and what was due meanwhile was late. Done every half second beside the
writer it leaves little for that commit, which still begins the log anew. A passive checkpoint waits
for nobody, and nobody waits for it (https://sqlite.org/wal.html, 3.1 and
https://sqlite.org/pragma.html#pragma_wal_checkpoint).
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from pathlib import Path

import structlog

__all__ = ["Checkpointer"]

_log = structlog.get_logger(__name__)
_EVERY_S = 0.5
_LONG = 4 * 1024 * 1024  # bytes of log: what is shorter costs its commit a few milliseconds


class Checkpointer:
    """One thread over one file, with a connection of its own, until `close`."""

    def __init__(self, path: Path) -> None:
        self._path, self._wal = path, path.with_name(path.name + "-wal")
        self._written, self._closed = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="sqlite-checkpoint", daemon=True)
        self._thread.start()

    def written(self) -> None:
        """Something was committed."""
        self._written.set()

    def close(self) -> None:
        """Returns when nothing of it is at work any more."""
        self._closed.set()
        self._written.set()
        self._thread.join()

    def _run(self) -> None:
        with contextlib.ExitStack() as stack:
            connection: sqlite3.Connection | None = None
            well = True
            while True:
                self._written.wait()
                if self._closed.wait(_EVERY_S):
                    return
                self._written.clear()
                if not self._is_long():
                    continue
                try:
                    if connection is None:
                        opened = sqlite3.connect(self._path, isolation_level=None)
                        connection = stack.enter_context(contextlib.closing(opened))
                    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
                    well = True
                except sqlite3.Error as error:  # the commit that finds it long does it, or fails
                    if well:
                        _log.warning("database.not-checkpointed", error=str(error))
                    well = False

    def _is_long(self) -> bool:
        try:
            return self._wal.stat().st_size >= _LONG
        except OSError:
            return False
