"""A plan in rings with one account that cannot publish, killed at every step of its rings, its
incident and its alert: `python -m benchmarks.crash.watching`.

What is watched here is not the posts alone: every ring is let go once and in order, the incident
is one, and the alert comes once, or twice where the kill hid whether it had been sent.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from app.compose import Hub, open_engine, open_hub
from app.lock import only_one
from app.settings import Settings
from benchmarks.crash.haste import hasten, hasten_declarations
from benchmarks.crash.life import KILLED_AT, RESULT, at_rest, end_leases, quiet
from benchmarks.crash.modes import Mode, add_mode, database_of
from benchmarks.crash.runner import Scene, Steps, open_scene, run
from benchmarks.crash.stage import settings_of
from benchmarks.crash.triggers import Kill, Trigger, TriggerDatabase
from hub.kernel.events import read_events
from hub.organisations.models import Selection
from hub.publishing.alerts.store import count_unsent
from hub.publishing.rings.models import RingOrder, RingState
from hub.publishing.service import When
from publishers.wire import open_session

ACCOUNTS, CASES = 6, 25  # a case has accounts of its own: the platform knows no installations
SIDES = ("before", "after")
_ORDER = RingOrder(share=0.2, error_share=0.5)
_LOOK_S = 0.05
# the steps that are watched: commits by their events or names, and the call of the alert service
_WATCHED = ("publishing.ring.", "publishing.incident.", "publishing.alert.", "Alarm._take", "alert")


class WatchedTrigger(Trigger):
    """Counts the watched steps only."""

    def begun(self, kind: str, name: str) -> int:
        watched = any(part in name for part in _WATCHED)
        return super().begun("commit", name) if watched else 0


@dataclass(slots=True)
class Noticeboard:
    """An alert service that keeps what it gets, whatever becomes of the process."""

    file: Path
    trigger: Trigger

    async def send(self, title: str, text: str) -> bool:
        number = self.trigger.begun("call", "alert")
        self.trigger.at("commit", number, "before")
        line = json.dumps({"title": title, "text": text}) + "\n"
        handle = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.write(handle, line.encode())
        os.close(handle)
        self.trigger.at("commit", number, "after")
        return True


async def plan_in_rings(hub: Hub, handles: Sequence[str]) -> None:
    """Plan for these accounts, and close one of them: its post can never go out."""
    (item,) = await hub.catalogue.list()
    known = await hub.organisations.accounts(Selection())
    chosen = Selection(ids=tuple(a.id for a in known if a.handle in handles))
    await hub.publishing.plan(item.id, chosen, When(zone="UTC"), "media", rings=_ORDER)
    last = max((d for d in await hub.operations.find(reason="ring")), key=lambda d: d.id)
    await hub.organisations.change_account(last.account_id, actor="admin", active=False)


def live(home: Path, handles: Sequence[str], kill: Kill | None) -> None:
    """One life, until rings, incident and alert are at rest, or until `kill`; the first one of
    an installation plans for `handles`."""
    (home / RESULT).unlink(missing_ok=True)
    (home / KILLED_AT).unlink(missing_ok=True)
    quiet()
    hasten()
    hasten_declarations()
    with only_one(home):
        asyncio.run(_live(home, handles, WatchedTrigger(kill, home / KILLED_AT)))


async def _live(home: Path, handles: Sequence[str], trigger: Trigger) -> None:
    told = {"alert_urls": (SecretStr("json://localhost"),)}
    settings = Settings(**settings_of(home).model_dump() | told)
    database = TriggerDatabase(database_of(settings), trigger)
    board = Noticeboard(home / "board", trigger)
    async with open_hub(settings, database=database) as hub, open_session(8):
        if handles:
            await plan_in_rings(hub, handles)
        await end_leases(hub)
        trigger.armed = True
        async with open_engine(hub, alerters={"board": board}):
            await _until_rest(hub)
            report = await _report(hub, home)
        report["points"] = trigger.names["commit"]
        await database.close()
    (home / RESULT).write_text(json.dumps(report, default=str), "utf-8")


async def _until_rest(hub: Hub) -> None:
    (plan,) = await hub.publishing.plans()
    while True:
        found = await hub.operations.find(limit=1000)
        rings = await hub.rings.views(plan.id)
        opened = await hub.incidents.find()  # before its alert is looked for, which comes with it
        unsent = await hub.database.read(count_unsent)
        passed = all(view.ring.state is RingState.PASSED for view in rings)
        if passed and all(map(at_rest, found)) and opened and not unsent:
            return
        await asyncio.sleep(_LOOK_S)


async def _report(hub: Hub, home: Path) -> dict[str, Any]:
    (plan,) = await hub.publishing.plans()
    events = await hub.database.read(lambda c: read_events(c, subject=plan.id))
    incidents = await hub.incidents.find(closed_too=True)
    alerts = [a for i in incidents for a in (await hub.incidents.show(i.id)).alerts]
    board = home / "board"
    return {
        "states": sorted(d.state for d in await hub.operations.find(limit=1000)),
        "rings": [e["kind"].rpartition("publishing.")[2] for e in events[1:]],
        "incidents": [(i.cause, i.count) for i in incidents],
        "alerts": [a.state for a in alerts],
        "sent": len(board.read_text("utf-8").splitlines()) if board.exists() else 0,
    }


def try_watching(mode: Mode = Mode.SQLITE, every: int = 1) -> list[dict[str, Any]]:
    """A life without a kill first, then one for every watched step, or each `every`-th."""
    with open_scene({"website": ACCOUNTS * CASES}, mode=mode) as scene:
        run([_lives(scene, None)], 1)
        told = _result(scene, None)
        steps = islice(_steps(told["points"]), 0, None, every)
        kills = [Kill("commit", number, side, name) for name, number in steps for side in SIDES]
        run([_lives(scene, kill) for kill in kills], at_once=6)
        return [told, *(_result(scene, kill) for kill in kills)]


def _steps(points: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Each watched step as its first event or name and the how many-th of those it is: in which
    order rings, incident and alert come differs from life to life."""
    seen = Counter[str]()
    for point in points:
        name = point.partition("+")[0]
        seen[name] += 1
        yield name, seen[name]


def _home(scene: Scene, kill: Kill | None) -> Path:
    name = str(kill).replace(" ", "-") if kill else "model"
    return scene.folder / f"watching-{name}"


def _lives(scene: Scene, kill: Kill | None) -> Steps:
    home = _home(scene, kill)
    scene.copy(home)
    handles = tuple(islice(scene.handles["website", 0], ACCOUNTS))
    status = yield home, partial(live, home, handles, kill)
    if status != 0:
        died = (home / KILLED_AT).read_text("utf-8")
        yield home, partial(live, home, (), None)
        (home / "died").write_text(died, "utf-8")


def _result(scene: Scene, kill: Kill | None) -> dict[str, Any]:
    home = _home(scene, kill)
    report: dict[str, Any] = json.loads((home / RESULT).read_text("utf-8"))
    died = home / "died"
    at = died.read_text("utf-8") if died.exists() else ""
    return report | {"killed": str(kill or ""), "died_at": at}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="kill at each n-th step only")
    add_mode(parser)
    chosen = parser.parse_args()
    rows = try_watching(chosen.mode, chosen.every)
    for row in rows:
        sys.stdout.write(f"{row['killed'] or 'none':50} {row['died_at']:60} {row['sent']}\n")
    sys.stdout.write(json.dumps(rows) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
