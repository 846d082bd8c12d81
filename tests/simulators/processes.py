"""Our programs in processes of their own, as a person starts them."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 240


@dataclass(frozen=True, slots=True)
class Ended:
    code: int | None
    out: str
    err: str


def environment(**more: str) -> dict[str, str]:
    """This machine's, without what would set up another installation."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GONGKAI_")}
    return {**kept, "PYTHONPATH": str(ROOT), "COLUMNS": "120", **more}


async def start(*words: str, **more: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *words,
        cwd=ROOT,
        env=environment(**more),
        stdout=PIPE,
        stderr=PIPE,
        start_new_session=True,
    )


async def ended(process: Process) -> Ended:
    async with asyncio.timeout(PATIENCE_S):
        out, err = await process.communicate()
    return Ended(process.returncode, out.decode(), err.decode())


async def run(*words: str, **more: str) -> Ended:
    """Start and wait for the end."""
    async with started(*words, **more) as process:
        return await ended(process)


@asynccontextmanager
async def started(*words: str, **more: str) -> AsyncIterator[Process]:
    """A running program; killed where the block did not end it, with what it started: a child
    that lives on holds the pipes open, and waiting for their end would never end."""
    process = await start(*words, **more)
    try:
        yield process
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def line(process: Process, mark: str = "", *, log: bool = False) -> str:
    """The next line of its standard output, or of its log, that holds `mark`."""
    stream = process.stderr if log else process.stdout
    assert stream is not None
    async with asyncio.timeout(PATIENCE_S):
        while content := await stream.readline():
            if mark in content.decode():
                return content.decode()
    raise AssertionError(f"it ended, with code {await process.wait()}, before it said {mark!r}")
