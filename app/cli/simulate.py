"""gongkai simulate: every simulated platform on one port, in a process of its own.

The simulators stand above this package and are started, never imported.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

app = typer.Typer(help="模拟平台 / simulated platforms")


@app.callback(invoke_without_command=True)
def simulate(
    host: Annotated[str, typer.Option(help="监听地址 / address")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口，0 为任意 / port, 0 takes a free one")] = 8090,
) -> None:
    """在一个端口上模拟全部平台 / simulate every platform on one port"""
    command = [sys.executable, "-m", "simulators", "--host", host, "--port", str(port)]
    os.execv(sys.executable, command)  # noqa: S606 - our own interpreter and module, no shell
