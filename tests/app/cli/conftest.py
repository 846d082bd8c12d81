"""An installation to type commands in; a file that needs another has its own `cli`."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.__main__ import command_line
from tests.app.cli.terminal import SIGNERS, Cli


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cli:
    """Run `gongkai …` in an installation with a body, its reviewers and one account."""
    monkeypatch.setenv("GONGKAI_HOME", str(tmp_path / "var"))
    monkeypatch.delenv("GONGKAI_DATABASE_URL", raising=False)

    def invoke(*words: object) -> Result:
        return CliRunner().invoke(command_line(), [str(word) for word in words])

    invoke("body", "add", "sc", "四川省人民政府", "--kind", "province")
    for login, role in SIGNERS.items():
        invoke("person", "add", login, login, "--role", f"sc:{role}")
    site = ("--base-url", "https://www.sc.gov.cn", "--body", "sc")
    invoke("account", "add", "website", tmp_path / "site", "门户", *site)
    return invoke
