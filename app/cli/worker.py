"""gongkai worker: a process that calls the platforms, one of several."""

from __future__ import annotations

import typer

from app.cli.running import PortOption, run_roles
from app.nodes.jobs import Role

app = typer.Typer(help="发送进程 / run a worker")


@app.callback(invoke_without_command=True)
def run_worker(port: PortOption = None) -> None:
    """领取并发送投递，需 PostgreSQL / claim and send deliveries; PostgreSQL"""
    run_roles(frozenset({Role.WORKER}), port)
