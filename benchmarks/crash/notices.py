"""A release for a hundred and fifty subscribers, and the process that tells them killed with
SIGKILL again and again: `python -m benchmarks.crash.notices [--plain] [--seed 1]`.

The platform is a file that outlives the process; each message takes some milliseconds on its way.
By default it knows a message by its id, as Mastodon does: nobody may be missing, nobody may have
two. With `--plain` it knows nothing: nobody may have two, and who has none must be seen as unknown.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import create_engine

from app.migrate import load_tables
from benchmarks.readers import Freely, add_readers, matching_of, publish, sender_of, town
from hub.conversation.models import Outgoing
from hub.conversation.notices import store
from hub.conversation.notices.models import NoticeState, Reach
from hub.kernel.clock import SystemClock
from hub.kernel.ids import IdSource
from hub.kernel.sqlite import SqliteDatabase

PEOPLE, KILLS = 150, 6
_DATABASE, _BOARD = "gongkai.db", "board"
_PATIENCE_S = 120
_OPEN = frozenset({NoticeState.WAITING, NoticeState.SENDING})


class Board:
    """`NoticeCourier` whose platform appends what it is told to a file, after a way there and
    before a way back."""

    def __init__(self, file: Path, *, keyed: bool) -> None:
        self._file = file
        self._keyed = keyed
        self._random = Random(os.getpid())

    async def send(self, channel: str, account_id: str, outgoing: Outgoing) -> None:
        await asyncio.sleep(self._random.uniform(0.001, 0.03))
        line = json.dumps({"id": outgoing.id, "to": outgoing.address}) + "\n"
        handle = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.write(handle, line.encode())
        os.close(handle)
        await asyncio.sleep(self._random.uniform(0.001, 0.03))

    async def key_window(self, channel: str, account_id: str) -> timedelta | None:
        return timedelta(hours=1) if self._keyed else None

    def reach(self, channel: str) -> Reach:
        return Reach()


async def _live(home: Path, *, keyed: bool) -> None:
    """One life: match and send until nothing is left to do."""
    database, clock, ids = SqliteDatabase(home / _DATABASE), SystemClock(), IdSource()
    matching = matching_of(database, clock, ids)
    sender = sender_of(database, clock, ids, Board(home / _BOARD, keyed=keyed), Freely())
    print("living", flush=True)
    while True:
        await matching.follow()
        await sender.look()
        states = await database.read(store.tally)
        if states and not _OPEN.intersection(states):
            break
    await database.close()


async def _prepare(home: Path) -> None:
    file = home / _DATABASE
    engine = create_engine(f"sqlite:///{file}")
    load_tables().create_all(engine)
    engine.dispose()
    database, clock, ids = SqliteDatabase(file), SystemClock(), IdSource()
    body, account = await town(database, clock, ids)
    await matching_of(database, clock, ids).follow()
    await database.close()
    add_readers(file, ids, clock.now(), account=account, body=body, count=PEOPLE, daily=False)
    database = SqliteDatabase(file)
    await publish(database, clock, ids, body, "关于公积金提取的通知")
    await database.close()


def lines(home: Path) -> list[dict[str, str]]:
    """What the platform was told, in order."""
    board = home / _BOARD
    return [json.loads(line) for line in board.read_text().splitlines()] if board.exists() else []


def _lives(home: Path, *, keyed: bool) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", __spec__.name, "--live", str(home)]
    process = subprocess.Popen(command + ([] if keyed else ["--plain"]), stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"living\n"
    return process


def _killed(process: subprocess.Popen[bytes], home: Path, random: Random, told: int) -> bool:
    """Kill it when the platform was told so much, or at a moment of matching; whether it lived."""
    if told:
        until = time.monotonic() + _PATIENCE_S
        while len(lines(home)) < told and process.poll() is None and time.monotonic() < until:
            time.sleep(0.001)
    time.sleep(random.uniform(0.0, 0.02))
    lived = process.poll() is None
    process.kill()
    process.wait()
    return lived


def try_killing(seed: int, *, keyed: bool) -> dict[str, Any]:
    """Kill six lives, the first while it matches, and let the seventh end."""
    random = Random(seed)
    with tempfile.TemporaryDirectory(prefix="gongkai-notices-") as folder:
        home = Path(folder)
        asyncio.run(_prepare(home))
        kills = 0
        for number in range(KILLS):
            target = number * (PEOPLE // (KILLS + 1)) + (random.randrange(10) if number else 0)
            kills += _killed(_lives(home, keyed=keyed), home, random, target)
        _lives(home, keyed=keyed).wait(_PATIENCE_S)
        return _judged(home, kills, keyed=keyed)


def _judged(home: Path, kills: int, *, keyed: bool) -> dict[str, Any]:
    calls = lines(home)
    # who knows a message by its id shows it once
    shown = {(one["to"], one["id"]) for one in calls} if keyed else [one["to"] for one in calls]
    people = Counter(one[0] if keyed else one for one in shown)
    states = asyncio.run(_states(home))
    missing = PEOPLE - len(people)
    return {
        "kills": kills,
        "people": PEOPLE,
        "calls": len(calls),
        "doubled": sum(count > 1 for count in people.values()),
        "missing": missing,
        "unknown": states.get("unknown", 0),
        "lost": missing if keyed else max(0, missing - states.get("unknown", 0)),
        "states": states,
    }


async def _states(home: Path) -> dict[str, int]:
    database = SqliteDatabase(home / _DATABASE)
    found = await database.read(store.tally)
    await database.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--live", type=Path)
    chosen = parser.parse_args()
    if chosen.live:
        asyncio.run(_live(chosen.live, keyed=not chosen.plain))
    else:
        print(json.dumps(try_killing(chosen.seed, keyed=not chosen.plain)))


if __name__ == "__main__":
    main()
