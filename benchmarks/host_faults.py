"""Faults of hosts, one at a time: what each does to a wave that is under way.

The hosts of `benchmarks.bench_scale`: three workers and two clocks on hosts of their own, beside
PostgreSQL, Redis and simulated platforms. For each fault a wave of its own is planned; when a part
of it is sent the fault comes, lasts, and heals as a service manager or an operator's routine would
heal it. The ledger is then compared with what the platforms show, and the time with that of a wave
that nothing befell.

    python -m benchmarks.host_faults [--quick] [--only NAME …] [--write]

`--write` puts the table into docs/reliability.md. The command ends with 1 if anything is lost or
doubled, or waits, or if a person is needed where the platform could have told.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

import asyncpg

from benchmarks.fault_matrix import write
from benchmarks.hosts.faults import FAULTS, strike
from benchmarks.hosts.installation import Installation, Size, standing
from benchmarks.hosts.network import unable
from benchmarks.hosts.wave import Counted, Wave, counted, planned, staged, states_of, until_sent

_ACCOUNTS = {"weibo": 60, "wechat": 20, "mastodon": 20}
_ITEMS, _QUICK_ITEMS = 3, 1
_BEGUN = 0.2  # share that is sent when the fault comes
_PATIENCE_S = 600.0
_QUIET = "nothing"
_QUICK = ("database-killed", "redis-killed")  # which wait for no lease's end
_MARKERS = "fault hosts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A wave under one fault: `took` seconds from the plan to the last ending."""

    name: str
    took: float
    found: Counted

    @property
    def good(self) -> bool:
        found = self.found
        return not (found.lost or found.duplicated or found.unknown or found.waiting)


def run(folder: Path, names: Sequence[str], items: int, seed: int) -> list[Row]:
    """The rows of a quiet wave and of one for each fault, of so many items."""
    size = Size(workers=3, clocks=2, connections=16, way=0.2)
    with standing(folder, size) as place:
        return asyncio.run(_run(place, [_QUIET, *names], items, Random(seed)))


async def _run(place: Installation, names: Sequence[str], items: int, random: Random) -> list[Row]:
    wave = await staged(place, dict.fromkeys(names, _ACCOUNTS), dict.fromkeys(names, items))
    for node in place.nodes:
        node.start()
    await place.until_ready(place.nodes)
    rows = []
    for name in names:
        rows.append(await _one(place, wave, name, random))
        print(json.dumps({"fault": name, "took_s": rows[-1].took}), file=sys.stderr, flush=True)
        await place.until_ready(place.nodes)
    return rows


async def _one(place: Installation, wave: Wave, name: str, random: Random) -> Row:
    begun = time.monotonic()
    await planned(place, wave, name)
    if name != _QUIET:
        await _until_begun(place, name, wave.deliveries(name) * _BEGUN)
        await strike(place, name, random)
    await until_sent(place, name, _PATIENCE_S)
    took = time.monotonic() - begun
    return Row(name=name, took=round(took, 1), found=await counted(place, wave, name))


async def _until_begun(place: Installation, tag: str, sent: float) -> None:
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        with suppress(OSError, asyncpg.PostgresError):
            states = await states_of(place, tag)
            if states.get("accepted", 0) + states.get("verified", 0) >= sent:
                return
        await asyncio.sleep(0.1)


def table(rows: Sequence[Row]) -> Iterator[str]:
    """As Markdown; the first row is the wave that nothing befell."""
    yield "| fault | lasts | all sent after | lost | doubled | for a person |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        fault, found = FAULTS.get(row.name), row.found
        name, lasts = (fault.en, f"{fault.lasts:g} s") if fault else ("nothing", "–")
        yield (
            f"| {name} | {lasts} | {row.took:.0f} s | {found.lost} | {found.duplicated}"
            f" | {found.unknown} |"
        )


def figures(rows: Sequence[Row], seconds: float) -> dict[str, float]:
    hurt = [row for row in rows if row.name != _QUIET]
    return {
        "faults": len(hurt),
        "deliveries": sum(row.found.deliveries for row in rows),
        "lost": sum(row.found.lost for row in rows),
        "duplicated": sum(row.found.duplicated for row in rows),
        "unknown_left": sum(row.found.unknown for row in rows),
        "waiting": sum(row.found.waiting for row in rows),
        "unharmed_s": rows[0].took,
        "longest_s": max((row.took for row in hurt), default=0.0),
        "seconds": round(seconds, 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two faults, small waves")
    parser.add_argument("--only", action="append", choices=sorted(FAULTS), default=[])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="put the table into the page")
    parser.add_argument("--logs", type=Path, help="where the processes' logs are kept")
    options = parser.parse_args()
    if reason := unable():
        sys.exit(reason)
    names = options.only or (_QUICK if options.quick else tuple(FAULTS))
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="gongkai-hosts-") as temporary:
        Path(temporary).chmod(0o755)  # PostgreSQL runs as another user
        folder = options.logs or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        items = _QUICK_ITEMS if options.quick else _ITEMS
        rows = run(folder, names, items, options.seed)
    lines = list(table(rows))
    print("\n".join(lines))
    if options.write:
        write(lines, _MARKERS)
    print(json.dumps(figures(rows, time.monotonic() - begun)))
    return 0 if all(row.good for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
