"""An installation to type commands in; a file that needs another has its own `cli`.

What is typed to make it takes seconds: it is typed once, and copied for each test.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.__main__ import command_line
from tests.app.cli.terminal import PUBLIC, SIGNERS, Cli, data


def invoke(*words: object) -> Result:
    return CliRunner().invoke(command_line(), [str(word) for word in words])


def live_in(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is typed from now on goes to the installation in `home`."""
    monkeypatch.setenv("GONGKAI_HOME", str(home))
    monkeypatch.delenv("GONGKAI_DATABASE_URL", raising=False)


@pytest.fixture(scope="session")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of an installation with a body, its reviewers and one account."""
    folder = tmp_path_factory.mktemp("staffed")
    with pytest.MonkeyPatch.context() as patched:
        live_in(folder / "var", patched)
        invoke("body", "add", "sc", "四川省人民政府", "--kind", "province")
        for login, role in SIGNERS.items():
            invoke("person", "add", login, login, "--role", f"sc:{role}")
        site = ("--base-url", "https://www.sc.gov.cn", "--body", "sc")
        invoke("account", "add", "website", folder / "site", "门户", *site)
    return folder / "var"


@pytest.fixture(scope="session")
def approved(tmp_path_factory: pytest.TempPathFactory, staffed: Path) -> tuple[Path, str]:
    """The same with an item that three people approved, and its id."""
    folder = tmp_path_factory.mktemp("approved")
    shutil.copytree(staffed, folder / "var")
    row = {"key": "k1", "title": "通知", "body": "正文", "attribute": "proactive"}
    (folder / "rows").write_text(json.dumps(row), "utf-8")
    with pytest.MonkeyPatch.context() as patched:
        live_in(folder / "var", patched)
        invoke("item", "import", folder / "rows", "--body", "sc", *PUBLIC)
        item: str = data(invoke("item", "show", "k1", "--body", "sc", "--json"))["item"]["id"]
        approval = data(invoke("review", "submit", item, "--as", "editor", "--json"))
        for login in SIGNERS:
            invoke("review", "sign", approval["id"], "--as", login, "--hash", approval["hash"])
    return folder / "var", item


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, staffed: Path) -> Cli:
    """Run `gongkai …` in an installation with a body, its reviewers and one account."""
    live_in(tmp_path / "var", monkeypatch)
    shutil.copytree(staffed, tmp_path / "var")
    return invoke
