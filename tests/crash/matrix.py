"""The crash matrix: `python -m tests.crash.matrix [--channel weibo] [--sample]`.

For every channel, one delivery is killed with SIGKILL before and after each of its commits and
each of its outside calls (on the website: each step on the disk), and the hub is started again.
Then the decisive call is survived by a kill, and the restart is killed at each of its own points.
Prints a table, and as its last line one JSON object with every case.
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

__all__ = ["CHANNELS", "SIDES"]

CHANNELS = ("wechat", "weibo", "telegram", "website")
# The call after which the public may see the post; on the website, a step in the middle.
_DECISIVE = {"wechat": "freepublish/submit", "weibo": "statuses/share", "telegram": "send"}
_ACCOUNTS = {"website": 300}  # one per case
_FEWER = 120
KINDS, SIDES = ("commit", "call"), ("before", "after")
Points = Mapping[str, Sequence[str]]


@dataclass(slots=True)
class Matrix:
    """What was tried on one channel."""

    channel: str
    points: Points
    once: list[Case]
    twice: list[Case] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def cases(self) -> list[Case]:
        return self.once + self.twice

    def row(self) -> dict[str, Any]:
        verdicts = Counter(case.outcome.verdict for case in self.cases)
        return {
            "channel": self.channel,
            "commits": len(self.points["commit"]),
            "calls": len(self.points["call"]),
            "killed_once": len(self.once),
            "killed_twice": len(self.twice),
            "published_once": verdicts["once"],
            "settled_by_person": verdicts["person"],
            "lost": verdicts["lost"],
            "doubled": verdicts["doubled"],
            "seconds": round(self.seconds, 1),
        }


def decisive_call(channel: str, calls: Sequence[str]) -> int:
    """The number of the call that publishes, from 1."""
    if channel not in _DECISIVE:
        return len(calls) // 2
    return next(n for n, name in enumerate(calls, 1) if _DECISIVE[channel] in name)


def points_of(scene: Scene, channel: str, *first: Kill) -> Points:
    """The points of the life after `first`, from a case that is not killed in it."""
    model = scene.case(channel, *first)
    scene.run([model])
    return model.outcome.points


def kill_everywhere(
    scene: Scene, channel: str, points: Points, *first: Kill, every: int = 1
) -> list[Case]:
    """Kill the life after `first` at every point, one case each; the cases that died there.

    The numbers go on until a case survives both sides of one, so that no point is left out when
    lives differ. `every` takes a sample.
    """
    ends = {kind: len(points[kind]) + 1 for kind in KINDS}
    wanted = [(kind, number) for kind in KINDS for number in range(1, ends[kind] + 1, every)]
    died: list[Case] = []
    while wanted:
        cases = [
            scene.case(channel, *first, Kill(kind, number, side))
            for kind, number in wanted
            for side in SIDES
        ]
        scene.run(cases)
        new = [case for case in cases if len(case.outcome.deaths) > len(first)]
        died += new
        farthest = {(case.kills[-1].kind, case.kills[-1].number) for case in new}
        wanted = [(kind, end + 1) for kind, end in ends.items() if (kind, end) in farthest]
        ends.update(wanted)
    return died


def try_channel(channel: str) -> Matrix:
    with open_scene([channel], _ACCOUNTS.get(channel, _FEWER)) as scene:
        began = time.perf_counter()
        points = points_of(scene, channel)
        matrix = Matrix(channel, points, kill_everywhere(scene, channel, points))
        # The platform has answered and nothing was recorded; then die in the recovery as well.
        answered = Kill("call", decisive_call(channel, points["call"]), "after")
        again = points_of(scene, channel, answered)
        every = 1 + len(again["call"]) // 20  # the website has three times more than the others
        matrix.twice = kill_everywhere(scene, channel, again, answered, every=every)
        matrix.seconds = time.perf_counter() - began
    return matrix


def sample() -> list[Matrix]:
    """One point per channel and side: the write-ahead commit, the decisive call, the ending."""
    with open_scene(CHANNELS, 8) as scene:
        points = {channel: points_of(scene, channel) for channel in CHANNELS}
        cases = []
        for channel in CHANNELS:
            commits, calls = points[channel]["commit"], points[channel]["call"]
            chosen = [("commit", 1 + commits.index("publishing.attempt.started"))]
            chosen.append(("commit", 1 + commits.index("publishing.attempt.ended")))
            chosen.append(("call", decisive_call(channel, calls)))
            cases += [scene.case(channel, Kill(*one, side)) for one in chosen for side in SIDES]
        scene.run(cases)
    return [Matrix(c, points[c], [case for case in cases if case.channel == c]) for c in CHANNELS]


def _complaints(matrix: Matrix) -> Iterator[str]:
    for case in matrix.cases:
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
    parser.add_argument("--sample", action="store_true", help="one point per channel and side")
    options = parser.parse_args()
    chosen = options.channel or CHANNELS
    tried = sample() if options.sample else [try_channel(channel) for channel in chosen]
    rows = [matrix.row() for matrix in tried]
    complaints = [line for matrix in tried for line in _complaints(matrix)]
    cases = [case.as_dict() for matrix in tried for case in matrix.cases]
    points = {matrix.channel: matrix.points for matrix in tried}
    told = json.dumps({"rows": rows, "points": points, "cases": cases})
    lines = [*_table(rows), *complaints, told]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
