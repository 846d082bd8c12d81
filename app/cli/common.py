"""What every noun shares: running with an open hub, output in two forms, exit codes."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Awaitable, Callable, Iterator
from types import MappingProxyType
from typing import Annotated, Any, NoReturn, TypeVar

import msgspec
import typer
import uvloop
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.compose import Hub, open_hub
from app.settings import Settings
from app.settings_reading import load_settings
from hub.kernel.errors import (
    Conflict,
    Forbidden,
    GongkaiError,
    InvalidInput,
    Misconfigured,
    NotFound,
    Unavailable,
)

__all__ = [
    "EXIT_CODES",
    "FAILED",
    "JsonOption",
    "emit",
    "exit_code",
    "failures",
    "progress",
    "report",
    "run",
]

T = TypeVar("T")

JsonOption = Annotated[
    bool, typer.Option("--json", help="以 JSON 输出，形状稳定 / print JSON in a stable shape")
]

# The first row that matches decides; anything else that fails exits with FAILED.
EXIT_CODES: tuple[tuple[type[GongkaiError], int], ...] = (
    (InvalidInput, 2),
    (NotFound, 3),
    (Conflict, 4),
    (Forbidden, 4),
    (Unavailable, 5),
    (Misconfigured, 6),
)
FAILED = 1


def run(
    work: Callable[[Hub], Awaitable[T]], *, settings: Settings | None = None, as_json: bool = False
) -> T:
    """Open the hub, run `work` with it, close it; a GongkaiError becomes words and an exit code.

    `settings` are those of the installation unless given.
    """
    with failures(as_json):
        return uvloop.run(_opened(work, settings or load_settings()))


async def _opened(work: Callable[[Hub], Awaitable[T]], settings: Settings) -> T:
    async with open_hub(settings) as hub:
        return await work(hub)


@contextlib.contextmanager
def failures(as_json: bool = False) -> Iterator[None]:
    """Turn a GongkaiError into a message on stderr and the exit code that its class has."""
    try:
        yield
    except GongkaiError as error:
        report(error, as_json)


def report(error: GongkaiError, as_json: bool = False) -> NoReturn:
    """Print `error` on stderr, in both languages or as JSON, and exit."""
    if as_json:
        sys.stderr.write(_encode(error.as_dict()) + "\n")
    else:
        console = Console(stderr=True, highlight=False)
        place = f"[{error.field}] " if error.field else ""
        console.print(f"{place}{error.words.zh}", style="bold red", markup=False)
        console.print(error.words.en, style="red", markup=False)
        if error.remedy:
            console.print(f"→ {error.remedy.zh}\n→ {error.remedy.en}", markup=False)
    raise typer.Exit(exit_code(error))


def exit_code(error: GongkaiError) -> int:
    """0 ok, 1 failed outcome, 2 bad input, 3 not found, 4 conflict or forbidden, 5 unavailable,
    6 misconfigured."""
    return next((code for kind, code in EXIT_CODES if isinstance(error, kind)), FAILED)


def emit(data: T, as_json: bool, render: Callable[[T], RenderableType]) -> None:
    """Print `data` on stdout: as JSON with sorted keys, or as `render` shows it to a person."""
    if as_json:
        sys.stdout.write(_encode(data) + "\n")
    else:
        Console(highlight=False).print(render(data))


def progress() -> Progress:
    """A progress bar on stderr, so that it never mixes with output; silent without a terminal."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def _encode(data: Any) -> str:
    return msgspec.json.encode(data, order="sorted", enc_hook=_plain).decode()


def _plain(value: Any) -> Any:
    """What msgspec does not know by itself."""
    if isinstance(value, MappingProxyType):
        return dict(value)
    if isinstance(value, GongkaiError):
        return value.as_dict()
    return str(value)
