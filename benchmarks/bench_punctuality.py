"""Punctuality: how late deliveries leave a full store, beside one APScheduler job per post.

Lateness is the moment a post arrives at the stub minus the moment it was due. Three loads on a
store of 100,000 deliveries of days to come: 1,000 due within one second (a millisecond apart),
1,000 due at the very same instant, and single ones some 75 ms apart. Beside it APScheduler 3.11
with as many jobs in its SQLAlchemyJobStore makes the same posts over the same kind of session; each
side runs in a process of its own. So does a worker of Celery with 256 threads on Redis, to which
the thousand of one second come as tasks with an ETA, seconds ahead, after it has taken those of
days to come into its memory, as Celery does with every ETA. Then the memory of an idle hub, without
and with stored rows.

    python -m benchmarks.bench_punctuality [--quick] [--stored 100000] [--idle-rows 1000000]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import quantiles
from typing import Any

import aiohttp
import uvloop

from app.compose import open_engine, open_hub
from app.settings import Settings
from app.tuning import settle_garbage
from benchmarks.crew import OTHERS
from benchmarks.filling import fill
from benchmarks.peer_apscheduler import job_store, open_scheduler, store_jobs
from benchmarks.peer_celery import CELERY_LEAD, keeping
from benchmarks.scene import Scene, build_scene
from benchmarks.services import redis_url
from benchmarks.stub import stub_platform
from hub.organisations.models import Selection
from publishers.wire import open_session

_CONNECTIONS = 256
_CROWD = 1_000
_SINGLES = 100
_SINGLES_QUICK = 50
_LEAD = timedelta(seconds=2)  # from writing the deliveries to the first one's time
_PATIENCE_S = 30.0
_CELERY_QUICK = 1_000  # its worker takes every stored task out of Redis before it is asked
_IDLE_S = 3.0  # then each recurring job is run once more by hand

Due = list[tuple[str, datetime]]


# --- the loads: who is due when -------------------------------------------------------------------


def _whole_second() -> datetime:
    return (datetime.now(UTC) + _LEAD).replace(microsecond=0)


def crowd(accounts: Sequence[str]) -> Due:
    """One a millisecond for a second."""
    start = _whole_second()
    return [(name, start + timedelta(milliseconds=n)) for n, name in enumerate(accounts)]


def burst(accounts: Sequence[str]) -> Due:
    """All at one instant."""
    at = _whole_second()
    return [(name, at) for name in accounts]


def singles(accounts: Sequence[str]) -> Due:
    """One at a time, 50 to 100 ms apart."""
    at, random, due = _whole_second(), Random(20260302), []
    for name in accounts:
        due.append((name, at))
        at += timedelta(milliseconds=random.uniform(50, 100))
    return due


Load = Callable[[Sequence[str]], Due]
_LOADS: dict[str, tuple[Load, int]] = {
    "crowd": (crowd, _CROWD),
    "burst": (burst, _CROWD),
    "single": (singles, _SINGLES),
}


def _names(load: str, count: int) -> list[str]:
    """The accounts of a load: no delivery of one load waits for one of another."""
    before = 0
    for name, (_, size) in _LOADS.items():
        if name == load:
            break
        before += size
    return [f"account-{n}" for n in range(before, before + count)]


# --- lateness -------------------------------------------------------------------------------------


async def _arrivals(session: aiohttp.ClientSession, base_url: str) -> list[tuple[float, str]]:
    async with session.get(f"{base_url}/arrivals") as response:
        return [(at, account) for at, account, _ in await response.json(content_type=None)]


async def lateness(session: aiohttp.ClientSession, base_url: str, due: Due) -> dict[str, float]:
    """p50, p99 and max in ms, once every post of `due` has arrived exactly once."""
    moments = dict(due)
    seen: dict[str, float] = {}
    last = max(moments.values())
    await asyncio.sleep((last - datetime.now(UTC)).total_seconds() + 0.2)
    for _ in range(int(_PATIENCE_S / 0.1)):
        for at, account in await _arrivals(session, base_url):
            if account in seen or account not in moments:
                raise RuntimeError(f"{account} was posted twice, or not asked for")
            seen[account] = (at - moments[account].timestamp()) * 1000
        if len(seen) == len(moments):
            break
        await asyncio.sleep(0.1)
    if len(seen) != len(moments):
        raise RuntimeError(f"{len(moments) - len(seen)} posts never arrived")
    if min(seen.values()) < 0:
        raise RuntimeError("a post left before its time")
    return _summary(list(seen.values()))


def _summary(values: list[float]) -> dict[str, float]:
    cut = quantiles(values, n=100, method="inclusive")
    return {"p50": round(cut[49], 1), "p99": round(cut[98], 1), "max": round(max(values), 1)}


def _memory() -> float:
    """Memory of this process in MiB, without the pages of files, which the system takes back."""
    status = Path("/proc/self/status").read_text()
    found = re.search(r"RssAnon:\s+(\d+) kB", status)
    return round(int(found[1]) / 1024, 1) if found else 0.0


# --- ours -----------------------------------------------------------------------------------------


async def _plan(scene: Scene, due: Due) -> None:
    """A plan for the accounts of `due`, whose deliveries then each get their own moment."""
    known = await scene.organisations.accounts(Selection())
    ids = {account.handle: account.id for account in known}
    at = min(moment for _, moment in due)
    await scene.plan(due_at=at, ids=tuple(ids[name] for name, _ in due))
    rows = [((moment - at) // timedelta(microseconds=1), ids[name]) for name, moment in due]
    statement = """
        UPDATE deliveries SET due_at = due_at + ?
        WHERE account_id = ? AND edition_id NOT LIKE '0FUTURE%'
    """
    await scene.database.write(
        lambda tx: tx.connection.exec_driver_sql(statement, rows), audited=False
    )


async def _ours(home: Path, base_url: str, stored: int, loads: Mapping[str, int]) -> dict[str, Any]:
    accounts = sum(size for _, size in _LOADS.values())
    scene = await build_scene(home, base_url, accounts + 1)
    await _store(scene, stored)
    result: dict[str, Any] = {}
    async with open_session(_CONNECTIONS) as session:
        engine = scene.engine(session, _CONNECTIONS)
        settle_garbage()  # as `gongkai run` does
        await engine.start()
        for name, size in loads.items():
            load, _ = _LOADS[name]
            due = load(_names(name, size))
            await _plan(scene, due)
            result[name] = await lateness(session, base_url, due)
        await engine.stop()
    result["memory_mib"] = _memory()
    await scene.database.close()
    return result


async def _store(scene: Scene, stored: int) -> int:
    """Deliveries of days to come, after one that is planned for the last account."""
    now = datetime.now(UTC)
    known = await scene.organisations.accounts(Selection())
    last = max(known, key=lambda account: int(account.handle.rpartition("-")[2]))
    await scene.plan(due_at=now + timedelta(days=400), ids=(last.id,))
    return await fill(scene.database, stored, start=now + timedelta(days=1))


def ours(home: Path, base_url: str, stored: int, loads: Mapping[str, int]) -> dict[str, Any]:
    """`loads` are their names, and how many are due in each."""
    return uvloop.run(_ours(home, base_url, stored, loads))


# --- the peer -------------------------------------------------------------------------------------


async def _peer(file: Path, base_url: str, stored: int, load: str, wal: bool) -> dict[str, Any]:
    store = job_store(file, wal=wal)
    store_jobs(store, base_url, stored, [])
    make, size = _LOADS[load]
    async with open_session(_CONNECTIONS) as session:
        due = make(_names(load, size))
        store_jobs(store, base_url, 0, due)
        scheduler = await open_scheduler(store, session)
        result = await lateness(session, base_url, due)
        scheduler.shutdown()
    return result | {"memory_mib": _memory()}


def peer(file: Path, base_url: str, stored: int, load: str, wal: bool) -> dict[str, Any]:
    return uvloop.run(_peer(file, base_url, stored, load, wal))


def celery(base_url: str, stored: int) -> dict[str, float]:
    """The crowd, by a worker of Celery; nothing where Redis or the others' software is missing."""
    with redis_url() as redis:
        if redis is None or not OTHERS.exists():
            print("celery: left out, Redis or .venv-others is missing", flush=True)
            return {}
        with keeping(redis, stored, base_url) as keeper:
            start = (datetime.now(UTC) + CELERY_LEAD).replace(microsecond=0)
            names = _names("crowd", _CROWD)
            due = [(name, start + timedelta(milliseconds=n)) for n, name in enumerate(names)]
            keeper.enter(names, start)
            return uvloop.run(_lateness_of(base_url, due))


