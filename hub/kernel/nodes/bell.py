"""Processes wake each other by PostgreSQL's NOTIFY: only ever a matter of speed.

Nothing is told but that something may be due. Who is not connected just then, or whose note is
lost, finds the same by looking at the ledger once a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import asyncpg
import structlog

from hub.kernel.clock import Clock

__all__ = ["Bell"]

_log = structlog.get_logger(__name__)
_CHANNEL = "gongkai_due"
_TIMEOUT_S = 10.0
_PROVE_S = 30.0  # so often a silent connection is proved to be alive
_AGAIN_S = 1.0


class Bell:
    """`url` is the database's; `heard` is called for every ring of another process."""

    def __init__(
        self,
        url: str,
        clock: Clock,
        heard: Callable[[], None] | None = None,
        *,
        prove_s: float = _PROVE_S,
    ) -> None:
        self._dsn = url.replace("postgresql+asyncpg://", "postgresql://", 1)
        self._clock = clock
        self._heard = heard
        self._prove_s = prove_s
        self._rung = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.connected = asyncio.Event()

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="bell")

    def ring(self) -> None:
        """Wake the others. Returns at once, and many rings together are one."""
        self._rung.set()

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            try:
                await self._serve()
            except Exception as error:
                # Whatever it is, polling goes on, and the bell must not end with it. Its text may
                # hold an address with a password.
                _log.warning("bell.away", error=type(error).__name__)
            self.connected.clear()
            await self._clock.sleep(_AGAIN_S)

    async def _serve(self) -> None:
        options = {"timeout": _TIMEOUT_S, "command_timeout": _TIMEOUT_S}
        connection = await asyncpg.connect(self._dsn, **options)
        try:
            if self._heard is not None:
                await connection.add_listener(_CHANNEL, self._on_note)
                self._heard()  # what was told while nobody listened here
            connection.add_termination_listener(lambda _: self._rung.set())
            self.connected.set()
            while not connection.is_closed():
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._prove_s):
                        await self._rung.wait()
                if self._rung.is_set():
                    self._rung.clear()
                    await connection.execute(f"NOTIFY {_CHANNEL}")
                else:
                    await connection.execute("SELECT 1")
        finally:
            connection.terminate()

    def _on_note(self, connection: Any, pid: int, channel: str, payload: object) -> None:
        if self._heard is not None and pid != connection.get_server_pid():
            self._heard()
