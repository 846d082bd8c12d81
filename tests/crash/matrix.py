"""The crash matrix: `python -m tests.crash.matrix [--channel weibo]`.

For every channel, one delivery is killed with SIGKILL before and after each of its commits and
each of its outside calls (on the website: each step on the disk), and the hub is started again.
Then the decisive call is survived by a kill, and the restart is killed at each of its own points.
Prints a table, and as its last line one JSON object.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.crash.runner import Case, Scene, open_scene
from tests.crash.triggers import Kill

__all__ = ["ACCOUNTS", "CHANNELS", "Matrix", "decisive_call", "enumerate_kills", "two_kills"]

CHANNELS = ("wechat", "weibo", "telegram", "website")
# the call after which the public may see the post; on the website, the page's last step
_DECISIVE = {"wechat": "freepublish/submit", "weibo": "statuses/share", "telegram": "send"}
ACCOUNTS = 400
KINDS, SIDES = ("commit", "call"), ("before", "after")


@dataclass(slots=True)
class Matrix:
    """What was tried on one channel."""

    channel: str
    points: Mapping[str, list[str]] = field(default_factory=dict)
    once: list[Case] = field(default_factory=list)
    twice: list[Case] = field(default_factory=list)
    seconds: float = 0.0

    def row(self) -> dict[str, Any]:
        cases = self.once + self.twice
        verdicts = Counter(case.outcome.verdict for case in cases)
        return {
            "channel": self.channel,
            "commits": len(self.points["commit"]),
            "calls": len(self.points["call"]),
            "killed_once": sum(bool(case.outcome.deaths) for case in self.once),
            "killed_twice": sum(len(case.outcome.deaths) == 2 for case in self.twice),
            "published_once": verdicts["once"],
            "settled_by_person": verdicts["person"],
            "lost": verdicts["lost"],
            "doubled": verdicts["doubled"],
            "seconds": round(self.seconds, 1),
        }


def decisive_call(channel: str, calls: Sequence[str]) -> int:
    """The number of the call that publishes, from 1."""
    word = _DECISIVE.get(channel)
    if word is None:
        return max(number for number, name in enumerate(calls, 1) if name == "rename") // 2
    return next(number for number, name in enumerate(calls, 1) if word in name)


def enumerate_kills(
    scene: Scene, first: tuple[Kill, ...] = (), every: int = 1
) -> tuple[Case, list[Case]]:
    """Kill the life after `first` at every point it has, one case each.

    A life without a kill says how many points there are; the numbers go on until a case survives
    both sides of one, so that no point is left out when lives differ. `every` takes a sample.
    """
    model = scene.case(*first)
    scene.run([model])
    ends = {kind: len(model.outcome.points[kind]) + 1 for kind in KINDS}
    wanted = [(kind, number) for kind in KINDS for number in range(1, ends[kind] + 1, every)]
    tried: list[Case] = []
    while wanted:
        cases = [scene.case(*first, Kill(*point, side)) for point in wanted for side in SIDES]
        scene.run(cases)
        tried += cases
        dead = [case for case in cases if len(case.outcome.deaths) > len(first)]
        longer = {
            case.kills[-1].kind
            for case in dead
            if case.kills[-1].number >= ends[case.kills[-1].kind]
        }
        wanted = [(kind, ends[kind] + 1) for kind in sorted(longer)]
        for kind in longer:
            ends[kind] += 1
    return model, [case for case in tried if len(case.outcome.deaths) > len(first)]


def two_kills(scene: Scene, points: Mapping[str, list[str]]) -> list[Case]:
    """The platform has answered and nothing was recorded; then die in the recovery as well."""
    answered = Kill("call", decisive_call(scene.channel, points["call"]), "after")
    every = 1 + len(points["call"]) // 20  # the website has three times more steps than others
    return enumerate_kills(scene, (answered,), every)[1]


def try_channel(channel: str, twice: bool = True) -> Matrix:
    with open_scene(channel, ACCOUNTS) as scene:
        began = time.perf_counter()
        model, once = enumerate_kills(scene)
        matrix = Matrix(channel, model.outcome.points, once)
        if twice:
            matrix.twice = two_kills(scene, matrix.points)
        matrix.seconds = time.perf_counter() - began
    return matrix


def _complaints(matrix: Matrix) -> Iterator[str]:
    for case in matrix.once + matrix.twice:
        if case.outcome.verdict in ("lost", "doubled"):
            died = "; ".join(case.outcome.deaths)
            state = case.outcome.delivery["state"]
            yield f"{matrix.channel}: {case.outcome.verdict} ({state}): {died}"


def _table(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    names = list(rows[0])
    yield "| " + " | ".join(names) + " |"
    yield "|" + "---|" * len(names)
    for row in rows:
        yield "| " + " | ".join(str(value) for value in row.values()) + " |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channel", choices=CHANNELS, action="append")
    parser.add_argument("--once", action="store_true", help="leave out the second kill")
    options = parser.parse_args()
    tried = [try_channel(name, not options.once) for name in options.channel or CHANNELS]
    rows = [matrix.row() for matrix in tried]
    complaints = [line for matrix in tried for line in _complaints(matrix)]
    lines = [*_table(rows), *complaints, json.dumps({"matrix": rows})]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
