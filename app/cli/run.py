"""gongkai run: the hub, all in one process, until it is stopped."""

from __future__ import annotations

import typer
import uvloop

from app.cli.common import failures
from app.logs import configure_logging
from app.serve import serve
from app.settings import load_settings

app = typer.Typer(help="运行 / run the hub")


@app.callback(invoke_without_command=True)
def run_hub() -> None:
    """运行调度与健康检查服务，直到停止 / run scheduler and health server until stopped"""
    with failures():
        settings = load_settings()
        configure_logging(settings.log_level, settings.log_format)
        uvloop.run(serve(settings))
