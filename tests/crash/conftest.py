"""The crash programs run in processes of their own: they fork, and pytest has threads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

__all__ = ["outcome_of"]

_ROOT = Path(__file__).parent.parent.parent
_LONGEST_S = 560


def outcome_of(module: str, *arguments: str) -> Any:
    """What `python -m tests.crash.<module>` says in its last line."""
    command = [sys.executable, "-m", f"tests.crash.{module}", *arguments]
    done = subprocess.run(
        command, cwd=_ROOT, capture_output=True, text=True, timeout=_LONGEST_S, check=False
    )
    lines = done.stdout.splitlines()
    if not lines or not lines[-1].startswith(("{", "[")):
        pytest.fail(f"{' '.join(command)}:\n{done.stdout}\n{done.stderr}", pytrace=False)
    return json.loads(lines[-1])
