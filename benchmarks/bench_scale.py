"""More than one machine: how workers add up, and what faults of hosts do to a wave.

Every host is a network namespace of its own on this machine: PostgreSQL (on a disk of its own that
can be filled), Redis, simulated platforms, workers and clocks, all started by the commands that an
operator uses. Two questions:

* How well do workers add up? Every call takes so long on its way that a worker is limited by how
  many it may have open, as in life, not by this machine's two processors. `efficiency_N` is what N
  workers send a second, over N times what one does; 1 is the limit.
* What do faults do? While three workers send a wave, hosts are killed, cut off, paused, their
  clocks set wrong, Redis emptied, the database's disk filled, its connections taken: one fault
  after another, at random from a seed. Then everything heals, and the ledger is compared with what
  the platforms show: `lost`, `duplicated`, `unknown_left`, and `uneven`, the difference of counts.

    python -m benchmarks.bench_scale [--quick] [--seed 1] [--deliveries 100000] [--minutes 10]

Needs root, `ip` (iproute2), PostgreSQL and redis-server; without them it says so and ends.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.hosts.faults import FAULTS, strike
from benchmarks.hosts.installation import Installation, Size, standing
from benchmarks.hosts.network import unable
from benchmarks.hosts.wave import Wave, counted, planned, staged, until_sent

_CONNECTIONS = 8
# How long a call is on its way: four workers together must not be what two processors can do, or
# the question is how busy the machine is, which the platforms and the database are on, too.
_WAY_S = {True: 0.25, False: 1.0}
_STEADY_S = {True: 2, False: 20}
_TEAMS = {True: (1, 2), False: (1, 2, 4)}
_SHORT = ("redis-killed", "clock-killed")  # what heals without a lease's end
_REST_S = (2.0, 8.0)
_PATIENCE_S, _SLOWEST = 300.0, 50  # and for so many deliveries one second more


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """`deliveries` over `accounts` under faults for `seconds`; `named`: these, each once."""

    accounts: int
    items: int
    seconds: float
    named: tuple[str, ...] = ()


Accounts = dict[str, dict[str, int]]


def _teams(quick: bool) -> Accounts:
    """Of each team so many accounts that it is at work for some seconds."""
    posts = round(_CONNECTIONS / _WAY_S[quick] * _STEADY_S[quick])
    return {f"team{n}": {"weibo": posts * n} for n in _TEAMS[quick]}


def _stormy(shape: Storm) -> Accounts:
    tenth = shape.accounts // 10
    of_each = {"weibo": shape.accounts - 2 * tenth, "wechat": tenth, "mastodon": tenth}
    return {"storm": of_each}


def scaling(folder: Path) -> dict[str, Any]:
    """Posts a second of one worker and of more."""
    teams = _TEAMS[False]
    size = Size(
        workers=max(teams),
        clocks=1,
        connections=_CONNECTIONS,
        way=_WAY_S[False],
        channels=("weibo",),
    )

    async def run(place: Installation) -> dict[str, Any]:
        accounts = _teams(quick=False)
        wave = await staged(place, accounts, dict.fromkeys(accounts, 1))
        return await _scaling(place, wave, teams)

    with standing(folder, size) as place:
        return asyncio.run(run(place))


def both(folder: Path, shape: Storm, seed: int) -> dict[str, Any]:
    """One installation for a small storm after the question of how workers add up."""
    size = Size(workers=2, clocks=1, connections=_CONNECTIONS, way=_WAY_S[True])

    async def run(place: Installation) -> dict[str, Any]:
        accounts = _teams(quick=True)
        items = dict.fromkeys(accounts, 1) | {"storm": shape.items}
        wave = await staged(place, accounts | _stormy(shape), items)
        told = await _scaling(place, wave, _TEAMS[True])
        return told | await _storm(place, wave, shape, Random(seed))

    with standing(folder, size) as place:
        return asyncio.run(run(place))


async def _scaling(place: Installation, wave: Wave, teams: tuple[int, ...]) -> dict[str, Any]:
    place.clocks[0].revive()
    rates: dict[int, float] = {}
    for n in teams:
        for worker in place.workers[:n]:
            worker.revive()
        await place.until_ready([*place.workers[:n], place.clocks[0]])
        await planned(place, wave, f"team{n}")
        await until_sent(place, f"team{n}", _PATIENCE_S)
        rates[n] = await _rate(place, f"team{n}")
    told: dict[str, Any] = {f"posts_per_s_{n}": round(rate, 1) for n, rate in rates.items()}
    return told | {
        f"efficiency_{n}": round(rate / (n * rates[1]), 3) for n, rate in rates.items() if n > 1
    }


async def _rate(place: Installation, tag: str) -> float:
    """Posts a second between the first tenth and the last: beginnings and ends are not steady."""
    query = (
        "SELECT t.finished_at FROM attempts t JOIN deliveries d ON d.id = t.delivery_id"
        " JOIN accounts a ON a.id = d.account_id WHERE a.handle LIKE $1 ORDER BY 1"
    )
    ends = [row[0] for row in await place.rows(query, f"{tag}-%") if row[0] is not None]
    first, last = len(ends) // 10, len(ends) - len(ends) // 10 - 1
    passed = ends[last] - ends[first]
    seconds = passed / 1e6 if isinstance(passed, int) else passed.total_seconds()
    return float((last - first) / seconds)


def storm(folder: Path, shape: Storm, seed: int) -> dict[str, Any]:
    """A wave under faults."""

    async def run(place: Installation) -> dict[str, Any]:
        wave = await staged(place, _stormy(shape), {"storm": shape.items})
        return await _storm(place, wave, shape, Random(seed))

    with standing(folder, Size(workers=3, clocks=2, connections=64)) as place:
        return asyncio.run(run(place))


async def _storm(place: Installation, wave: Wave, shape: Storm, random: Random) -> dict[str, Any]:
    for node in place.nodes:
        node.revive()
    await place.until_ready(place.nodes)
    begun = time.monotonic()
    await planned(place, wave, "storm")
    met = await _befall(place, shape, random, begun)
    for node in place.nodes:
        node.revive()
    await until_sent(place, "storm", _PATIENCE_S + shape.accounts * shape.items / _SLOWEST)
    took = time.monotonic() - begun
    return _told(wave, await counted(place, wave, "storm"), met, took)


async def _befall(place: Installation, shape: Storm, random: Random, begun: float) -> list[str]:
    """One fault after another; the names of those that came."""
    met: list[str] = []
    names = list(shape.named)
    while names or (not shape.named and time.monotonic() - begun < shape.seconds):
        if not shape.named and not names:
            names = random.sample(sorted(FAULTS), len(FAULTS))  # each before any comes again
        name = names.pop(0)
        await asyncio.sleep(random.uniform(*_REST_S) if not shape.named else 1.0)
        print(f"{time.strftime('%X')} {name}", file=sys.stderr, flush=True)
        await strike(place, name, random)
        met.append(name)
        if shape.named and not names:
            break
    return met


def _told(wave: Wave, found: Any, met: list[str], took: float) -> dict[str, Any]:
    print(json.dumps(dict(found.states)), file=sys.stderr)
    return {
        "deliveries": found.deliveries,
        "faults": len(met),
        "kinds_of_faults": len(set(met)),
        "storm_s": round(took, 1),
        "lost": found.lost,
        "duplicated": found.duplicated,
        "unknown_left": found.unknown,
        "waiting": found.waiting,
        "uneven": abs(found.ledger + found.unknown - found.shown),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="two teams and two faults, on one installation; done within 50 s",
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--deliveries", type=int, default=100_000)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--only", choices=("scaling", "storm"))
    parser.add_argument("--logs", type=Path, help="where the processes' logs are kept")
    options = parser.parse_args()
    if reason := unable():
        sys.exit(reason)
    items = 2 if options.quick else 10
    shape = Storm(
        accounts=60 if options.quick else options.deliveries // items,
        items=items,
        seconds=options.minutes * 60,
        named=_SHORT if options.quick else (),
    )
    told: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="gongkai-scale-") as temporary:
        Path(temporary).chmod(0o755)  # PostgreSQL runs as another user
        folder = options.logs or Path(temporary)
        for name in ("scaling", "storm"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        if options.quick:
            told |= both(folder / "storm", shape, options.seed)
        elif options.only != "storm":
            told |= scaling(folder / "scaling")
        if not options.quick and options.only != "scaling":
            told |= storm(folder / "storm", shape, options.seed)
    print(json.dumps(told))


if __name__ == "__main__":
    main()
