"""`gongkai`: every module of app.cli that exports `app` is a noun."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import structlog
import typer
from typer.core import TyperGroup
from typer.main import get_group

import app.cli
from app import __version__
from app.cli.common import FAILED, report
from app.logs import configure_logging
from app.settings import LogLevel
from app.settings_reading import CONFIG_VARIABLE
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


@cache
def _nouns() -> dict[str, typer.Typer]:
    """Every noun by its name; a module may also add commands to another's noun."""
    names = [found.name for found in pkgutil.iter_modules(app.cli.__path__)]
    found = {
        name: getattr(importlib.import_module(f"app.cli.{name}"), "app", None) for name in names
    }
    return {name: noun for name, noun in found.items() if isinstance(noun, typer.Typer)}


@cache
def _command(name: str) -> Any:
    alone = typer.Typer()
    alone.add_typer(_nouns()[name], name=name)
    return get_group(alone).commands[name]


class _Commands(Mapping[str, Any]):
    """The nouns as commands: each is built when it is asked for, a hundred would cost a command
    more than it does itself."""

    def __getitem__(self, name: str) -> Any:
        return _command(name)

    def __iter__(self) -> Iterator[str]:
        return iter(_nouns())

    def __len__(self) -> int:
        return len(_nouns())


class _Root(TyperGroup):
    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes | {"commands": _Commands()})


def command_line() -> typer.Typer:
    """The whole command line, with every noun found."""
    root = typer.Typer(
        name="gongkai", cls=_Root, no_args_is_help=True, pretty_exceptions_enable=False
    )
    root.callback()(_options)
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
