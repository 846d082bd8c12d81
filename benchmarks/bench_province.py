"""Province: a day's wave to every account, killed twenty times, against what was foretold.

13,300 Weibo and 2,300 WeChat accounts on simulated platforms in a process of their own, which
enforce their real limits; only the time of those limits runs `--pace` times faster, on both sides:
the hub's rates have windows that much shorter, the platforms' hours and days pass that much
quicker, and how long a post may stay unseen in review shrinks with them. Calls, leases and the
hub's own pauses are as long as ever. What makes the wave long is Weibo's 15,000 calls an hour from
one address, of which posts may use half and routine ones nine tenths of that.

First a rehearsal over a few accounts, so that durations of calls are measured; then
`gongkai plan simulate`'s model foretells the finish; then the hub runs as a process that is killed
with SIGKILL at random moments and started again at once, by a supervisor that has the code loaded
already. The prediction adds nothing for that.

    python -m benchmarks.bench_province [--quick] [--seed 1]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import multiprocessing
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random
from typing import Any

import structlog
import uvloop

from app.compose import Hub, open_engine, open_hub
from app.lock import only_one
from app.settings import Settings
from benchmarks.pace import REVIEW_MINUTES, scale
from hub.catalogue.models import Attribute, ItemDraft
from hub.organisations.models import BodyKind, NewAccount, NewBody, NewPerson, Role, Selection
from hub.publishing.forecast.models import Machine
from hub.publishing.service import When
from hub.review.models import ReviewStep
from publishers.registry import channels
from simulators.determining import ORDINARY

_BODY, _REHEARSAL = "510000", "rehearsal"
_STEPS = (
    (ReviewStep.DRAFT_CHECK, "clerk", Role.CLERK),
    (ReviewStep.SECTION_REVIEW, "head", Role.SECTION_HEAD),
    (ReviewStep.SIGN_OFF, "leader", Role.LEADER),
)
_TEXT = "为进一步做好政务公开工作，现将有关事项通知如下，请认真贯彻执行。" * 4
_SETTLED = "('accepted', 'verified')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How much of a province: accounts, items for each, kills, and how fast limits' time runs.

    `calls_per_hour` is what the platform lets one address call; a province of a tenth has a tenth.
    No kill comes after the share `latest` of the wave: what it left unknown has yet to outwait a
    review.
    """

    weibo: int
    wechat: int
    items: int
    kills: int
    latest: float
    pace: float
    calls_per_hour: int
    rehearsed: int
    connections: int

    @property
    def accounts(self) -> int:
        return self.weibo + self.wechat


_FULL = Shape(
    weibo=13_300,
    wechat=2_300,
    items=2,
    kills=20,
    latest=0.95,
    pace=60.0,
    calls_per_hour=15_000,
    rehearsed=600,
    connections=256,
)
# A little more than one hour's posts: what is left goes out when the first posts' hour is over, so
# a restart, which no pace makes shorter, delays the finish only if it comes in the first moments.
_QUICK = Shape(
    weibo=375,
    wechat=65,
    items=2,
    kills=3,
    latest=0.7,
    pace=150.0,
    calls_per_hour=1_500,
    rehearsed=60,
    connections=26,
)
Work = Callable[[Hub], Any]


def _settings(home: Path, shape: Shape) -> Settings:
    site = "https://www.example.gov.cn"
    return Settings(home=home, site_url=site, connections=shape.connections)


@contextmanager
def town(shape: Shape) -> Iterator[str]:
    """The URL of the simulated platforms."""
    only = ["--channel", "weibo", "--channel", "wechat"]
    process = subprocess.Popen(
        [sys.executable, "-m", "simulators", "--port", "0", *only], stdout=subprocess.PIPE
    )
    try:
        if process.stdout is None:
            raise RuntimeError("the simulators have no standard output")
        url = json.loads(process.stdout.readline())["url"]
        pace = {"limits_pace": shape.pace}
        ask(f"{url}/_control/wechat/settings", pace)
        limits = {"calls_per_hour_and_ip": shape.calls_per_hour}
        ask(f"{url}/_control/weibo/settings", pace | limits)
        yield url
    finally:
        process.terminate()
        process.wait()


