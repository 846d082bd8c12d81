from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

import pytest
import typer

from app import __version__
from app.cli.common import emit, exit_code, failures, progress
from hub.kernel.errors import (
    Conflict,
    Forbidden,
    GongkaiError,
    IllegalTransition,
    InvalidInput,
    Misconfigured,
    NotFound,
    Unavailable,
    Words,
)
from hub.publishing.errors import Rejected

WORDS = Words("太长", "too long")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    name: str
    at: datetime


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (Rejected, 1),
        (GongkaiError, 1),
        (InvalidInput, 2),
        (NotFound, 3),
        (Conflict, 4),
        (IllegalTransition, 4),
        (Forbidden, 4),
        (Unavailable, 5),
        (Misconfigured, 6),
    ],
)
def test_an_error_s_class_decides_the_exit_code(kind: type[GongkaiError], code: int) -> None:
    assert exit_code(kind(WORDS)) == code


def test_a_person_reads_field_both_languages_and_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    remedy = Words("缩短", "shorten it [bold]")
    with pytest.raises(typer.Exit) as left, failures():
        raise InvalidInput(WORDS, field="title", remedy=remedy)
    out = capsys.readouterr()
    assert left.value.exit_code == 2
    assert out.out == ""
    assert out.err.splitlines() == ["[title] 太长", "too long", "→ 缩短", "→ shorten it [bold]"]


def test_a_program_reads_json(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit), failures(as_json=True):
        raise NotFound(WORDS, field="item")
    assert json.loads(capsys.readouterr().err) == NotFound(WORDS, field="item").as_dict()


def test_what_is_no_error_of_ours_passes() -> None:
    with pytest.raises(ZeroDivisionError), failures():
        1 / 0  # noqa: B018


def test_json_has_sorted_keys_and_knows_our_values(capsys: pytest.CaptureFixture[str]) -> None:
    at = datetime(2026, 3, 2, 1, tzinfo=UTC)
    data = {"b": Thing(name="公开", at=at), "a": MappingProxyType({"x": 1}), "e": NotFound(WORDS)}
    emit(data, True, lambda _: "")
    line = capsys.readouterr().out
    assert list(json.loads(line)) == ["a", "b", "e"]
    assert json.loads(line)["b"] == {"at": "2026-03-02T01:00:00Z", "name": "公开"}
    assert json.loads(line)["e"]["code"] == "not-found"


def test_a_person_sees_what_render_makes(capsys: pytest.CaptureFixture[str]) -> None:
    emit({"n": 3}, False, lambda data: f"n is {data['n']}")
    assert capsys.readouterr().out == "n is 3\n"


def test_progress_is_silent_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress() as bar:
        bar.advance(bar.add_task("x", total=2))
    assert capsys.readouterr() == ("", "")


def test_the_command_line_finds_its_nouns_and_its_version() -> None:
    command = [sys.executable, "-m", "app"]
    version = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
    listed = subprocess.run([*command, "--help"], capture_output=True, text=True, check=True)
    assert version.stdout == f"gongkai {__version__}\n"
    nouns = {line.split()[1] for line in listed.stdout.splitlines() if line.startswith("│ ")}
    assert {"audit", "config", "db", "delivery", "plan", "run", "demo"} <= nouns


CRASH = """
import app.__main__ as line

def crash():
    raise ValueError("https://api.example.cn/add?access_token=hunter2hunter2")

line.command_line = lambda: crash
line.main()
"""


def test_a_defect_ends_in_a_traceback_without_secrets() -> None:
    done = subprocess.run([sys.executable, "-c", CRASH], capture_output=True, text=True)
    assert done.returncode == 1
    assert "ValueError: https://api.example.cn/add?access_token=***" in done.stderr
    assert "hunter2" not in done.stderr + done.stdout
