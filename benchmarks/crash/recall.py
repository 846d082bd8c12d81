"""A recall over many accounts, killed at a random moment: `python -m benchmarks.crash.recall`.

Everything is public before; nothing may be public after the hub has been started again.
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

from app.compose import Hub
from benchmarks.crash.life import RESULT, live, plan_everything
from benchmarks.crash.moments import BEGUN, OPEN, count, pause, tried, wait_until
from benchmarks.crash.runner import Scene, fork, wait_for
from benchmarks.crash.triggers import Kill
from hub.catalogue.models import Filter

ITEMS, ACCOUNTS = 4, 10  # of each of the channels
CHANNELS = ("weibo", "website", "telegram")


async def recall_everything(hub: Hub) -> None:
    for item in await hub.catalogue.list(Filter(limit=100)):
        await hub.recalling.recall(item.id, "leader", "数据有误")


def posts_of(items: int) -> int:
    return items * ACCOUNTS * len(CHANNELS)


def try_recall(
    scene: Scene, seed: int, items: int = ITEMS, kill: Kill | None = None
) -> dict[str, Any]:
    """One installation whose recall is killed once in the middle; what is public after that."""
    random, planned = Random(seed), posts_of(items)
    home = scene.folder / f"recall-{seed}"
    scene.copy(home)
    wait_for(fork(home, partial(live, home, plan_everything, None)), home)
    public = _public(scene)
    published = count(home, BEGUN)
    (home / "running").unlink()
    target = published + random.randint(planned // 2, planned * 7 // 8)
    life = fork(home, partial(live, home, recall_everything, kill))
    if kill is None:
        wait_until(home, target)
        pause(random.uniform(0.0, 0.03))
        os.kill(life, signal.SIGKILL)
    killed = wait_for(life, home) == -signal.SIGKILL
    left, in_flight = _public(scene), count(home, OPEN)
    wait_for(fork(home, partial(live, home, None, None)), home)
    found = json.loads((home / RESULT).read_text("utf-8"))["deliveries"]
    return {
        "seed": seed,
        "public": public,
        "killed": killed,
        "left": left,
        "in_flight": in_flight,
        "shown": _public(scene),
        "states": dict(Counter(f"{row['purpose']} {row['state']}" for row in found)),
    }


def _public(scene: Scene) -> int:
    return sum(len(shown) for shown in scene.posts(CHANNELS).values())


def main() -> int:
    row = tried(__doc__, try_recall, dict.fromkeys(CHANNELS, ACCOUNTS), ITEMS)
    return 1 if row["shown"] else 0


if __name__ == "__main__":
    sys.exit(main())
