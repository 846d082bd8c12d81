"""gongkai demo: the whole flow on simulated platforms, in a process of its own."""

from __future__ import annotations

import os
import sys

import typer

app = typer.Typer(help="演示 / demonstration")


@app.callback(
    invoke_without_command=True,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
def demo(context: typer.Context) -> None:
    """从导入到发布的全过程 / from import to publication, on simulated platforms"""
    command = [sys.executable, "-m", "simulators.demo", *context.args]
    os.execv(sys.executable, command)  # noqa: S606 - our own interpreter and module, no shell
