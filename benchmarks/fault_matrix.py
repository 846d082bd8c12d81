"""The fault matrix: what networks, platforms and crashes do to a delivery, on every channel.

python -m benchmarks.fault_matrix [--quick] [--channel weibo] [--mode postgres] [--write]

Through the whole engine, in real processes that are killed with SIGKILL, on the channels' own
simulators. Without --quick every point is killed and every fault the simulators know is tried.
Prints a table, then one JSON object; ends with 1 when a post was lost or doubled, or when a person
had to settle what the platform could have told.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.crash.kills import try_channels, try_decisive
from benchmarks.crash.modes import Mode, add_mode
from benchmarks.crash.spoiling import (
    KILLED,
    REFUSED,
    TOKENS_END,
    Cell,
    Reasons,
    spoil,
)
from publishers.registry import channels
from publishers.simulation import Fault

_PAGE = Path(__file__).parent.parent / "docs" / "reliability.md"
_NAMED = (
    Fault.RESET_BEFORE,
    Fault.COMMIT_THEN_RESET,
    Fault.COMMIT_THEN_500,
    Fault.SLOW_THEN_COMMIT,
    Fault.LIMITED,
)
_DECISIVE = _NAMED[1:]  # what a quick run tries: something may have been done
_OTHERS = tuple(fault for fault in Fault if fault not in _NAMED)
_REST = "others"
# column → the faults it stands for
_COLUMNS: dict[str, tuple[str, ...]] = {
    "refuses the connection": (REFUSED,),
    "resets, nothing done": (Fault.RESET_BEFORE,),
    "done, then resets": (Fault.COMMIT_THEN_RESET,),
    "done, then 5xx": (Fault.COMMIT_THEN_500,),
    "done after the timeout": (Fault.SLOW_THEN_COMMIT,),
    "one call too many": (Fault.LIMITED,),
    "tokens end in mid-batch": (TOKENS_END,),
    "calls back twice": ("callback-twice",),
    "calls back before it answers": ("callback-before-response",),
    "other faults": _OTHERS,
    "SIGKILL": (KILLED,),
}
_WORDS = {"once": "once", "person": "a person", "doubled": "DOUBLED", "lost": "LOST"}


def run_matrix(
    names: Sequence[str], mode: Mode, *, quick: bool, only_kills: bool
) -> tuple[list[Cell], Reasons]:
    """Every cell of the chosen channels, and why the others are none."""
    if only_kills:
        return [Cell(KILLED, case) for case in try_decisive(names, mode)], {}
    cells, reasons = spoil(names, _DECISIVE if quick else tuple(Fault), kills=quick, mode=mode)
    if not quick:
        killed = try_channels(names, mode)
        cells += [Cell(KILLED, case) for matrix in killed for case in matrix.cases]
    return cells, reasons


def table(names: Sequence[str], cells: Sequence[Cell], reasons: Reasons) -> Iterator[str]:
    """The matrix as Markdown, a row for each channel; its footnotes say why a cell is none."""
    tried = {cell.fault for cell in cells} | {fault for _, fault in reasons}
    columns = {name: found for name, found in _COLUMNS.items() if tried & set(found)}
    yield "| channel | " + " | ".join(columns) + " |"
    yield "|---" * (len(columns) + 1) + "|"
    notes: list[str] = []
    for name in names:
        row = [_cell(name, faults, cells, reasons, notes) for faults in columns.values()]
        yield f"| {channels()[name].declaration.title.en} | " + " | ".join(row) + " |"
    if notes:
        yield ""
        yield "; ".join(f"{number}: not applicable, {why}" for number, why in enumerate(notes, 1))


def _cell(
    name: str, faults: Sequence[str], cells: Sequence[Cell], reasons: Reasons, notes: list[str]
) -> str:
    why = next((reasons[name, fault] for fault in faults if (name, fault) in reasons), "")
    if why:
        if why not in notes:
            notes.append(why)
        return f"– ({notes.index(why) + 1})"
    verdicts = Counter(
        cell.case.outcome.verdict
        for cell in cells
        if cell.case.channel == name and cell.fault in faults
    )
    if len(faults) == 1 and sum(verdicts.values()) == 1:
        return _WORDS[next(iter(verdicts))]
    return ", ".join(f"{count} {_WORDS[verdict]}" for verdict, count in verdicts.most_common())


def figures(cells: Sequence[Cell], reasons: Reasons, seconds: float) -> dict[str, float]:
    """What the table comes to. `for_a_person` are those that only a person can settle."""
    cases = [cell.case for cell in cells]
    verdicts = Counter(case.outcome.verdict for case in cases)
    left = sum(case.could_be_asked for case in cases)
    return {
        "cells": len(cells),
        "once": verdicts["once"],
        "lost": verdicts["lost"],
        "duplicated": verdicts["doubled"],
        "unknown_left": left,
        "for_a_person": verdicts["person"] - left,
        "not_applicable": len(reasons),
        "kills": sum(len(case.outcome.deaths) for case in cases),
        "seconds": round(seconds, 1),
    }


def complaints(cells: Sequence[Cell]) -> Iterator[str]:
    """What went wrong, one line each."""
    for cell in cells:
        case = cell.case
        if case.outcome.verdict in ("lost", "doubled") or case.could_be_asked:
            yield f"{cell.fault}: {json.dumps(case.as_dict(), ensure_ascii=False)}"


def write(lines: Sequence[str], name: str) -> None:
    """Put a table between the markers of that name in docs/reliability.md."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    page = _PAGE.read_text("utf-8")
    before, _, rest = page.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        sys.exit(f"{_PAGE.name} has no markers for the {name}")
    text = "\n".join(lines)
    _PAGE.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", "utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="decisive kills and faults only; 50 s")
    parser.add_argument("--channel", action="append", choices=sorted(channels()))
    parser.add_argument("--write", action="store_true", help="put the table into the page")
    parser.add_argument("--cases", action="store_true", help="print every case, too")
    parser.add_argument("--kills", action="store_true", help="the decisive kills and nothing else")
    add_mode(parser)
    options = parser.parse_args()
    names = options.channel or sorted(channels())
    begun = time.monotonic()
    cells, reasons = run_matrix(names, options.mode, quick=options.quick, only_kills=options.kills)
    told = figures(cells, reasons, time.monotonic() - begun)
    lines = list(table(names, cells, reasons))
    print("\n".join([*lines, *complaints(cells)]))
    if options.cases:
        rows = [{"fault": cell.fault, **cell.case.as_dict()} for cell in cells]
        print("\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    if options.write:
        write(lines, "fault matrix")
    print(json.dumps(told))
    return 1 if told["lost"] or told["duplicated"] or told["unknown_left"] else 0


if __name__ == "__main__":
    sys.exit(main())
