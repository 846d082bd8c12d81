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
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.crash.runner import Case, Scene, open_scene
from tests.crash.stage import in_one_message
from tests.crash.triggers import Kill

__all__ = ["CHANNELS", "SIDES"]

CHANNELS = ("wechat", "weibo", "telegram", "mastodon", "website", "wecom")
# The call after which the public may see the post; on the website, a step in the middle.
_DECISIVE = {
    "wechat": "freepublish/submit",
    "weibo": "statuses/share",
    "telegram": "send",
    "mastodon": "POST statuses",
    "wecom": "message/send",
}
_ACCOUNTS = {  # one per case
    "wechat": 90,
    "weibo": 70,
    "telegram": 50,
    "mastodon": 70,
    "website": 260,
    "wecom": 70,
}
KINDS, SIDES = ("commit", "call"), ("before", "after")
Points = Mapping[str, Sequence[str]]


@dataclass(slots=True)
class Matrix:
    """What was tried on one channel."""

    channel: str
    points: Points
    once: list[Case] = field(default_factory=list)
    twice: list[Case] = field(default_factory=list)

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
        }


@dataclass(frozen=True, slots=True, eq=False)
class Life:
    """The life of a delivery that follows the kills of `first`, and the points it has."""

    channel: str
    points: Points
    first: tuple[Kill, ...] = ()
    every: int = 1  # the website's recovery has many points: each `every`-th is tried

    def kill(self, scene: Scene, kind: str, number: int, side: str) -> Case:
        return scene.case(self.channel, *self.first, Kill(kind, number, side))


def decisive_call(channel: str, calls: Sequence[str]) -> int:
    """The number of the call that publishes, from 1."""
    if channel not in _DECISIVE:
        return len(calls) // 2
    return next(n for n, name in enumerate(calls, 1) if _DECISIVE[channel] in name)


def lives_after(scene: Scene, kills: Mapping[str, tuple[Kill, ...]]) -> list[Life]:
    """For every channel the life after its kills, known from a case that is not killed in it."""
    models = {channel: scene.case(channel, *first) for channel, first in kills.items()}
    scene.run(list(models.values()))
    lives = []
    for channel, model in models.items():
        points = model.outcome.points
        every = 1 + len(points["call"]) // 20 if kills[channel] else 1
        lives.append(Life(channel, points, kills[channel], every))
    return lives


def kill_everywhere(scene: Scene, lives: Sequence[Life]) -> list[Case]:
    """Kill every life at every point, one case each; the cases that died there.

    The numbers go on until a case survives both sides of one, so that no point is left out when
    lives differ.
    """
    ends = {(life, kind): len(life.points[kind]) + 1 for life in lives for kind in KINDS}
    wanted = [
        (life, kind, number)
        for (life, kind), end in ends.items()
        for number in range(1, end + 1, life.every)
    ]
    died: list[Case] = []
    while wanted:
        tried = {one: [one[0].kill(scene, *one[1:], side) for side in SIDES] for one in wanted}
        scene.run([case for cases in tried.values() for case in cases])
        dead = {one: [case for case in cases if case.died_in_time] for one, cases in tried.items()}
        died += [case for cases in dead.values() for case in cases]
        wanted = [
            (life, kind, end + 1)
            for (life, kind), end in ends.items()
            if dead.get((life, kind, end))
        ]
        ends.update({(life, kind): number for life, kind, number in wanted})
    return died


def try_channels(names: Sequence[str]) -> list[Matrix]:
    return [matrix for group in in_one_message(names) for matrix in _try_group(group)]


def _try_group(names: Sequence[str]) -> list[Matrix]:
    with open_scene({name: _ACCOUNTS[name] for name in names}) as scene:
        lives = lives_after(scene, dict.fromkeys(names, ()))
        found = {life.channel: Matrix(life.channel, life.points) for life in lives}
        for case in kill_everywhere(scene, lives):
            found[case.channel].once.append(case)
        # The platform has answered and nothing was recorded; then die in the recovery as well.
        answered = {
            life.channel: (Kill("call", decisive_call(life.channel, life.points["call"]), "after"),)
            for life in lives
        }
        for case in kill_everywhere(scene, lives_after(scene, answered)):
            found[case.channel].twice.append(case)
    return list(found.values())


def sample() -> list[Matrix]:
    """One point per channel and side: the write-ahead commit, the decisive call, the ending."""
    return [matrix for group in in_one_message(CHANNELS) for matrix in _sample_of(group)]


def _sample_of(names: Sequence[str]) -> list[Matrix]:
    with open_scene(dict.fromkeys(names, 8)) as scene:
        found = []
        for life in lives_after(scene, dict.fromkeys(names, ())):
            commits, calls = life.points["commit"], life.points["call"]
            chosen = [("commit", 1 + commits.index("publishing.attempt.started"))]
            chosen.append(("commit", 1 + commits.index("publishing.attempt.ended")))
            chosen.append(("call", decisive_call(life.channel, calls)))
            cases = [life.kill(scene, *one, side) for one in chosen for side in SIDES]
            found.append(Matrix(life.channel, life.points, cases))
        scene.run([case for matrix in found for case in matrix.once])
    return found


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
    tried = sample() if options.sample else try_channels(chosen)
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
