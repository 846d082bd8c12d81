"""saq on Redis: `fill URL COUNT` queues the posts, `work URL NUMBER STUB STATUSES` makes them.

Three tries and a time-out of five seconds, so that what a dead worker had taken comes back; saq's
defaults are one try and ten seconds.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import uvloop
from saq import Queue, Worker

from benchmarks.queues.shared import Poster, Statuses, measure


async def main(verb: str, url: str, count: int, *rest: str) -> None:
    queue = Queue.from_url(url, name="bench-saq")
    await queue.connect()
    if verb == "fill":
        for start in range(0, count, 200):
            numbers = range(start, min(start + 200, count))
            await asyncio.gather(
                *(queue.enqueue("post", n=n, retries=3, timeout=5) for n in numbers)
            )
        await queue.disconnect()
        return
    poster = Poster(rest[0], Statuses(rest[1]))

    async def post(ctx: dict[str, Any], *, n: int) -> None:
        await poster.post(n)

    worker = Worker(
        queue, [("post", post)], concurrency=256, timers={"sweep": 1}, dequeue_timeout=1
    )
    await measure(lambda: asyncio.create_task(worker.start()), poster)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), *sys.argv[4:]))