def ask(url: str, body: Mapping[str, Any] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=300) as answer:
        return json.load(answer)


def start(home: Path, shape: Shape, work: Work | None) -> BaseProcess:
    """A process of its own that does `work` and ends, or is the hub and runs until it is killed."""
    process = multiprocessing.get_context("fork").Process(target=_life, args=(home, shape, work))
    process.start()
    return process


def finish(process: BaseProcess) -> None:
    process.join()
    if process.exitcode:
        raise RuntimeError(f"a process ended with {process.exitcode}")


def _life(home: Path, shape: Shape, work: Work | None) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    scale(shape.pace, shape.calls_per_hour)
    with only_one(home):
        uvloop.run(_live(home, shape, work))


async def _live(home: Path, shape: Shape, work: Work | None) -> None:
    async with open_hub(_settings(home, shape)) as hub:
        if work is not None:
            await work(hub)
            return
        async with open_engine(hub):
            await asyncio.Event().wait()


def build(url: str, shape: Shape) -> Work:
    """Enter the body, people, accounts and approved items, through the services people use."""

    async def work(hub: Hub) -> None:
        body = NewBody(code=_BODY, name="四川省人民政府", kind=BodyKind.PROVINCE)
        await hub.organisations.import_bodies([body], actor="bench")
        people = [NewPerson(login=who, name=who, roles=((_BODY, role),)) for _, who, role in _STEPS]
        await hub.organisations.import_people(people, actor="bench")
        rows = [*_open(url, "weibo", shape), *_open(url, "wechat", shape)]
        await hub.organisations.import_accounts(rows, actor="bench")
        owner = await hub.organisations.body(_BODY)
        for number in range(shape.items + 1):
            draft = ItemDraft(
                body_id=owner.id,
                title=f"关于做好政务公开工作的第{number}号通知",
                body=f"第{number}号：{_TEXT}",
                attribute=Attribute.PROACTIVE,
            )
            item = await hub.catalogue.add(draft, actor="clerk")
            selection = Selection() if number else Selection(tag=_REHEARSAL)
            await hub.determinations.determine(item.id, ORDINARY, actor="clerk")
            approval = await hub.publishing.submit(item.id, selection, "clerk")
            for step, who, _ in _STEPS:
                await hub.review.sign(approval.id, step, who, approval.hash)
        await _plan(hub, Selection(tag=_REHEARSAL), 0, 1)

    return work


def _open(url: str, channel: str, shape: Shape) -> Iterator[NewAccount]:
    """Accounts on the simulated platform, the first of them tagged for the rehearsal."""
    count = getattr(shape, channel)
    handles = [f"{channel}-{number:05}" for number in range(count)]
    scaled = {"review_minutes": str(REVIEW_MINUTES / shape.pace)} if channel == "weibo" else {}
    tried = shape.rehearsed * count // shape.accounts
    for place, row in enumerate(ask(f"{url}/_control/{channel}/accounts", {"handles": handles})):
        yield NewAccount(
            channel=channel,
            name=row["handle"],
            handle=row["handle"],
            body_code=_BODY,
            base_url=row["base_url"],
            tags=(_REHEARSAL,) if place < tried else (),
            settings=row["settings"] | scaled,
            credentials=row["credentials"],
        )


async def _plan(hub: Hub, selection: Selection, first: int, last: int) -> None:
    listed = sorted(await hub.catalogue.list(), key=lambda item: item.id)
    for item in listed[first:last]:
        await hub.publishing.plan(item.id, selection, When(zone="UTC"), "bench")


