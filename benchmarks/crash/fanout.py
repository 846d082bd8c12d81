"""Three hundred deliveries, killed at a random moment:
`python -m benchmarks.crash.fanout [--seed 7]`.

The moment is drawn from the seed: after so many attempts have begun, plus a few milliseconds.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections import Counter
from functools import partial
from random import Random
from typing import Any

from benchmarks.crash.life import RESULT, live, plan_everything
from benchmarks.crash.moments import BEGUN, OPEN, count, pause, tried, wait_until
from benchmarks.crash.runner import Scene, fork, wait_for
from benchmarks.crash.triggers import Kill

ITEMS, ACCOUNTS, CHANNELS = 10, 15, ("weibo", "website")  # accounts of each of the channels


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
        wait_until(home, target)
        pause(spread)
        os.kill(life, signal.SIGKILL)
    killed = wait_for(life, home) == -signal.SIGKILL
    begun, in_flight = count(home, BEGUN), count(home, OPEN)
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
        "doubled": sum(often > 1 for often in posts.values()),
    }


def main() -> int:
    row = tried(__doc__, try_fanout, dict.fromkeys(CHANNELS, ACCOUNTS), ITEMS)
    return 0 if row["shown"] == row["deliveries"] and not row["doubled"] else 1


if __name__ == "__main__":
    sys.exit(main())
