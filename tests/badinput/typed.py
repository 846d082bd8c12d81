"""What a refusal looks like to whoever typed the command, and proof that it left nothing behind."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from app.__main__ import command_line

__all__ = ["Cli", "assert_both_languages", "nothing_written", "refusal", "type_in"]

Cli = Callable[..., Result]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
INPUT = 2  # exit code of bad input


def type_in(*words: object) -> Result:
    return CliRunner().invoke(command_line(), [str(word) for word in words])


def refusal(done: Result, field: str) -> dict[str, Any]:
    """The error on stderr as JSON: exit code 2, the field, what is wrong and what to do."""
    assert done.exit_code == INPUT, done.output
    assert done.stdout == ""
    told: dict[str, Any] = json.loads(done.stderr)
    assert told["field"] == field, told
    assert_both_languages(told)
    return told


def assert_both_languages(told: dict[str, Any]) -> None:
    for part in ("message", "remedy"):
        assert told[part] is not None, told
        assert told[part]["en"], told
        assert CHINESE.search(told[part]["zh"]), told


@contextmanager
def nothing_written(home: Path) -> Iterator[None]:
    """Every table holds the same number of rows after the block as before, events among them."""
    before = _counts(home)
    assert before["audit_events"] > 0
    yield
    assert _counts(home) == before


def _counts(home: Path) -> dict[str, int]:
    with closing(sqlite3.connect(home / "gongkai.db")) as connection:
        query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        names = [row[0] for row in connection.execute(query)]
        return {n: connection.execute(f'SELECT count(*) FROM "{n}"').fetchone()[0] for n in names}
