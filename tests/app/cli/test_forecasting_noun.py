"""`gongkai plan simulate`: when each wave would be finished, and nothing written."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
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
    """Run `gongkai …` in an installation with its reviewers and two sites."""
    monkeypatch.setenv("GONGKAI_HOME", str(tmp_path / "var"))
    monkeypatch.delenv("GONGKAI_DATABASE_URL", raising=False)

    def invoke(*words: object) -> Result:
        return CliRunner().invoke(command_line(), [str(word) for word in words])

    invoke("body", "add", "sc", "四川省人民政府", "--kind", "province")
    for login, role in SIGNERS.items():
        invoke("person", "add", login, login, "--role", f"sc:{role}")
    for name in ("one", "two"):
        site = ("--base-url", f"https://{name}.sc.gov.cn", "--body", "sc")
        invoke("account", "add", "website", tmp_path / name, name, *site)
    return invoke


@pytest.fixture
def item(cli: Cli, tmp_path: Path) -> str:
    file = tmp_path / "rows"
    row = {"key": "k1", "title": "通知", "body": "正文", "attribute": "proactive"}
    file.write_text(json.dumps(row), "utf-8")
    cli("item", "import", file, "--body", "sc", *PUBLIC)
    found: str = data(cli("item", "show", "k1", "--body", "sc", "--json"))["item"]["id"]
    return found


def data(done: Result, code: int = 0) -> Any:
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def tomorrow() -> str:
    return (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT09:00")


def test_a_plan_is_foretold_before_its_item_is_approved_and_nothing_is_written(
    cli: Cli, item: str
) -> None:
    told = data(
        cli("plan", "simulate", "--item", item, "--at", tomorrow(), "--zone", "UTC", "--json")
    )
    (wave,) = told["waves"]
    assert (wave["plan"], wave["channel"]) == ("proposed", "website")
    assert (wave["deliveries"], wave["sent"], wave["expired"], wave["held"]) == (2, 2, 0, 0)
    assert wave["due"] == wave["start"] == f"{tomorrow()}:00Z"
    moments = [datetime.fromisoformat(wave[name]) for name in ("due", "first", "median", "last")]
    assert moments == sorted(moments)
    assert wave["due"] != wave["last"] == told["finish"]
    assert told["measured"] == []
    assert data(cli("plan", "list", "--json")) == []


def test_plans_of_a_day_are_played_together(cli: Cli, item: str) -> None:
    approval = data(cli("review", "submit", item, "--as", "editor", "--json"))
    for login in SIGNERS:
        cli("review", "sign", approval["id"], "--as", login, "--hash", approval["hash"])
    at = ("--at", tomorrow(), "--zone", "UTC")
    plan = data(cli("plan", "make", item, *at, "--as", "media", "--json"))["plan"]["id"]
    again = ("--item", item, *at)
    told = data(cli("plan", "simulate", *again, "--connections", 1, "--json"))
    assert {wave["plan"] for wave in told["waves"]} == {plan, "proposed"}
    # one post at a time per account, one call at a time here: the second wave ends after the first
    assert len({wave["last"] for wave in told["waves"]}) == 2
    day = tomorrow()[:10]
    (alone,) = data(cli("plan", "simulate", plan, "--day", day, "--zone", "UTC", "--json"))["waves"]
    assert (alone["plan"], alone["sent"]) == (plan, 2)
    shown = cli("plan", "simulate", "--day", day, "--zone", "UTC")
    assert shown.exit_code == 0
    assert plan[-12:] in shown.output
    assert "guessed" in shown.output


def test_a_strange_day_or_plan_is_refused_in_words(cli: Cli) -> None:
    assert cli("plan", "simulate", "--day", "tomorrow").exit_code == 2
    assert cli("plan", "simulate", "--zone", "Mars/North").exit_code == 2
    assert cli("plan", "simulate", "01UNKNOWN").exit_code == 3
    assert cli("plan", "simulate").exit_code == 0
