"""What the command line's tests share: how a command is run, and what it said."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from typer.testing import Result

Cli = Callable[..., Result]
# what an import says of items that were public before: how they are determined
PUBLIC = ("--already-public", "门户网站已公开")
SIGNERS = {"clerk": "clerk", "head": "section-head", "leader": "leader"}


def data(done: Result) -> Any:
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)
