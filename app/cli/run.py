"""gongkai run: the hub, all in one process, until it is stopped."""

from __future__ import annotations

import typer

from app.cli.running import PortOption, run_roles
from app.nodes.jobs import ALL

app = typer.Typer(help="运行 / run the hub")


@app.callback(invoke_without_command=True)
def run_hub(port: PortOption = None) -> None:
    """运行调度与健康检查服务，直到停止 / run scheduler and health server until stopped"""
    run_roles(ALL, port)
