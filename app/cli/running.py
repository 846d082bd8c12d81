"""What the commands that run a process until it is stopped share."""

from __future__ import annotations

from typing import Annotated

import typer
import uvloop

from app.cli.common import failures
from app.logs import configure_logging
from app.nodes.jobs import Role
from app.serve import serve
from app.settings_reading import load_settings
from app.tuning import settle_memory

__all__ = ["PortOption", "run_roles"]

PortOption = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=65_535,
        help="监听端口，默认按 http_port / instead of http_port; 0: a free one",
        show_default=False,
    ),
]


def run_roles(roles: frozenset[Role], port: int | None) -> None:
    """Run a process with these roles; an error of the installation is told in words."""
    with failures():
        settings = load_settings()
        if port is not None:
            settings = settings.model_copy(update={"http_port": port})
        settle_memory()
        configure_logging(settings.log_level, settings.log_format)
        uvloop.run(serve(settings, roles))
