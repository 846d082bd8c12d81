"""What the trials that kill one life in the middle share: the moment, and their command line."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.crash.modes import add_mode, query
from benchmarks.crash.runner import Stuck, open_scene
from benchmarks.crash.triggers import Kill

__all__ = ["BEGUN", "OPEN", "count", "pause", "tried", "wait_until"]

BEGUN = "SELECT count(*) FROM attempts"
OPEN = "SELECT count(*) FROM attempts WHERE outcome = ''"
_PATIENCE_S = 240.0


def wait_until(home: Path, attempts: int) -> None:
    end = time.monotonic() + _PATIENCE_S
    while not (home / "running").exists() or count(home, BEGUN) < attempts:
        if time.monotonic() > end:
            raise Stuck(f"{attempts} attempts are never reached")
        pause(0.005)


def pause(seconds: float) -> None:
    """Wait, or return earlier when a life ends."""
    signal.sigtimedwait({signal.SIGCHLD}, seconds)


def count(home: Path, statement: str) -> int:
    return int(query(home, statement)[0][0])


def _add_side(parser: argparse.ArgumentParser) -> None:
    """`--side`: die at an exact point, instead of at a moment that the seed draws."""
    told = "of the first commit that records endings, to die there"
    parser.add_argument("--side", choices=("before", "after"), help=told)


def _first_ending(side: str | None) -> Kill | None:
    """An account has one attempt at a time: then none has had a second one."""
    return Kill("commit", 1, side, recording="publishing.attempt.ended") if side else None


def tried(
    about: str | None, trial: Callable[..., dict[str, Any]], accounts: Mapping[str, int], items: int
) -> dict[str, Any]:
    """What one `trial` gave that the command line asked for; printed as JSON."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--items", type=int, default=items)
    _add_side(parser)
    add_mode(parser)
    chosen = parser.parse_args()
    with open_scene(accounts, items=chosen.items, mode=chosen.mode) as scene:
        row = trial(scene, chosen.seed, chosen.items, _first_ending(chosen.side))
    sys.stdout.write(json.dumps(row) + "\n")
    return row
