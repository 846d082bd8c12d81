"""The noun keyarea, as a clerk types it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.app.cli.terminal import Cli

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "simulators" / "data" / "keyareas"
PROJECTS = ("--body", "sc", "--year", "2026")


def told(cli: Cli, *words: object, code: int = 0) -> Any:
    done = cli("keyarea", *words, "--json")
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def test_a_list_goes_from_a_file_to_an_item_to_be_signed(cli: Cli, tmp_path: Path) -> None:
    blank = tmp_path / "blank.csv"
    form = told(cli, "form", "民生工程", "--blank", blank)
    assert blank.read_text("utf-8-sig").startswith("项目编码,项目名称")
    assert form["key"] == ["code"]
    file = SAMPLES / "projects.csv"
    made = told(cli, "import", file, "--kind", "projects", *PROJECTS, "--effective", "2026-03-01")
    assert (made["new"], made["version"]["size"]) == (True, 4)
    change = '{"code": "MS-2026-001", "进度": "60%"}'
    edited = told(cli, "edit", "projects", *PROJECTS, "--set", change, "--remove", "MS-2026-004")
    assert [c["kind"] for c in edited["changes"]] == ["changed", "removed"]
    item = told(cli, "propose", "projects", *PROJECTS)
    assert item["carries"] == edited["version"]["hash"]
    views = told(cli, "versions", "projects", *PROJECTS)
    assert [v["standing"] for v in views] == ["prepared", "carried"]
    assert told(cli, "find", "projects", "小学") == []
    shown = cli("keyarea", "show", "projects", *PROJECTS, "--number", 2, "--code", "MS-2026-001")
    assert "12,800万元" in shown.output
    refused = cli("keyarea", "show", "projects", *PROJECTS)
    assert refused.exit_code == 3
    assert "尚无公开版本" in refused.output


def test_a_file_with_a_bad_row_is_refused_whole_with_what_to_do(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    text = (SAMPLES / "projects.csv").read_text("utf-8")
    file.write_text(text.replace("62.5", "162.5"), "utf-8")
    done = told(cli, "import", file, "--kind", "projects", *PROJECTS, code=1)
    assert done["version"] is None
    [fault] = done["faults"]
    assert (fault["row"], fault["field"]) == (4, "progress")
    assert fault["remedy"]["zh"]


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("form", "none"), "民生工程"),
        (("projects", "--near", "104.06,30.66"), "30.66,104.06"),
        (("edit", "projects", *PROJECTS, "--set", "[1]"), "JSON"),
        (("show", "projects", *PROJECTS, "--as-of", "昨天"), "2026-12-01"),
    ],
)
def test_a_mistyped_word_is_answered_with_a_remedy(
    cli: Cli, words: tuple[str, ...], hint: str
) -> None:
    done = cli("keyarea", *words)
    assert done.exit_code in (2, 3)
    assert hint in done.output
