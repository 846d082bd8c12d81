"""Pages of what analysts look through, over a million signals of a year (`--quick`: 100,000).

Every filter, narrow and wide, is asked by somebody who sees all bodies, one and seventy of 1,500;
`stream_p95_ms` is the 95th percentile of all pages, `stream_worst_ms` the slowest and
`stream_worst` which one that was. `map_ms` counts a month by place, `waiting_ms` what waits for an
analyst. Signals are invented and stored as they would be once judged and placed.

    python -m benchmarks.bench_stream [--quick] [--stored N]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert

from app.migrate import migrate
from hub.kernel.clock import SystemClock
from hub.kernel.database import Database, Transaction
from hub.kernel.ids import IdSource
from hub.kernel.sqlite import SqliteDatabase
from hub.opinion.issues.tables import issue_signals
from hub.opinion.judging.models import Band, Intent, Mood, Urgency
from hub.opinion.judging.tables import judgements
from hub.opinion.signals.tables import signals
from hub.opinion.stream.models import Wanted
from hub.opinion.stream.service import Stream
from hub.organisations.authority.sight import Sight

_STORED = {True: 100_000, False: 1_000_000}
_BATCH, _TURNS = 5_000, 5
_YEAR = timedelta(days=365)
BODIES = [f"{n:026}" for n in range(1_500)]
ISSUES = [f"{n:026}" for n in range(20_000)]
PLACES = ("成都市", "绵阳市", "宜宾市", "", *(f"第{n}县" for n in range(200)))
SIGHTS = {
    "whole": Sight(frozenset(), whole=True),
    "one": Sight(frozenset(BODIES[:1]), whole=False),
    "seventy": Sight(frozenset(BODIES[:70]), whole=False),
}
Rows = dict[Table, list[dict[str, Any]]]


def batches(
    stored: int, now: datetime, bodies: Sequence[str] = BODIES, issues: Sequence[str] = ISSUES
) -> Iterator[Rows]:
    """A year of signals, the oldest first, of every table a batch."""
    chance, ids = random.Random(7), IdSource()
    for start in range(0, stored, _BATCH):
        at = now - _YEAR * (1 - start / stored)
        rows: Rows = {signals: [], judgements: [], issue_signals: []}
        for number, own in enumerate(ids.many(at, min(_BATCH, stored - start))):
            rows[signals].append(_signal(own, f"{start}-{number}", at, chance, bodies))
            rows[judgements].append(_judgement(own, at, chance))
            issue = chance.choice(issues)
            member = {"signal_id": own, "issue_id": issue, "copy_of": "", "day": at.date()}
            rows[issue_signals].append(member)
        yield rows


def _signal(
    own: str, key: str, at: datetime, chance: random.Random, bodies: Sequence[str]
) -> dict[str, Any]:
    return {
        "id": own,
        "channel": "feed:rare" if chance.random() < 0.001 else chance.choice(("hotline", "weibo")),
        "external_id": key,
        "kind": "hotline",
        "title": "青江路的路灯坏了一周没人修",
        "text": "青江路的路灯坏了一周没人修，晚上老人出门不方便，请尽快处理，谢谢。",
        "author": f"{chance.getrandbits(128):032x}",
        "event_at": at - timedelta(minutes=chance.randrange(3_000)),
        "received_at": at,
        "body_id": chance.choice(bodies) if chance.random() < 0.5 else "",
        "item_id": "",
        "place": chance.choice(PLACES),
        "url": "",
        "likes": 0,
        "dislikes": 0,
        "trust": "known",
        "masked": False,
        "state": "placed",
    }


def _judgement(own: str, at: datetime, chance: random.Random) -> dict[str, Any]:
    return {
        "signal_id": own,
        "intent": "complaint",
        "topic": f"主题{chance.randrange(7)}",
        "department": f"部门{chance.randrange(15)}",
        "urgency": "acute" if chance.random() < 0.001 else "ordinary",
        "mood": chance.choice(list(Mood)),
        "place": "",
        "confidence": 0.8,
        "band": "queue" if chance.random() < 0.02 else "automatic",
        "detail": {"topic": {"guesses": [{"label": "x", "confidence": 0.8, "words": ["路灯"]}]}},
        "model": "topic-1",
        "judged_at": at,
    }


def questions(now: datetime) -> dict[str, Wanted]:
    week, year = now - timedelta(days=7), now - _YEAR
    rare, common = Urgency.ACUTE, ("成都市",)
    return {
        "newest": Wanted(),
        "acute": Wanted(urgency=rare),
        "topic and mood": Wanted(topic="主题3", mood=Mood.POSITIVE),
        "rare channel": Wanted(channel="feed:rare"),
        "acute in a place": Wanted(urgency=rare, places=common),
        "three rare ones": Wanted(urgency=rare, places=("第7县",), department="部门1"),
        "nothing is like it": Wanted(intent=Intent.PRAISE),
        "a week": Wanted(since=week, until=now),
        "a place in a week": Wanted(since=week, until=now, places=common),
        "nothing in a year": Wanted(since=year, until=now, intent=Intent.PRAISE),
        "no such place in a year": Wanted(since=year, until=now, places=("无此地",)),
        "an issue": Wanted(issue_id=f"{5:026}"),
        "queue": Wanted(bands=(Band.SUGGESTED, Band.QUEUE)),
        "department and topic": Wanted(department="部门3", topic="主题1"),
    }


async def measured(database: Database, now: datetime) -> dict[str, Any]:
    stream, taken = Stream(database, SystemClock()), list[tuple[float, str]]()
    for whose, sight in SIGHTS.items():
        for name, wanted in questions(now).items():
            for _ in range(_TURNS):
                begun = time.perf_counter()
                await stream.page(wanted, sight)
                taken.append(((time.perf_counter() - begun) * 1_000, f"{name}, {whose}"))
    taken.sort()
    begun = time.perf_counter()
    await stream.places(now - timedelta(days=30), now, SIGHTS["seventy"])
    mapped = time.perf_counter()
    await stream.waiting(SIGHTS["seventy"])
    waited = time.perf_counter()
    return {
        "stream_p95_ms": round(taken[int(len(taken) * 0.95)][0], 1),
        "stream_worst_ms": round(taken[-1][0], 1),
        "stream_worst": taken[-1][1],
        "map_ms": round((mapped - begun) * 1_000, 1),
        "waiting_ms": round((waited - mapped) * 1_000, 1),
    }


async def run(file: Path, stored: int) -> dict[str, Any]:
    database, now = SqliteDatabase(file), datetime.now(UTC)
    try:
        for rows in batches(stored, now):

            def keep(tx: Transaction, batch: Rows = rows) -> None:
                for table, found in batch.items():
                    tx.execute(insert(table), found)

            await database.write(keep, audited=False)
        return {"stored": stored} | await measured(database, now)
    finally:
        await database.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="100,000 signals")
    parser.add_argument("--stored", type=int, default=0, help="how many signals")
    options = parser.parse_args()
    stored = options.stored or _STORED[options.quick]
    with tempfile.TemporaryDirectory(prefix="gongkai-stream-") as folder:
        file = Path(folder) / "gongkai.db"
        migrate(f"sqlite:///{file}")
        print(json.dumps(asyncio.run(run(file, stored)), ensure_ascii=False))


if __name__ == "__main__":
    main()
