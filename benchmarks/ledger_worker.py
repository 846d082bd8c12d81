"""The ledger as processes that can be killed, alone on SQLite or several on PostgreSQL and Redis.

`fill HOME COUNT STUB` plans the posts, `work HOME NUMBER STUB [REDIS [LEASE_S]]` makes them, and
asks the stub about those that an earlier life left unsettled. HOME is a folder or the address of a
PostgreSQL database. Of several workers each has the jobs of its role, and a rate that it asks Redis
about before every post; `clock HOME NUMBER STUB` does what is done once in such an installation.

Says `ready`, waits for a line, and tells how far it is as `benchmarks.queues.shared` does.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import uvloop

from app.nodes.jobs import JOBS, Role
from app.pacing import name_of_process
from app.tuning import settle_garbage
from benchmarks.scene import STUB, Scene, StubOutlet, build_scene, open_scene
from hub.organisations.models import Account
from hub.publishing.models import Rate, Reconciling, Repeat
from hub.publishing.ports import Access, Finding, Job, Verdict
from publishers.wire import Wire, open_session
from scheduler.clock import Job as Recurring
from scheduler.clock import Jobs
from scheduler.engine import Engine, EngineSettings
from scheduler.housekeeping import Housekeeping
from scheduler.settings import DispatchSettings

_CONNECTIONS = 256
_TELL_S = 0.05
_LEASE_S = 30  # the shortest that may be set
_SWEEP = timedelta(seconds=1)
_OUTAGE = timedelta(days=1)
# more than any run can use up, but asked about as a platform's own would be
_RATE = Rate(count=10_000_000, per=timedelta(hours=1), scope="app")


class AskableOutlet(StubOutlet):
    """The stub as a platform that posts again when asked again, and shows what it has."""

    declaration = replace(STUB, repeat=Repeat.POSTS_AGAIN, reconciling=(Reconciling.READ_BACK,))

    async def reconcile(self, job: Job) -> Finding:
        url = f"{job.access.base_url}/has/{job.access.handle}"
        answer = await self._wire.call("GET", url, what="stub has", effect=False)
        if answer.json()["has"]:
            return Finding(verdict=Verdict.FOUND, remote_id=job.key)
        return Finding(verdict=Verdict.ABSENT)


class RatedOutlet(AskableOutlet):
    """The same with a rate that all workers share."""

    declaration = replace(AskableOutlet.declaration, rates=(_RATE,))


async def fill(home: Path | str, count: int, base_url: str) -> None:
    scene = await build_scene(home, base_url, count)
    await scene.plan()
    await scene.database.close()


async def work(home: Path | str, redis: str, lease_s: float) -> None:
    """One worker, until it is killed."""
    scene = await open_scene(home)
    async with open_session(2 * _CONNECTIONS) as session:
        if redis:
            settings = _one_of_several(redis, timedelta(seconds=lease_s))
            engine = scene.engine(session, _CONNECTIONS, RatedOutlet, settings, _of_worker)
        else:
            engine = scene.engine(session, _CONNECTIONS, AskableOutlet)
        settle_garbage()
        begun = _ready()
        await _tell(scene, engine, begun)


def _one_of_several(redis: str, lease: timedelta) -> EngineSettings:
    return EngineSettings(
        owner=name_of_process(),
        alone=False,
        dispatch=DispatchSettings(connections=_CONNECTIONS, lease=lease),
        outage_after=_OUTAGE,
        limits_storage=f"async+{redis}",
    )


def _of_worker(name: str, job: Recurring) -> Recurring | None:
    return job if Role.WORKER in JOBS[name].roles else None


async def _tell(scene: Scene, engine: Engine, begun: float) -> None:
    await engine.start()
    told = 0
    while True:
        await asyncio.sleep(_TELL_S)
        if scene.meter.ended > told:
            told = scene.meter.ended
            _say(told, scene.meter.ended_at, time.process_time() - begun)


async def clock(home: Path | str) -> None:
    """What is done once: leases that ran out are taken back, rings begin, figures are made."""
    scene = await open_scene(home)
    async with open_session(8) as session:
        housekeeping = Housekeeping(
            database=scene.database,
            clock=scene.clock,
            outlets={STUB.name: AskableOutlet(Wire(session))},
            access=_no_access,
            meter=scene.meter,
            outage_after=_OUTAGE,
            sweep_every=_SWEEP,
            on_ready=lambda: None,
        )
        jobs = Jobs(scene.clock)
        housekeeping.schedule(jobs)
        settle_garbage()
        begun = _ready()
        jobs.start()
        while True:
            await asyncio.sleep(_TELL_S)
            _say(0, 0.0, time.process_time() - begun)


def _no_access(account: Account) -> Access:
    raise RuntimeError("the stub needs no authorisation")


def _ready() -> float:
    """Say that everything is loaded, and return when the others are as well: the CPU so far."""
    print("ready", flush=True)
    sys.stdin.readline()
    return time.process_time()


def _say(done: int, at: float, cpu_s: float) -> None:
    print(json.dumps({"done": done, "at": at, "cpu_s": cpu_s}), flush=True)


def main(verb: str, where: str, number: int, base_url: str, redis: str, lease_s: float) -> None:
    home = where if where.startswith("postgresql:") else Path(where)
    if verb == "fill":
        uvloop.run(fill(home, number, base_url))
    elif verb == "work":
        uvloop.run(work(home, redis, lease_s))
    else:
        uvloop.run(clock(home))


if __name__ == "__main__":
    _verb, _where, _number, _url, *_rest = sys.argv[1:]
    _redis, _lease_s = [*_rest, "", ""][:2]
    main(_verb, _where, int(_number), _url, _redis, float(_lease_s or _LEASE_S))
