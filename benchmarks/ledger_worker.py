"""The ledger as a process that can be killed: `fill HOME COUNT STUB` plans the posts, `work HOME
COUNT STUB` makes them, and asks the stub about those that an earlier life left unsettled."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import uvloop

from app.tuning import settle_garbage
from benchmarks.scene import STUB, StubOutlet, build_scene, open_scene
from hub.publishing.models import Reconciling, Repeat
from hub.publishing.ports import Finding, Job, Verdict
from publishers.wire import open_session

_CONNECTIONS = 256


class AskableOutlet(StubOutlet):
    """The stub as a platform that posts again when asked again, and shows what it has."""

    declaration = replace(STUB, repeat=Repeat.POSTS_AGAIN, reconciling=(Reconciling.READ_BACK,))

    async def reconcile(self, job: Job) -> Finding:
        url = f"{job.access.base_url}/has/{job.access.handle}"
        answer = await self._wire.call("GET", url, what="stub has", effect=False)
        if answer.json()["has"]:
            return Finding(verdict=Verdict.FOUND, remote_id=job.key)
        return Finding(verdict=Verdict.ABSENT)


async def fill(home: Path, count: int, base_url: str) -> None:
    scene = await build_scene(home, base_url, count)
    await scene.plan()
    await scene.database.close()


async def work(home: Path, count: int) -> None:
    """Prints posts a second and CPU microseconds a post once `count` were taken in this life."""
    scene = await open_scene(home)
    settle_garbage()
    async with open_session(2 * _CONNECTIONS) as session:
        engine = scene.engine(session, _CONNECTIONS, outlet=AskableOutlet)
        begun, cpu = time.perf_counter(), time.process_time()
        print("working", flush=True)
        await engine.start()
        await scene.meter.reached(count)
        elapsed, spent = time.perf_counter() - begun, time.process_time() - cpu
        print(json.dumps({"per_s": count / elapsed, "cpu_us": spent / count * 1e6}), flush=True)
        await engine.stop()
    await scene.database.close()


if __name__ == "__main__":
    verb, where, number, *rest = sys.argv[1:]
    job = (
        fill(Path(where), int(number), rest[0])
        if verb == "fill"
        else work(Path(where), int(number))
    )
    uvloop.run(job)
