"""gongkai clock: the process that does what is done once; a second one stands by."""

from __future__ import annotations

import typer

from app.cli.running import PortOption, run_roles
from app.nodes.jobs import Role

app = typer.Typer(help="时钟进程 / run the clock")


@app.callback(invoke_without_command=True)
def run_clock(port: PortOption = None) -> None:
    """定时任务，一主一备，需 PostgreSQL / recurring jobs, one leads; PostgreSQL"""
    run_roles(frozenset({Role.CLOCK}), port)
