"""`gongkai`: every module of app.cli that exports `app` is a noun."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from pathlib import Path
from typing import Annotated

import structlog
import typer

import app.cli
from app import __version__
from app.cli.common import FAILED, report
from app.logs import configure_logging
from app.settings import CONFIG_VARIABLE, LogLevel
from hub.kernel.errors import GongkaiError

__all__ = ["command_line", "main"]


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gongkai {__version__}")
        raise typer.Exit


def _options(
    config: Annotated[
        Path | None,
        typer.Option("--config", help="TOML 配置文件 / settings file", show_default=False),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """政务公开发布中枢 / publishing hub for open government affairs"""
    if config is not None:
        os.environ[CONFIG_VARIABLE] = str(config)


def command_line() -> typer.Typer:
    """The whole command line, with every noun found."""
    root = typer.Typer(name="gongkai", no_args_is_help=True, pretty_exceptions_enable=False)
    root.callback()(_options)
    for found in pkgutil.iter_modules(app.cli.__path__):
        noun = getattr(importlib.import_module(f"app.cli.{found.name}"), "app", None)
        if isinstance(noun, typer.Typer):
            root.add_typer(noun, name=found.name)
    return root


def main() -> None:
    """Run the command line.

    An error that no noun caught is reported like the others; a defect is logged, because a bare
    traceback could show a secret.
    """
    configure_logging(LogLevel.WARNING)
    try:
        command_line()()
    except GongkaiError as error:
        try:
            report(error, as_json="--json" in sys.argv)
        except typer.Exit as leave:
            sys.exit(leave.exit_code)
    except Exception:
        structlog.get_logger("app").critical("crashed", exc_info=True)
        sys.exit(FAILED)


if __name__ == "__main__":
    main()
