"""`gongkai account liveness`, as media staff read it on a Monday."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from app.__main__ import command_line
from tests.app.cli.terminal import PUBLIC

Cli = Callable[..., Result]
SIGNERS = {"clerk": "clerk", "head": "section-head", "leader": "leader"}


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cli:
    """An installation with a body, its reviewers and two accounts that never published."""
    monkeypatch.setenv("GONGKAI_HOME", str(tmp_path / "var"))
    monkeypatch.delenv("GONGKAI_DATABASE_URL", raising=False)

    def invoke(*words: object) -> Result:
        return CliRunner().invoke(command_line(), [str(word) for word in words])

    invoke("body", "add", "sc", "四川省人民政府", "--kind", "province")
    for login, role in SIGNERS.items():
        invoke("person", "add", login, login, "--role", f"sc:{role}")
    for name in ("门户", "分站"):
        where = ("--base-url", "https://www.sc.gov.cn", "--body", "sc")
        invoke("account", "add", "website", tmp_path / name, name, *where)
    return invoke


@pytest.fixture
def item(cli: Cli, tmp_path: Path) -> str:
    """The id of an item that three people approved."""
    row = {"key": "k1", "title": "便民通知", "body": "正文", "attribute": "proactive"}
    file = tmp_path / "rows"
    file.write_text(json.dumps(row), "utf-8")
    cli("item", "import", file, "--body", "sc", *PUBLIC)
    found: str = data(cli("item", "show", "k1", "--body", "sc", "--json"))["item"]["id"]
    approval = data(cli("review", "submit", found, "--as", "editor", "--json"))
    for login in SIGNERS:
        cli("review", "sign", approval["id"], "--as", login, "--hash", approval["hash"])
    return found


def data(done: Result) -> Any:
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_accounts_are_told_with_what_would_suit_them(cli: Cli, item: str) -> None:
    told = data(cli("account", "liveness", "--json"))
    assert told["totals"] == {"live": 0, "near": 0, "over": 2}
    assert [one["standing"] for one in told["accounts"]] == ["over", "over"]
    for one in told["accounts"]:
        assert (one["days"], one["limit"], one["planned_at"]) == (None, 14, None)
        assert [s["item"] for s in one["suggestions"]] == [item]


def test_what_is_planned_is_no_longer_suggested(cli: Cli, item: str) -> None:
    first, second = data(cli("account", "list", "--json"))
    cli("plan", "make", item, "--at", "2099-01-01T09:00", "--account", first["id"], "--as", "m")
    accounts = data(cli("account", "liveness", "--json"))["accounts"]
    told = {one["account"]: one for one in accounts}
    assert told[first["id"]]["planned_at"] == "2099-01-01T01:00:00Z"
    assert told[first["id"]]["suggestions"] == []
    assert len(told[second["id"]]["suggestions"]) == 1


def test_limits_are_set_for_all_for_one_and_for_a_question(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONGKAI_LIVENESS_DAYS", "30")
    assert {one["limit"] for one in data(cli("account", "liveness", "--json"))["accounts"]} == {30}
    asked = data(cli("account", "liveness", "--days", "5", "--limit", "1", "--json"))
    assert [one["limit"] for one in asked["accounts"]] == [5]
    assert cli("account", "liveness", "--days", "0").exit_code == 2


def test_people_see_a_table(cli: Cli, item: str) -> None:
    shown = cli("account", "liveness", "--fresh").stdout
    assert "超期 2" in shown
    assert "never" in shown or "从未" in shown


def test_an_unknown_body_is_not_found(cli: Cli) -> None:
    assert cli("account", "liveness", "--body", "nowhere", "--json").exit_code == 3
