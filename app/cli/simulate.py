"""gongkai simulate: every simulated platform on one port, and citizens who live on them.

The simulators stand above this package and are started in processes of their own, never imported.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from app.cli.common import JsonOption

app = typer.Typer(help="模拟平台 / simulated platforms")


@app.callback(invoke_without_command=True)
def simulate(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="监听地址 / address")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口，0 为任意 / port, 0 takes a free one")] = 8090,
) -> None:
    """在一个端口上模拟全部平台 / simulate every platform on one port"""
    if context.invoked_subcommand is None:
        _become("simulators", "--host", host, "--port", str(port))


@app.command("citizens")
def citizens(
    number: Annotated[int, typer.Option("--citizens", help="市民人数 / citizens")] = 2_000,
    seed: Annotated[int, typer.Option(help="随机种子 / seed")] = 1,
    seconds: Annotated[
        float, typer.Option(help="一天几秒，0 按人数 / the day in seconds, 0: by citizens")
    ] = 0,
    home: Annotated[str, typer.Option(help="数据目录，先清空 / emptied first")] = "var/citizens",
    as_json: JsonOption = False,
) -> None:
    """市民的一天，按平台所见计数 / a day of citizens, counted on the platforms"""
    words = ["--citizens", str(number), "--seed", str(seed), "--seconds", str(seconds)]
    words += ["--home", home, *(["--json"] if as_json else [])]
    _become("simulators.citizens", *words)


def _become(module: str, *words: str) -> None:
    command = [sys.executable, "-m", module, *words]
    os.execv(sys.executable, command)  # noqa: S606 - our own interpreter and module, no shell
