"""The peer of the punctuality benchmark: APScheduler 3.11 with one job per post in its own
SQLAlchemyJobStore on SQLite, as its documentation shows it.

`misfire_grace_time` is None: with the default of one second it drops what it is late for.
"""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from apscheduler.job import Job
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from sqlalchemy import Engine, create_engine, event, insert

__all__ = ["open_scheduler", "store_jobs"]

_TEXT = "为进一步做好政务公开工作，现将有关事项通知如下。" * 8
_SPAN = timedelta(days=300)
_BATCH = 10_000

_session: aiohttp.ClientSession | None = None


async def post(base_url: str, account: str) -> None:
    """The job: the post that the hub's outlet makes as well."""
    assert _session is not None
    body = {"account": account, "text": _TEXT, "key": f"{account:>032}"}
    async with _session.post(f"{base_url}/post", json=body) as response:
        await response.json(content_type=None)


def job_store(file: Path, *, wal: bool) -> SQLAlchemyJobStore:
    """Its job store on a file, in SQLite's default journal mode or in WAL mode."""
    engine = create_engine(f"sqlite:///{file}")
    if wal:
        _use_wal(engine)
    return SQLAlchemyJobStore(engine=engine)


def _use_wal(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def configure(raw: Any, record: object) -> None:
        raw.execute("PRAGMA journal_mode=WAL")


def store_jobs(
    store: SQLAlchemyJobStore, base_url: str, stored: int, due: Sequence[tuple[str, datetime]]
) -> None:
    """Write the rows that its `add_job` would write, many to a transaction: `stored` jobs in the
    year to come and one for each (account, moment) of `due`."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    store.jobs_t.create(store.engine, checkfirst=True)
    start = datetime.now(UTC) + timedelta(days=1)
    step = _SPAN / max(1, stored)
    later = [(f"later-{n}", start + step * n) for n in range(stored)]
    jobs = [*due, *later]
    for first in range(0, len(jobs), _BATCH):
        rows = [_row(scheduler, base_url, *one) for one in jobs[first : first + _BATCH]]
        with store.engine.begin() as connection:
            connection.execute(insert(store.jobs_t), rows)


def _row(
    scheduler: AsyncIOScheduler, base_url: str, account: str, at: datetime
) -> dict[str, object]:
    job = Job(
        scheduler,
        id=account,
        func=post,
        args=(base_url, account),
        kwargs={},
        name=account,
        trigger=DateTrigger(run_date=at),
        executor="default",
        misfire_grace_time=None,
        coalesce=True,
        max_instances=1,
        next_run_time=at,
    )
    state = pickle.dumps(job.__getstate__(), pickle.HIGHEST_PROTOCOL)
    return {"id": account, "next_run_time": at.timestamp(), "job_state": state}


async def open_scheduler(
    store: SQLAlchemyJobStore, session: aiohttp.ClientSession
) -> AsyncIOScheduler:
    """Its asyncio scheduler, running on `store`; the jobs post through `session`."""
    global _session
    _session = session
    scheduler = AsyncIOScheduler(timezone="UTC", jobstores={"default": store})
    scheduler.start()
    await asyncio.sleep(0)
    return scheduler
