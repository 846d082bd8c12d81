"""The crash programs run in processes of their own: they fork, and pytest has threads."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

__all__ = ["lines_of", "outcome_of"]

_ROOT = Path(__file__).parent.parent.parent
_LONGEST_S = 940


def outcome_of(module: str, *arguments: str) -> Any:
    """What `python -m <module>` says in its last line."""
    return json.loads(_lines(module, arguments)[-1])


def lines_of(module: str, *arguments: str) -> list[dict[str, Any]]:
    """Every JSON object that `python -m <module>` prints, one a line."""
    return [json.loads(line) for line in _lines(module, arguments) if line.startswith("{")]


def _lines(module: str, arguments: Sequence[str]) -> list[str]:
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(
        command, cwd=_ROOT, capture_output=True, text=True, timeout=_LONGEST_S, check=False
    )
    lines = done.stdout.splitlines()
    if not lines or not lines[-1].startswith(("{", "[")):
        pytest.fail(f"{' '.join(command)}:\n{done.stdout}\n{done.stderr}", pytrace=False)
    return lines
