"""gongkai web: a process that serves HTTP, one of many."""

from __future__ import annotations

import typer

from app.cli.running import PortOption, run_roles
from app.nodes.jobs import Role

app = typer.Typer(help="网页进程 / run a web node")


@app.callback(invoke_without_command=True)
def run_web(port: PortOption = None) -> None:
    """提供门户、工作台、接口与回调，需 PostgreSQL / portal, console, API, callbacks; PostgreSQL"""
    run_roles(frozenset({Role.WEB}), port)
