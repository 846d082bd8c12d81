"""Every fault of network and platform on the call that publishes, each through the whole engine.

Each fault has platforms of its own, so that all of them run at the same time. A channel on which
a fault cannot happen says why not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.crash.haste import CALL_TIMEOUT_S
from benchmarks.crash.kills import Life, decisive, lives_after
from benchmarks.crash.modes import Mode
from benchmarks.crash.runner import Case, Scene, Stuck, open_scene
from benchmarks.crash.stage import ask, in_one_message, on_disk
from benchmarks.crash.surroundings import Around
from benchmarks.crash.triggers import Order
from hub.kernel.clock import SystemClock
from publishers.simulation import Fault
from simulators.town import Town

__all__ = ["CALLBACKS", "KILLED", "REFUSED", "TOKENS_END", "Cell", "Reasons", "spoil"]

REFUSED, TOKENS_END, KILLED = "refused", "tokens-end", "killed"
CALLBACKS = {"callback-twice": "twice", "callback-before-response": "before-response"}
_BATCH = 3  # posts; the tokens end before the second is published
# A slow answer comes in time; SLOW_THEN_COMMIT comes after the caller has gone.
_DELAYS = {Fault.SLOW: CALL_TIMEOUT_S / 3, Fault.SLOW_THEN_COMMIT: CALL_TIMEOUT_S * 1.4}
_WHY_NO_NETWORK = "a folder, no network"
_WHY_NO_CALLBACK = "never calls back about a post"
_WHY_NO_END = "its credentials have no end"
Reasons = dict[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Cell:
    """One case of the matrix: what was done to one delivery, or to a batch."""

    fault: str
    case: Case


def spoil(
    names: Sequence[str],
    faults: Sequence[Fault],
    *,
    kills: bool,
    mode: Mode = Mode.SQLITE,
) -> tuple[list[Cell], Reasons]:
    """Every fault on every channel that can have it, with `kills` the decisive ones too; and why
    not on the others."""
    cells: list[Cell] = []
    reasons = dict(_reasons(names, faults))
    for group in in_one_message(names):
        cells += _spoil_group(group, faults, reasons, kills=kills, mode=mode)
    batches = [name for name in names if (name, TOKENS_END) not in reasons]
    if batches:
        cells += _end_tokens(batches, mode)
    return cells, reasons


def _reasons(
    names: Sequence[str], faults: Sequence[Fault]
) -> Iterator[tuple[tuple[str, str], str]]:
    platforms = Town(SystemClock(), frozenset(names)).platforms
    for name in names:
        if name in on_disk():
            yield from (((name, fault), _WHY_NO_NETWORK) for fault in (REFUSED, *faults))
        if not hasattr(platforms[name], "callbacks"):  # the switch of how it calls back
            yield from (((name, fault), _WHY_NO_CALLBACK) for fault in CALLBACKS)
        try:
            platforms[name].end_tokens()
        except NotImplementedError:
            yield (name, TOKENS_END), _WHY_NO_END


def _spoil_group(
    names: Sequence[str], faults: Sequence[Fault], reasons: Reasons, *, kills: bool, mode: Mode
) -> list[Cell]:
    alone = [*faults, *CALLBACKS]  # each in a town of its own; all is well in the first one
    with open_scene(dict.fromkeys(names, 4), towns=1 + len(alone), gates=True, mode=mode) as scene:
        lives = lives_after(scene, dict.fromkeys(names, ()))
        cells = [Cell(KILLED, case) for life in lives if kills for case in decisive(scene, life)]
        for life in lives:
            possible = [
                fault for fault in (REFUSED, *alone) if (life.channel, fault) not in reasons
            ]
            for fault in possible:
                town = alone.index(fault) + 1 if fault in alone else 0
                cells.append(Cell(fault, _spoilt(scene, life, fault, town)))
        scene.run([cell.case for cell in cells])
        _check_met(scene, cells)
    return cells


def _spoilt(scene: Scene, life: Life, fault: str, town: int) -> Case:
    """A case whose publishing call will meet `fault`."""
    if fault == REFUSED:
        return scene.refused(life.channel)
    case = scene.case(life.channel, town=town)
    if fault in CALLBACKS:
        case.around = Around(callbacks=CALLBACKS[fault], control=scene.control(case))
        return case
    order = {"fault": fault, "skip": life.published_by - 1, "delay": _DELAYS.get(fault, 1.0)}
    ask(f"{scene.control(case)}/faults", order)
    return case


def _check_met(scene: Scene, cells: Sequence[Cell]) -> None:
    """No cell may be told of what did not happen."""
    for cell in cells:
        case = cell.case
        if cell.fault == KILLED and not case.died_in_time:
            raise Stuck(f"{case.channel}: outlived {case.kills}")
        if cell.fault == REFUSED and case.outcome.delivery["attempts"] < 2:
            raise Stuck(f"{case.channel}: nobody refused it")
        if cell.fault in list(Fault) and ask(f"{scene.control(case)}/faults")["left"]:
            raise Stuck(f"{case.channel}: met no {cell.fault}")


def _end_tokens(names: Sequence[str], mode: Mode) -> list[Cell]:
    """Batches of posts to one account, whose tokens end before the second is published."""
    with open_scene(dict.fromkeys(names, 1), towns=2, items=_BATCH, mode=mode) as scene:
        cells = []
        for life in lives_after(scene, dict.fromkeys(names, ())):
            case = scene.case(life.channel, town=1)
            name = life.points["call"][life.published_by - 1]
            case.around = Around(order=Order(name, 2, f"{scene.control(case)}/end-tokens"))
            cells.append(Cell(TOKENS_END, case))
        scene.run([cell.case for cell in cells])
    return cells