def foretell(home: Path, shape: Shape) -> Work:
    """Plan every item for every account and write down when that would be finished."""

    async def work(hub: Hub) -> None:
        await _plan(hub, Selection(), 1, shape.items + 1)
        machine = Machine(connections=shape.connections, per_second=throughput(home))
        begun = time.perf_counter()
        until = hub.clock.now() + timedelta(days=1)
        forecast = await hub.simulation.play(until, machine=machine)
        took = time.perf_counter() - begun
        told = {
            "at": forecast.at.timestamp(),
            "finish": max(wave.last for wave in forecast.waves if wave.last is not None),
            "simulating_s": round(took, 2),
            "per_second": round(machine.per_second),
            "call_s": {name: round(s, 3) for name, s in forecast.call_seconds.items()},
            "waves": [(w.name, w.deliveries, w.sent, dict(w.waiting)) for w in forecast.waves],
        }
        (home / "forecast.json").write_text(json.dumps(told), "utf-8")

    return work


def throughput(home: Path) -> float:
    """Posts a second of the rehearsal, from its first attempt to its last ending."""
    query = "SELECT count(*), max(finished_at) - min(started_at) FROM attempts"
    with _ledger(home) as connection:
        count, microseconds = connection.execute(query).fetchone()
    return float(count) * 1e6 / float(microseconds)


@contextmanager
def _ledger(home: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(home / "gongkai.db", timeout=30)) as connection:
        yield connection


def left(home: Path, states: str = f"NOT IN {_SETTLED}") -> int:
    with _ledger(home) as connection:
        query = f"SELECT count(*) FROM deliveries WHERE state {states}"
        return int(connection.execute(query).fetchone()[0])


def wait_until_sent(home: Path, patience_s: float) -> None:
    end = time.monotonic() + patience_s
    while left(home) and time.monotonic() < end:
        time.sleep(0.25)


def run(home: Path, shape: Shape, foretold: Mapping[str, Any], random: Random) -> int:
    """Let the hub run to the end of the wave, killed at random moments; how often it was."""
    at, length = foretold["at"], foretold["finish"] - foretold["at"]
    moments = sorted(at + random.uniform(0.02, shape.latest) * length for _ in range(shape.kills))
    hub, killed = start(home, shape, None), 0
    try:
        for moment in moments:
            time.sleep(max(0.0, moment - time.time()))
            if not left(home):
                break
            hub.kill()
            hub.join()
            killed += 1
            hub = start(home, shape, None)
        wait_until_sent(home, 2 * length + 60)
    finally:
        hub.kill()
        hub.join()
    return killed


def count(url: str, shape: Shape, since: float) -> dict[str, Any]:
    """What the public sees of the wave: posts lost and doubled, and when the last one came."""
    posts: Counter[tuple[str, str]] = Counter()
    last = since
    for channel in ("weibo", "wechat"):
        for post in ask(f"{url}/_control/shown?channel={channel}")[channel]:
            at = datetime.fromisoformat(post["at"]).timestamp()
            if post["state"] == "public" and at >= since:
                posts[post["account"], post["title"] or post["text"]] += 1
                last = max(last, at)
    return {
        "lost": shape.accounts * shape.items - len(posts),
        "duplicated": sum(times - 1 for times in posts.values()),
        "observed_s": round(last - since, 1),
    }


def measure(home: Path, shape: Shape, seed: int) -> dict[str, Any]:
    channels()  # loaded here, so that a process started again need not do it
    with town(shape) as url:
        finish(start(home, shape, build(url, shape)))
        rehearsal = start(home, shape, None)
        wait_until_sent(home, 120)
        rehearsal.kill()
        rehearsal.join()
        finish(start(home, shape, foretell(home, shape)))
        foretold = json.loads((home / "forecast.json").read_text("utf-8"))
        print(json.dumps(foretold, ensure_ascii=False), flush=True)
        kills = run(home, shape, foretold, Random(seed))
        seen = count(url, shape, foretold["at"])
    predicted = foretold["finish"] - foretold["at"]
    return {
        "accounts": shape.accounts,
        "deliveries": shape.accounts * shape.items,
        "pace": shape.pace,
        "kills": kills,
        "unknown_left": left(home, "= 'unknown'"),
        "simulating_s": foretold["simulating_s"],
        "predicted_s": round(predicted, 1),
        **seen,
        "prediction_error": round(abs(seen["observed_s"] - predicted) / predicted, 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a fortieth, done within 50 s")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    shape = _QUICK if options.quick else _FULL
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder), shape, options.seed)))


if __name__ == "__main__":
    main()
