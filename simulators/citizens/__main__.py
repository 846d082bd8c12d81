"""`python -m simulators.citizens`: the day, played and counted; exit code 1 for any failure."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.console import Console

from simulators.citizens.day import Day, Played, play
from simulators.citizens.page import write_page
from simulators.citizens.table import figures, show
from simulators.home import emptied

_HOME = Path("var/citizens")
_SHORTEST_S, _PER_CITIZEN_S = 20.0, 0.055
_MOST_BODIES, _FEWEST_BODIES, _PER_BODY = 8, 2, 200


def main(
    citizens: Annotated[int, typer.Option(min=20, max=20_000, help="市民人数 / citizens")] = 2_000,
    seed: Annotated[int, typer.Option(help="随机种子 / seed")] = 1,
    seconds: Annotated[
        float,
        typer.Option(min=0, help="一天几秒，0 按人数 / the day in seconds, 0: by citizens"),
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False,
    home: Annotated[
        Path, typer.Option(help="数据目录，清空后使用 / folder, emptied first")
    ] = _HOME,
) -> None:
    """市民的一天 / a day of the citizens"""
    day = Day(
        home=emptied(home.absolute()),
        citizens=citizens,
        seed=seed,
        bodies=min(_MOST_BODIES, max(_FEWEST_BODIES, citizens // _PER_BODY)),
        length=seconds or max(_SHORTEST_S, citizens * _PER_CITIZEN_S),
    )
    console = Console(highlight=False, stderr=as_json)
    console.rule("市民的一天 · A day of the citizens")
    played: Played = uvloop.run(play(day, console.print))
    show(console, played)
    console.print(f"网页 page: {write_page(played)}", soft_wrap=True)
    if as_json:
        sys.stdout.write(json.dumps(figures(played), ensure_ascii=False, indent=2) + "\n")
    sys.exit(0 if played.good else 1)


if __name__ == "__main__":
    typer.run(main)
