"""Three hundred deliveries, killed at a random moment:
`python -m benchmarks.crash.fanout [--seed 7]`.

The moment is drawn from the seed: after so many attempts have begun, plus a few milliseconds.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.crash.life import RESULT, live, plan_everything
from benchmarks.crash.modes import add_mode, query
from benchmarks.crash.runner import Scene, Stuck, fork, open_scene, wait_for
from benchmarks.crash.triggers import Kill

ITEMS, ACCOUNTS, CHANNELS = 10, 15, ("weibo", "website")  # accounts of each of the channels
_PATIENCE_S = 240.0
_BEGUN = "SELECT count(*) FROM attempts"
_OPEN = "SELECT count(*) FROM attempts WHERE outcome = ''"


def deliveries_of(items: int) -> int:
    return items * ACCOUNTS * len(CHANNELS)


def try_fanout(
    scene: Scene, seed: int, items: int = ITEMS, kill: Kill | None = None
) -> dict[str, Any]:
    """One installation, killed once in the middle; what the platforms and the ledger say. With
    `kill` it dies there by itself, whatever the machine does."""
    random = Random(seed)
    home = scene.folder / f"fanout-{seed}"
    scene.copy(home)
    planned = deliveries_of(items)
    target, spread = random.randint(planned // 15, planned * 2 // 3), random.uniform(0.0, 0.03)
    life = fork(home, partial(live, home, plan_everything, kill))
    if kill is None:
        _wait_until(home, target)
        _pause(spread)
        os.kill(life, signal.SIGKILL)
    killed = wait_for(life, home) == -signal.SIGKILL
    begun, in_flight = _count(home, _BEGUN), _count(home, _OPEN)
    wait_for(fork(home, partial(live, home, None, None)), home)
    found = json.loads((home / RESULT).read_text("utf-8"))["deliveries"]
    posts = Counter(
        (account, post["link"])
        for account, shown in scene.posts(CHANNELS).items()
        for post in shown
    )
    return {
        "seed": seed,
        "killed": killed,
        "begun": begun,
        "in_flight": in_flight,
        "deliveries": len(found),
        "states": dict(Counter(row["state"] for row in found)),
        "shown": len(posts),
        "doubled": sum(count > 1 for count in posts.values()),
    }


def _wait_until(home: Path, attempts: int) -> None:
    end = time.monotonic() + _PATIENCE_S
    while not (home / "running").exists() or _count(home, _BEGUN) < attempts:
        if time.monotonic() > end:
            raise Stuck(f"{attempts} attempts are never reached")
        _pause(0.005)


def _pause(seconds: float) -> None:
    """Wait, or return earlier when a life ends."""
    signal.sigtimedwait({signal.SIGCHLD}, seconds)


def _count(home: Path, statement: str) -> int:
    return int(query(home, statement)[0][0])


def add_side(parser: argparse.ArgumentParser) -> None:
    """`--side`: die at an exact point, instead of at a moment that the seed draws."""
    told = "of the first commit that records endings, to die there"
    parser.add_argument("--side", choices=("before", "after"), help=told)


def first_ending(side: str | None) -> Kill | None:
    """An account has one attempt at a time: then none has had a second one."""
    return Kill("commit", 1, side, recording="publishing.attempt.ended") if side else None


def tried(
    about: str | None, trial: Callable[..., dict[str, Any]], accounts: Mapping[str, int], items: int
) -> dict[str, Any]:
    """What one `trial` gave that the command line asked for; printed as JSON."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--items", type=int, default=items)
    add_side(parser)
    add_mode(parser)
    chosen = parser.parse_args()
    with open_scene(accounts, items=chosen.items, mode=chosen.mode) as scene:
        row = trial(scene, chosen.seed, chosen.items, first_ending(chosen.side))
    sys.stdout.write(json.dumps(row) + "\n")
    return row


def main() -> int:
    row = tried(__doc__, try_fanout, dict.fromkeys(CHANNELS, ACCOUNTS), ITEMS)
    return 0 if row["shown"] == row["deliveries"] and not row["doubled"] else 1


if __name__ == "__main__":
    sys.exit(main())
