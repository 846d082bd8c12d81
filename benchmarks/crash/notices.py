"""A release for a hundred and fifty subscribers, and the process that tells them killed with
SIGKILL again and again: `python -m benchmarks.crash.notices [--plain] [--mode postgres]`.

The platform is a file that outlives the process; each message takes some milliseconds on its way.
By default it knows a message by its id, as Mastodon does: nobody may be missing, nobody may have
two. With `--plain` it knows nothing: nobody may have two, and who has none must be seen as unknown.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import tempfile
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from app.compose import open_database
from app.pacing import engine_settings_of
from benchmarks.crash.modes import Mode, add_mode, database_of, ground_of, settled_on
from benchmarks.crash.runner import fork, wait_for
from benchmarks.readers import enter_readers, matching_of, publish, sender_of, town
from hub.conversation.models import Outgoing
from hub.conversation.notices import store
from hub.conversation.notices.models import NoticeState, Reach
from hub.kernel.clock import Clock, SystemClock
from hub.kernel.ids import IdSource
from hub.publishing.models import Rate
from hub.publishing.ports import Access
from publishers.registry import find_channel
from scheduler.limits import Limiter
from scheduler.noticing import NoticePermits

PEOPLE, KILLS = 150, 6
_BOARD, _LIVING = "board", "living"
_RATES = (Rate(count=100_000, per=timedelta(minutes=1)),)
_PATIENCE_S = 400
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
    settings, clock, ids = settled_on(home), SystemClock(), IdSource()
    database = database_of(settings)
    limiter = Limiter(clock, engine_settings_of(settings).limits_storage)
    matching = matching_of(database, clock, ids)
    board = Board(home / _BOARD, keyed=keyed)
    sender = sender_of(database, clock, ids, board, _permits(limiter, clock))
    (home / _LIVING).touch()
    while True:
        await matching.follow()
        await sender.look()
        states = await database.read(store.tally)
        if states and not _OPEN.intersection(states):
            break
    await limiter.close()
    await database.close()


def _permits(limiter: Limiter, clock: Clock) -> NoticePermits:
    """The real ones, over a rate that nobody reaches: in a Redis where there is one."""
    declaration = replace(find_channel("telegram").declaration, rates=_RATES)
    access = Access(account_id="account", handle="@sc", base_url="https://telegram.invalid")

    async def opened(account_id: str) -> Access:
        return access

    return NoticePermits(
        limiter, clock, rules=lambda _: (declaration, Reach(rates=_RATES)), access=opened
    )


async def _prepare(home: Path) -> None:
    settings, clock, ids = settled_on(home), SystemClock(), IdSource()
    database = await open_database(settings)
    body, account = await town(database, clock, ids)
    await matching_of(database, clock, ids).follow()
    await enter_readers(database, ids, clock.now(), account=account, body=body, count=PEOPLE)
    await publish(database, clock, ids, body, "关于公积金提取的通知")
    await database.close()


def lines(home: Path) -> list[dict[str, str]]:
    """What the platform was told, in order."""
    board = home / _BOARD
    return [json.loads(line) for line in board.read_text().splitlines()] if board.exists() else []


def _lives(home: Path, *, keyed: bool) -> int:
    """Begin a life; its pid."""
    (home / _LIVING).unlink(missing_ok=True)
    return fork(home, lambda: asyncio.run(_live(home, keyed=keyed)))


def _killed(life: int, home: Path, random: Random, told: int) -> bool:
    """Kill it when the platform was told so much, or at a moment of matching; whether it lived."""
    until = time.monotonic() + _PATIENCE_S
    while not (home / _LIVING).exists() or len(lines(home)) < told:
        if _over(life) or time.monotonic() > until:
            break
        time.sleep(0.001)
    time.sleep(random.uniform(0.0, 0.02))
    os.kill(life, signal.SIGKILL)
    return wait_for(life, home) == -signal.SIGKILL


def _over(life: int) -> bool:
    """Whether it has ended; it is still there to be waited for."""
    return os.waitid(os.P_PID, life, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def try_killing(seed: int, mode: Mode = Mode.SQLITE, *, keyed: bool) -> dict[str, Any]:
    """Kill six lives, the first while it matches, and let the seventh end."""
    random = Random(seed)
    with (
        tempfile.TemporaryDirectory(prefix="gongkai-notices-") as folder,
        ground_of(mode) as ground,
    ):
        home = Path(folder) / "home"
        ground.make(home)
        asyncio.run(_prepare(home))
        kills = 0
        for number in range(KILLS):
            target = number * (PEOPLE // (KILLS + 1)) + (random.randrange(10) if number else 0)
            kills += _killed(_lives(home, keyed=keyed), home, random, target)
        wait_for(_lives(home, keyed=keyed), home)
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
    database = database_of(settled_on(home))
    found = await database.read(store.tally)
    await database.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plain", action="store_true")
    add_mode(parser)
    chosen = parser.parse_args()
    print(json.dumps(try_killing(chosen.seed, chosen.mode, keyed=not chosen.plain)))


if __name__ == "__main__":
    main()
