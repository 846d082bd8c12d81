"""The nouns plan and delivery, as media staff type them."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.app.cli.terminal import Cli, data

TOMORROW = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
LATER = (datetime.now(UTC) + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def item(cli: Cli, approved: tuple[Path, str], tmp_path: Path) -> str:
    """The id of an item that three people approved."""
    home, found = approved
    shutil.copytree(home, tmp_path / "var", dirs_exist_ok=True)
    return found


@pytest.fixture
def planned(cli: Cli, item: str) -> str:
    """The id of a plan for tomorrow."""
    words = ("plan", "make", item, "--at", TOMORROW, "--zone", "UTC", "--as", "media", "--json")
    plan: str = data(cli(*words))["plan"]["id"]
    return plan


def only(cli: Cli) -> dict[str, Any]:
    [delivery] = data(cli("delivery", "list", "--json"))
    found: dict[str, Any] = delivery
    return found


def test_a_plan_is_made_shown_moved_and_cancelled(cli: Cli, planned: str) -> None:
    shown = data(cli("plan", "show", planned, "--json"))
    assert (shown["deliveries"], shown["states"]) == (1, {"planned": 1})
    assert shown["plan"]["created_by"] == "media"
    assert [plan["id"] for plan in data(cli("plan", "list", "--json"))] == [planned]
    moved = cli("plan", "reschedule", planned, "--at", LATER, "--zone", "UTC", "--json")
    assert data(moved) == {"moved": 1, "not_movable": 0}
    assert only(cli)["due_at"].startswith(LATER)
    assert data(cli("plan", "cancel", planned, "--json")) == {"cancelled": 1}
    assert only(cli)["state"] == "cancelled"


def test_the_zone_is_the_installation_s_unless_given(cli: Cli, item: str) -> None:
    plan = data(cli("plan", "make", item, "--at", LATER, "--json"))["plan"]
    assert plan["zone"] == "Asia/Shanghai"
    due = datetime.fromisoformat(plan["due_at"])
    assert due == datetime.fromisoformat(LATER + "+08:00")


@pytest.mark.parametrize(
    ("words", "code", "field"),
    [
        (("--at", "2020-01-01T09:00"), 2, "at"),
        (("--at", "tomorrow"), 2, "at"),
        (("--at", TOMORROW, "--zone", "Asia/Nowhere"), 2, "zone"),
        (("--at", TOMORROW, "--not-after", "2020-01-01T09:00"), 2, "not_after"),
        (("--at", TOMORROW, "--embargo", LATER), 2, "at"),
        (("--channel", "weibo"), 4, "selection"),
        (("--body", "nowhere"), 3, "body"),
    ],
)
def test_what_cannot_be_planned_says_why(
    cli: Cli, item: str, words: tuple[str, ...], code: int, field: str
) -> None:
    done = cli("plan", "make", item, *words, "--json")
    assert done.exit_code == code, done.output
    error = json.loads(done.stderr)
    assert field in error["field"]
    assert error["message"]["zh"]
    assert error["message"]["en"]
    assert data(cli("delivery", "list", "--json")) == []


def test_an_edition_is_planned_once(cli: Cli, item: str, planned: str) -> None:
    done = cli("plan", "make", item, "--json")
    assert done.exit_code == 4
    assert "已排给此账号" in json.loads(done.stderr)["remedy"]["zh"]


@pytest.mark.parametrize("words", [("plan", "cancel", ""), ("delivery", "cancel", "")])
def test_an_empty_variable_cancels_nothing(cli: Cli, planned: str, words: tuple[str, ...]) -> None:
    assert cli(*words, "--json").exit_code == 2
    assert only(cli)["state"] == "planned"


def test_a_delivery_says_where_it_is_and_what_comes_next(cli: Cli, planned: str) -> None:
    delivery = only(cli)["id"]
    told = data(cli("delivery", "explain", delivery, "--json"))
    assert (told["delivery"], told["state"]) == (delivery, "planned")
    assert "gongkai run" in told["next"]["zh"]
    for_people = cli("delivery", "explain", delivery).stdout
    assert "已排期" in for_people
    assert "planned" in for_people


def test_a_delivery_is_listed_by_what_is_asked(cli: Cli, planned: str) -> None:
    for words, count in (
        (("--state", "planned"), 1),
        (("--state", "ready"), 0),
        (("--plan", planned, "--channel", "website"), 1),
        (("--reason", "outage"), 0),
    ):
        assert len(data(cli("delivery", "list", *words, "--json"))) == count
    done = cli("delivery", "list", "--state", "perhaps", "--json")
    assert (done.exit_code, json.loads(done.stderr)["field"]) == (2, "state")


def test_a_delivery_is_shown_and_cancelled(cli: Cli, planned: str) -> None:
    delivery = only(cli)["id"]
    shown = data(cli("delivery", "show", delivery, "--json"))
    assert (shown["account"], shown["attempts"]) == ("门户", [])
    done = data(cli("delivery", "cancel", delivery, "--json"))
    assert done == {"delivery": delivery, "cancelled": "true", "state": "cancelled"}
    assert data(cli("delivery", "cancel", delivery, "--json"))["cancelled"] == "false"


@pytest.mark.parametrize(
    "words",
    [
        ("retry", "{}"),
        ("resolve", "{}", "--absent"),
        ("resolve", "{}", "--published", "42"),
    ],
)
def test_what_a_state_does_not_allow_is_a_conflict(
    cli: Cli, planned: str, words: tuple[str, ...]
) -> None:
    delivery = only(cli)["id"]
    done = cli("delivery", *(word.format(delivery) for word in words), "--json")
    assert done.exit_code == 4, done.output
    assert only(cli)["state"] == "planned"


@pytest.mark.parametrize("words", [(), ("--absent", "--published", "42")])
def test_an_outcome_is_settled_one_way(cli: Cli, planned: str, words: tuple[str, ...]) -> None:
    done = cli("delivery", "resolve", only(cli)["id"], *words, "--json")
    assert (done.exit_code, json.loads(done.stderr)["field"]) == (2, "published")


@pytest.mark.parametrize("verb", ["show", "explain", "retry", "cancel"])
def test_an_unknown_delivery_is_not_found(cli: Cli, verb: str) -> None:
    done = cli("delivery", verb, "nowhere", "--json")
    assert (done.exit_code, json.loads(done.stderr)["code"]) == (3, "not-found")


def test_nothing_held_and_nothing_published(cli: Cli, item: str) -> None:
    assert data(cli("delivery", "release", "--reason", "恢复", "--json")) == {"released": "0"}
    assert cli("item", "recall", item, "--json").exit_code == 4
    assert cli("item", "correct", item, "--json").exit_code == 4


def test_an_item_is_recalled_and_its_reach_told(cli: Cli, item: str, planned: str) -> None:
    before = data(cli("item", "reach", item, "--json"))
    assert (before["order"], before["of"], before["percent"]) == (None, 1, 0.0)
    assert [one["standing"] for one in before["accounts"]] == ["waiting"]
    words = ("--as", "leader", "--reason", "数据有误", "--json")
    ordered = data(cli("item", "recall", item, *words))
    assert (ordered["kind"], ordered["ways"], ordered["cancelled"]) == ("recall", {}, 1)
    again = data(cli("item", "recall", item, *words))
    assert (again["order"], again["cancelled"]) == (ordered["order"], 0)
    reach = data(cli("item", "reach", "k1", "--body", "sc", "--json"))
    assert (reach["percent"], reach["order"]["reason"]) == (100.0, "数据有误")
    assert [one["standing"] for one in reach["accounts"]] == ["stopped"]
    shown = cli("item", "reach", item)
    assert "100 %" in shown.stdout
    assert cli("plan", "make", item, "--json").exit_code == 4


def test_readings_and_figures_are_told(cli: Cli, planned: str) -> None:
    assert data(cli("delivery", "findings", "--kind", "gone", "--json")) == []
    assert cli("delivery", "findings", "--kind", "lost", "--json").exit_code == 2
    assert data(cli("delivery", "measures", only(cli)["id"], "--json")) == []
    assert cli("delivery", "measures", "nowhere", "--json").exit_code == 3
    assert cli("delivery", "findings").exit_code == 0


def test_only_a_withdrawal_is_done_by_hand(cli: Cli, planned: str) -> None:
    assert cli("delivery", "done", only(cli)["id"], "--json").exit_code == 4


@pytest.mark.parametrize("words", [("plan", "list"), ("delivery", "list")])
def test_people_see_a_table(cli: Cli, planned: str, words: tuple[str, ...]) -> None:
    shown = cli(*words)
    assert shown.exit_code == 0
    assert "/" in shown.stdout


def test_a_plan_in_rings_is_shown_with_them_and_resumed(
    cli: Cli, item: str, tmp_path: Path
) -> None:
    site = ("--base-url", "https://www.sc.gov.cn", "--body", "sc")
    for name in "abc":
        cli("account", "add", "website", tmp_path / name, name, *site)
    first = data(cli("account", "list", "--json"))[-1]["id"]
    words = ("plan", "make", item, "--at", TOMORROW, "--canary", first, "--json")
    plan = data(cli(*words))["plan"]["id"]
    shown = data(cli("plan", "show", plan, "--json"))
    assert shown["states"] == {"planned": 1, "blocked": 3}
    rows = [(r["ring"], r["state"], r["accounts"], r["failed"]) for r in shown["rings"]]
    assert rows == [(1, "running", 1, 0), (2, "waiting", 1, 0), (3, "waiting", 2, 0)]
    assert "/ waits" in cli("plan", "show", plan).output
    refused = cli("plan", "resume", plan, "--json")
    assert refused.exit_code == 4
    waiting = data(cli("delivery", "list", "--reason", "ring", "--json"))
    assert len(waiting) == 3
    told = data(cli("delivery", "explain", waiting[0]["id"], "--json"))
    assert "ring" in told["why"]["en"]
    assert data(cli("plan", "resume", plan, "--all", "--json")) == {"running_rings": 3}
    assert data(cli("plan", "show", plan, "--json"))["states"] == {"planned": 4}


def test_an_emergency_in_rings_is_refused(cli: Cli, item: str) -> None:
    done = cli("plan", "make", item, "--rings", "--emergency", "--json")
    assert done.exit_code == 2
    assert json.loads(done.stderr)["field"] == "rings"
