"""gongkai demo: the whole flow on simulated platforms, in a process of its own.

The demonstration stands above this package and is started, never imported.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

app = typer.Typer(help="演示 / demonstration")


@app.callback(invoke_without_command=True)
def demo(
    once: Annotated[bool, typer.Option("--once", help="结束即退出 / end when done")] = False,
    bodies: Annotated[int, typer.Option(min=1, max=22, help="机构数 / bodies")] = 8,
    items: Annotated[int, typer.Option(min=1, max=5, help="信息数 / items")] = 3,
    home: Annotated[str, typer.Option(help="数据目录，启动时清空 / emptied first")] = "var/demo",
    scaled: Annotated[
        bool,
        typer.Option("--scaled", help="多进程，PostgreSQL 与 Redis / several processes"),
    ] = False,
) -> None:
    """从导入到发布的全过程 / from import to publication, on simulated platforms"""
    command = [sys.executable, "-m", "simulators.demo"]
    command += ["--bodies", str(bodies), "--items", str(items), "--home", home]
    command += ["--once"] if once else []
    command += ["--scaled"] if scaled else []
    os.execv(sys.executable, command)  # noqa: S606 - our own interpreter and module, no shell