async def _lateness_of(base_url: str, due: Due) -> dict[str, float]:
    async with open_session(1) as session:
        return await lateness(session, base_url, due)


# --- the idle hub ---------------------------------------------------------------------------------


async def _prepare(home: Path, rows: int) -> int:
    """An installation with 1,000 accounts and `rows` stored deliveries."""
    scene = await build_scene(home, "http://127.0.0.1:9", _CROWD)
    stored = await _store(scene, rows) if rows else 0
    await scene.database.close()
    return stored


def prepare(home: Path, rows: int) -> int:
    return uvloop.run(_prepare(home, rows))


async def _idle(home: Path) -> float:
    async with open_hub(Settings(home=home)) as hub, open_engine(hub) as engine:
        await asyncio.sleep(_IDLE_S)
        for job in (engine.sweep.sweep, engine.sweep.measure, engine.clock.look_ahead):
            await job()
        return _memory()


def idle(home: Path) -> float:
    return uvloop.run(_idle(home))


# --- all of it ------------------------------------------------------------------------------------


@contextmanager
def _processes() -> Iterator[Callable[..., Future[Any]]]:
    """Runs functions, each in a process that has done nothing before; two at a time."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=spawn, max_tasks_per_child=1) as pool:
        yield pool.submit


def growth(folder: Path, rows: int) -> dict[str, Any]:
    """The memory of an idle hub with no delivery and with `rows`."""
    homes = [folder / "empty", folder / "full"]
    with _processes() as run:
        made = [run(prepare, homes[0], 0), run(prepare, homes[1], rows)]
        counts = [job.result() for job in made]
        empty, full = [job.result() for job in [run(idle, home) for home in homes]]
    grown = {"idle_rows": counts[1], "idle_empty_mib": empty, "idle_full_mib": full}
    return grown | {"idle_growth_mib": round(full - empty, 1)}


def compare(folder: Path, base_url: str, stored: int, *, quick: bool) -> dict[str, Any]:
    """Ours, then the peer, one after the other so that neither disturbs the other."""
    loads = {name: size for name, (_, size) in _LOADS.items()}
    if quick:
        loads = {"crowd": _CROWD, "single": _SINGLES_QUICK}
    peers = [("", "crowd", False)]
    if not quick:
        peers += [("wal_", "crowd", True), ("burst_", "burst", False)]
    with _processes() as run:
        mine = run(ours, folder / "ours", base_url, stored, loads).result()
        print(f"ours: {mine}", flush=True)
        result: dict[str, Any] = {"memory_mib": mine["memory_mib"]}
        for name in loads:
            result |= _told("" if name == "crowd" else f"{name}_", mine[name])
        for prefix, load, wal in peers:
            file = folder / f"peer-{prefix}.db"
            theirs = run(peer, file, base_url, stored, load, wal).result()
            print(f"apscheduler, {load}: {theirs}", flush=True)
            result |= _told(f"apscheduler_{prefix}", theirs)
            result[f"apscheduler_{prefix}memory_mib"] = theirs["memory_mib"]
    ratio = result["apscheduler_p99_ms"] / result["p99_ms"]
    result["p99_ratio_apscheduler"] = round(ratio, 1)
    stored_there = min(stored, _CELERY_QUICK) if quick else stored
    if theirs := celery(base_url, stored_there):
        print(f"celery: {theirs}", flush=True)
        result |= {"celery_stored": stored_there} | _told("celery_", theirs)
        result["ratio_celery_p99"] = round(theirs["p99"] / result["p99_ms"], 1)
    return result


def _told(prefix: str, figures: dict[str, float]) -> dict[str, float]:
    return {f"{prefix}{name}_ms": figures[name] for name in ("p50", "p99", "max")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a part of it, within 50 s")
    parser.add_argument("--stored", type=int, default=0, help="default 100,000")
    parser.add_argument("--idle-rows", type=int, default=0, help="default 1,000,000")
    options = parser.parse_args()
    rows = options.idle_rows or (15_000 if options.quick else 1_000_000)
    stored = options.stored or (25_000 if options.quick else 100_000)
    with stub_platform(0.02) as base_url, tempfile.TemporaryDirectory() as folder:
        result = compare(Path(folder), base_url, stored, quick=options.quick)
        result |= growth(Path(folder), rows)
    print(json.dumps({"stored": stored, "due": _CROWD, **result}))


if __name__ == "__main__":
    main()
