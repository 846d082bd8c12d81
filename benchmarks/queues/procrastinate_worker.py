"""procrastinate on PostgreSQL: `fill DSN COUNT` queues the posts, `work DSN NUMBER STUB STATUSES`
makes them. What a dead worker had taken is put back as its documents say, from the start of the
next."""

from __future__ import annotations

import asyncio
import sys

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException

from benchmarks.queues.shared import Poster, Statuses, measure

_STALLED_S = 5


async def main(verb: str, dsn: str, count: int, *rest: str) -> None:
    app = App(connector=PsycopgConnector(conninfo=dsn, min_size=4, max_size=20))
    posters: list[Poster] = []

    @app.task(name="post")
    async def post(n: int) -> None:
        await posters[0].post(n)

    async with app.open_async():
        if verb == "fill":
            await app.schema_manager.apply_schema_async()
            await app.configure_task("post").batch_defer_async(*({"n": n} for n in range(count)))
            return
        posters.append(Poster(rest[0], Statuses(rest[1])))

        def start() -> asyncio.Task[None]:
            asyncio.get_running_loop().create_task(_put_back(app))
            options = {"concurrency": 256, "wait": True, "install_signal_handlers": False}
            return asyncio.create_task(app.run_worker_async(**options))

        await measure(start, posters[0])


async def _put_back(app: App) -> None:
    while True:
        await asyncio.sleep(_STALLED_S)
        try:
            stalled = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED_S)
            for job in stalled:
                await app.job_manager.retry_job(job)
        except ConnectorException as error:
            print(error, file=sys.stderr)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), *sys.argv[4:]))
