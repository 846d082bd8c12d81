"""What operators type to move an installation and to archive it, and what they read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.cli.terminal import Cli, data


def test_an_installation_is_copied_and_lives_on_in_its_new_place(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = f"sqlite:///{tmp_path / 'new' / 'gongkai.db'}"
    bodies = data(cli("body", "list", "--json"))
    told = data(cli("db", "copy", "--to", target, "--as", "mover", "--json"))
    assert told["tables"]["bodies"]["rows"] == 1
    assert told["rows"] == sum(table["rows"] for table in told["tables"].values())
    again = cli("db", "copy", "--to", target)
    assert (again.exit_code, "不是空的" in again.stderr) == (4, True)
    assert cli("db", "copy", "--to", "mysql://x").exit_code == 2

    monkeypatch.setenv("GONGKAI_DATABASE_URL", target)
    assert data(cli("body", "list", "--json")) == bodies
    assert data(cli("audit", "list", "--json"))[-1]["actor"] == "mover"
    assert cli("db", "check").exit_code == 0
    assert cli("audit", "verify").exit_code == 0


def test_there_is_nothing_to_archive_in_a_new_installation(cli: Cli) -> None:
    made = cli("archive", "make", "--before", "2026-01")
    assert made.exit_code == 0
    assert "月份 / month" in made.stdout
    assert "类别 / kind" in cli("archive", "prune").stdout
    assert data(cli("archive", "list", "--json")) == []
    assert cli("archive", "make", "--before", "2026-13").exit_code == 2
    assert cli("archive", "make", "--before", "2026-01", "--kind", "plans").exit_code == 2
