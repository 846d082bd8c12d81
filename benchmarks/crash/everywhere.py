"""Every channel publishes through the whole engine, on one installation of any mode:
`python -m benchmarks.crash.everywhere [--mode postgres]`.

Nobody is killed: what a kill does on each of them is in the fault matrix.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from functools import partial
from typing import Any

from benchmarks.crash.life import RESULT, live, plan_everything
from benchmarks.crash.modes import Mode, add_mode
from benchmarks.crash.runner import fork, open_scene, wait_for
from publishers.registry import channels

__all__ = ["ACCOUNTS", "publish_everywhere"]

ACCOUNTS = 2  # of each channel


def publish_everywhere(mode: Mode) -> dict[str, dict[str, Any]]:
    """By channel: the states of its deliveries, and how many posts the public sees of each of its
    accounts."""
    with open_scene(dict.fromkeys(channels(), ACCOUNTS), mode=mode) as scene:
        home = scene.folder / "everywhere"
        scene.copy(home)
        wait_for(fork(home, partial(live, home, plan_everything, None)), home)
        rows = json.loads((home / RESULT).read_text("utf-8"))["deliveries"]
        shown = {name: scene.posts((name,)) for name in channels()}
    states: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        states[row["channel"]][row["state"]] += 1
    return {
        name: {"states": states[name], "shown": [len(posts) for posts in shown[name].values()]}
        for name in channels()
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    add_mode(parser)
    found = publish_everywhere(parser.parse_args().mode)
    sys.stdout.write(json.dumps(found) + "\n")
    return 0 if all(row["shown"] == [1] * ACCOUNTS for row in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
