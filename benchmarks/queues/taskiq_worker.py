"""taskiq on Redis Streams: `fill URL COUNT` queues the posts, `work URL NUMBER STUB STATUSES`
makes them.

What a dead worker had taken is taken over after five seconds; taskiq's default is ten minutes.
"""

from __future__ import annotations

import asyncio
import sys

import uvloop
from taskiq.api import run_receiver_task
from taskiq_redis import RedisStreamBroker

from benchmarks.queues.shared import Poster, Statuses, measure

_IDLE_MS = 5_000


async def main(verb: str, url: str, count: int, *rest: str) -> None:
    broker = RedisStreamBroker(
        url,
        queue_name="bench-taskiq",
        consumer_group_name="bench",
        consumer_id=str(count) if verb == "work" else "0",
        idle_timeout=_IDLE_MS,
    )
    posters: list[Poster] = []

    @broker.task(task_name="post")
    async def post(n: int) -> None:
        await posters[0].post(n)

    if verb == "fill":
        await broker.startup()
        for start in range(0, count, 200):
            await asyncio.gather(*(post.kiq(n) for n in range(start, min(start + 200, count))))
        await broker.shutdown()
        return
    posters.append(Poster(rest[0], Statuses(rest[1])))
    broker.is_worker_process = True

    def start() -> asyncio.Task[None]:
        receiver = run_receiver_task(broker, max_async_tasks=256, run_startup=True)
        return asyncio.ensure_future(receiver)

    await measure(start, posters[0])


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), *sys.argv[4:]))
