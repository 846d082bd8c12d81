"""The board of the pre-flight checks, as a duty officer reads it."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from app.compose import Hub, open_hub
from app.settings_reading import load_settings
from tests.app.cli.terminal import PUBLIC, SIGNERS, Cli


def data(done: Result, code: int = 0) -> Any:
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


@pytest.fixture
def plan(cli: Cli, tmp_path: Path) -> str:
    """A plan for tomorrow."""
    file = tmp_path / "rows"
    row = {"key": "k1", "title": "通知", "body": "正文", "attribute": "proactive"}
    file.write_text(json.dumps(row), "utf-8")
    cli("item", "import", file, "--body", "sc", *PUBLIC)
    item = data(cli("item", "show", "k1", "--body", "sc", "--json"))["item"]["id"]
    approval = data(cli("review", "submit", item, "--as", "editor", "--json"))
    for login in SIGNERS:
        cli("review", "sign", approval["id"], "--as", login, "--hash", approval["hash"])
    tomorrow = (datetime.now(UTC) + timedelta(hours=30)).strftime("%Y-%m-%dT%H:%M")
    made = cli("plan", "make", item, "--at", tomorrow, "--zone", "UTC", "--as", "media", "--json")
    found: str = data(made)["plan"]["id"]
    return found


def with_hub(work: Callable[[Hub], Awaitable[Any]]) -> Any:
    """What the running hub would do, done here."""

    async def opened() -> Any:
        async with open_hub(load_settings()) as hub:
            return await work(hub)

    return asyncio.run(opened())


@pytest.fixture
def broken(cli: Cli, plan: str) -> str:
    """The plan, whose account was marked as to be reconnected."""
    [account] = data(cli("account", "list", "--json"))
    until = (datetime.now(UTC) + timedelta(days=60)).strftime("%Y-%m-%dT%H:%M")
    cli("account", "pause", account["id"], "--until", until, "--reason", "演练")
    return plan


def test_a_sound_plan_is_told_check_by_check(cli: Cli, plan: str) -> None:
    told = data(cli("plan", "preflight", plan, "--json"))
    assert (told["plan"], told["deliveries"], told["blocking"], told["warnings"]) == (plan, 1, 0, 0)
    assert {row["check"] for row in told["checks"]} >= {"approval", "credentials", "quota", "links"}
    assert 0 < told["seconds_left"] <= 30 * 3600
    assert told["points"] == []


def test_what_would_stop_it_gives_exit_code_1(cli: Cli, broken: str) -> None:
    told = data(cli("plan", "preflight", broken, "--json"), code=1)
    [problem] = told["problems"]
    assert (problem["check"], problem["severity"], problem["label"]) == (
        "paused",
        "blocking",
        "门户",
    )
    assert problem["message"]["zh"]
    assert problem["remedy"]["en"]


def test_the_board_lists_what_the_hub_found(cli: Cli, broken: str) -> None:
    assert data(cli("preflight", "list", "--json")) == []
    assert with_hub(lambda hub: hub.preflight.run_due()) == 1
    [row] = data(cli("preflight", "list", "--json"))
    assert (row["plan"], row["title"], row["point"]) == (broken, "通知", "planned")
    assert 0 < row["seconds_left"] <= 30 * 3600
    [point] = data(cli("plan", "preflight", broken, "--json"), code=1)["points"]
    assert (point["point"], point["blocking"]) == ("planned", 1)


def test_people_see_a_countdown_and_what_to_do(cli: Cli, broken: str) -> None:
    with_hub(lambda hub: hub.preflight.run_due())
    for words in (("plan", "preflight", broken), ("preflight", "list")):
        shown = cli(*words).stdout
        assert re.search(r"距发布 \d+:[0-5]\d:[0-5]\d", shown)
        assert "阻断" in shown
        assert "resume" in shown


def test_an_empty_board_says_so(cli: Cli, plan: str) -> None:
    with_hub(lambda hub: hub.preflight.run_due())
    assert "没有问题" in cli("preflight", "list").stdout


def test_an_unknown_plan_is_not_found(cli: Cli) -> None:
    done = cli("plan", "preflight", "nowhere", "--json")
    assert (done.exit_code, json.loads(done.stderr)["field"]) == (3, "plan")
