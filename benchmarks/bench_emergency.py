"""Emergency: how fast an urgent item overtakes thousands of routine deliveries already going out.

15,000 routine deliveries are due and being sent to a stub that answers after 20 ms, at most 256 at
a time. Then an approved emergency item is planned for all 15,600 accounts, the 15,000 that still
wait for their routine post among them. Reported: the time from that decision to the first and to
the last account reached, and which share of the routine deliveries still waiting at the decision
the whole emergency overtook. Beside it, in the same run and on a fresh installation, the same item
at routine priority: what a queue without an emergency lane would do (not with --quick).

    python -m benchmarks.bench_emergency [--quick] [--routine 15000] [--accounts 15600]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import uvloop

from app.tuning import settle_garbage
from benchmarks.scene import build_scene
from benchmarks.stub import stub_platform
from hub.organisations.models import Selection
from hub.publishing.models import Priority
from publishers.wire import open_session

_CONNECTIONS = 256
_UNDER_WAY = 1_000  # so many routine deliveries have gone out when the emergency is entered
_PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class Arrival:
    """A post at the stub: wall-clock seconds, account, and whether it was the emergency's."""

    at: float
    account: str
    urgent: bool


async def _arrived(session: aiohttp.ClientSession, base_url: str) -> list[Arrival]:
    """The posts since the last question. An account's routine post was planned first, but the
    emergency may overtake it, so posts are told apart by what the stub kept of their text."""
    async with session.get(f"{base_url}/arrivals") as response:
        rows = await response.json(content_type=None)
    return [Arrival(at, account, text.startswith("紧急")) for at, account, text in rows]


async def _run(base_url: str, home: Path, options: argparse.Namespace, priority: Priority) -> dict:
    scene = await build_scene(home, base_url, options.accounts)
    urgent = await scene.approved("紧急：暴雨红色预警。")
    known = await scene.organisations.accounts(Selection())
    routine = tuple(account.id for account in known[: options.routine])
    await scene.plan(ids=routine)
    settle_garbage()
    async with open_session(2 * _CONNECTIONS) as session:
        engine = scene.engine(session, _CONNECTIONS)
        await engine.start()
        await scene.meter.reached(_UNDER_WAY)
        decided = time.time()
        planned = await scene.plan(item=urgent, priority=priority)
        entered = time.time()
        async with asyncio.timeout(_PATIENCE_S):
            await scene.meter.reached(options.routine + planned)
        arrivals = await _arrived(session, base_url)
        await engine.stop()
    await scene.database.close()
    return _told(arrivals, decided, entered, options)


def _told(
    arrivals: list[Arrival], decided: float, entered: float, options: argparse.Namespace
) -> dict[str, float]:
    urgent = [one.at for one in arrivals if one.urgent]
    routine = [one.at for one in arrivals if not one.urgent]
    if len(urgent) != options.accounts or len(routine) != options.routine:
        raise RuntimeError(f"{len(urgent)} urgent and {len(routine)} routine posts arrived")
    waiting = [at for at in routine if at > entered]
    overtaken = [at for at in waiting if at > max(urgent)]
    return {
        "entering_s": round(entered - decided, 2),
        "waiting": len(waiting),
        "first_account_s": round(min(urgent) - decided, 3),
        "last_account_s": round(max(urgent) - decided, 2),
        "overtaken_share": round(len(overtaken) / len(waiting), 4),
    }


def run(base_url: str, home: Path, options: argparse.Namespace, priority: Priority) -> dict:
    return uvloop.run(_run(base_url, home, options, priority))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="nothing beside it; done within 50 s")
    parser.add_argument("--routine", type=int, default=15_000)
    parser.add_argument("--accounts", type=int, default=15_600)
    options = parser.parse_args()
    result: dict[str, float] = {"routine": options.routine, "accounts": options.accounts}
    with stub_platform(0.02) as base_url, tempfile.TemporaryDirectory() as folder:
        beside = {} if options.quick else {"unhurried_": Priority.ROUTINE}
        for prefix, priority in {"": Priority.EMERGENCY, **beside}.items():
            with multiprocessing.get_context("spawn").Pool(1) as process:
                home = Path(folder) / priority.name
                figures = process.apply(run, (base_url, home, options, priority))
            print(priority.name, figures, flush=True)
            result |= {f"{prefix}{name}": figure for name, figure in figures.items()}
    if beside:
        waited = result["unhurried_first_account_s"] / max(result["first_account_s"], 0.001)
        result["first_account_ratio"] = round(waited, 1)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
