"""What `write` has returned survives a kill; what it has not may or may not."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, text

from hub.kernel.events import audit_events, verify_chain
from hub.kernel.sqlite import SqliteDatabase

WRITER = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from hub.kernel.errors import Words
from hub.kernel.events import Event, Kind
from hub.kernel.sqlite import SqliteDatabase

KIND = Kind("test.note.added", Words("记下", "noted"))

async def add(db, number):
    event = Event(kind=KIND, subject=str(number), actor="li", at=datetime.now(UTC))
    await db.write(lambda t: t.record(event))
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()

async def main():
    db = SqliteDatabase(Path(sys.argv[1]))
    for start in range(0, 1_000_000, 20):
        await asyncio.gather(*(add(db, start + n) for n in range(20)))

asyncio.run(main())
"""


@pytest.mark.parametrize("answers", [1, 137, 400])
async def test_everything_confirmed_before_a_kill_is_there_after_it(
    sqlite_template: Path, tmp_path: Path, answers: int
) -> None:
    file = Path(shutil.copy(sqlite_template, tmp_path))
    confirmed = _killed_after(answers, file)
    database = SqliteDatabase(file)
    kept = await database.read(lambda c: set(c.scalars(select(audit_events.c.subject))))
    await database.read(lambda c: list(verify_chain(c)))
    state = await database.read(lambda c: c.scalar(text("PRAGMA integrity_check")))
    await database.close()
    assert set(confirmed) <= kept
    assert len(confirmed) >= answers
    assert state == "ok"


def _killed_after(answers: int, file: Path) -> list[str]:
    """Start a writer, kill it after so many confirmations, and return all it confirmed."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(file)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        seen = [writer.stdout.readline().strip() for _ in range(answers)]
        writer.send_signal(signal.SIGKILL)
        rest = writer.stdout.read().split("\n")[:-1]
    return [*seen, *rest]
