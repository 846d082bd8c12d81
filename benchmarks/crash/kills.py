"""Where a delivery is killed: before and after each of its commits and each of its outside calls
(on the website: each step on the disk), once, and once more while it recovers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.crash.modes import Mode
from benchmarks.crash.runner import Case, Scene, Stuck, open_scene
from benchmarks.crash.stage import in_one_message, on_disk
from benchmarks.crash.triggers import Kill

__all__ = [
    "SIDES",
    "Life",
    "Matrix",
    "decisive",
    "kill_everywhere",
    "lives_after",
    "try_channels",
    "try_decisive",
]

KINDS, SIDES = ("commit", "call"), ("before", "after")
_ENDED = "publishing.attempt.ended"
# Accounts, one per case: the steps on a disk are many.
_ACCOUNTS, _MORE = 100, 260
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


@dataclass(frozen=True, slots=True, eq=False)
class Life:
    """The life of a delivery that follows the kills of `first`, and the points it has."""

    channel: str
    points: Points
    published_by: int  # the number of the call that publishes, from 1
    first: tuple[Kill, ...] = ()
    every: int = 1  # a website's recovery has many points: each `every`-th is tried

    def kill(self, scene: Scene, kind: str, number: int, side: str, recording: str = "") -> Case:
        return scene.case(self.channel, *self.first, Kill(kind, number, side, recording))


def lives_after(scene: Scene, kills: Mapping[str, tuple[Kill, ...]]) -> list[Life]:
    """For every channel the life after its kills, known from a case that is not killed in it."""
    models = {channel: scene.model(channel, *first) for channel, first in kills.items()}
    scene.run(list(models.values()))
    lives = []
    for channel, model in models.items():
        points = model.outcome.points
        every = 1 + len(points["call"]) // 20 if kills[channel] else 1
        lives.append(Life(channel, points, model.outcome.published_by, kills[channel], every))
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


def decisive(scene: Scene, life: Life) -> list[Case]:
    """Killed before the call that publishes, after it with nothing recorded, and when its ending
    is recorded."""
    call = life.published_by
    return [
        life.kill(scene, "call", call, "before"),
        life.kill(scene, "call", call, "after"),
        life.kill(scene, "commit", 1, "after", recording=_ENDED),
    ]


def try_decisive(names: Sequence[str], mode: Mode) -> list[Case]:
    """The decisive kills of every channel, and nothing else. Raises Stuck for one that was
    outlived: no case may be told of what did not happen."""
    found: list[Case] = []
    for group in in_one_message(names):
        with open_scene(dict.fromkeys(group, 4), mode=mode) as scene:
            lives = lives_after(scene, dict.fromkeys(group, ()))
            cases = [case for life in lives for case in decisive(scene, life)]
            scene.run(cases)
        found += cases
    for case in found:
        if not case.died_in_time:
            raise Stuck(f"{case.channel}: outlived {case.kills}")
    return found


def try_channels(names: Sequence[str], mode: Mode = Mode.SQLITE) -> list[Matrix]:
    """Every point of every channel, and every point of a recovery."""
    return [matrix for group in in_one_message(names) for matrix in _try_group(group, mode)]


def _try_group(names: Sequence[str], mode: Mode) -> list[Matrix]:
    accounts = {name: _MORE if name in on_disk() else _ACCOUNTS for name in names}
    with open_scene(accounts, mode=mode) as scene:
        lives = lives_after(scene, dict.fromkeys(names, ()))
        found = {life.channel: Matrix(life.channel, life.points) for life in lives}
        for case in kill_everywhere(scene, lives):
            found[case.channel].once.append(case)
        # The platform has answered and nothing was recorded; then die in the recovery as well.
        answered = {life.channel: (Kill("call", life.published_by, "after"),) for life in lives}
        for case in kill_everywhere(scene, lives_after(scene, answered)):
            found[case.channel].twice.append(case)
    return list(found.values())
