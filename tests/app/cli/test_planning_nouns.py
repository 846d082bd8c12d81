"""The nouns group, slot, blackout and recurrence, and what they change for plan and account."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.app.cli.terminal import PUBLIC, SIGNERS, Cli, data


@pytest.fixture
def account(cli: Cli) -> str:
    [found] = data(cli("account", "list", "--json"))
    return str(found["id"])


@pytest.fixture
def item(cli: Cli, tmp_path: Path) -> str:
    """The id of an item that three people approved."""
    row = {"key": "k1", "title": "通知", "body": "正文", "attribute": "proactive"}
    file = tmp_path / "rows"
    file.write_text(json.dumps(row), "utf-8")
    cli("item", "import", file, "--body", "sc", *PUBLIC)
    found: str = data(cli("item", "show", "k1", "--body", "sc", "--json"))["item"]["id"]
    approval = data(cli("review", "submit", found, "--as", "editor", "--json"))
    for login in SIGNERS:
        cli("review", "sign", approval["id"], "--as", login, "--hash", approval["hash"])
    return found


def test_a_channel_with_one_platform_needs_no_address(cli: Cli) -> None:
    added = data(cli("account", "add", "telegram", "@sc", "四川发布", "--body", "sc", "--json"))
    assert added["base_url"] == "https://api.telegram.org"
    refused = cli("account", "add", "website", "x", "站点", "--body", "sc", "--json")
    assert refused.exit_code == 2
    assert json.loads(refused.stderr)["field"] == "base_url"


def test_a_group_is_made_of_a_rule_or_of_accounts(cli: Cli, account: str) -> None:
    rule = data(cli("group", "add", "全部网站", "--channel", "website", "--json"))
    assert (rule[0]["rule"], rule[0]["accounts"]) == ({"channels": ["website"]}, 1)
    data(cli("group", "add", "门户", "--account", account, "--json"))
    assert [group["name"] for group in data(cli("group", "list", "--json"))] == ["全部网站", "门户"]
    assert cli("group", "add", "门户", "--account", account).exit_code == 4
    assert cli("group", "add", "空").exit_code == 2
    assert "全部网站" in cli("group", "list").stdout


def test_a_slot_is_added_taken_and_removed(cli: Cli, account: str, item: str) -> None:
    assert cli("slot", "add", "25:00", "--account", account).exit_code == 2
    [slot] = data(cli("slot", "add", "09:30", "--account", account, "--weekday", 3, "--json"))
    assert (slot["time"], slot["weekdays"], slot["days"]) == ("09:30", [3], "any")
    first, second = data(cli("slot", "free", account, "--count", 2, "--json"))
    plan = data(cli("plan", "make", item, "--slot", "next", "--as", "media", "--json"))["plan"]
    assert (plan["wall_time"], plan["zone"]) == (first["wall"], "Asia/Shanghai")
    assert data(cli("slot", "free", account, "--count", 1, "--json")) == [second]
    assert [one["id"] for one in data(cli("slot", "list", "--json"))] == [slot["id"]]
    assert "09:30" in cli("slot", "list", "--account", account).stdout
    data(cli("slot", "remove", slot["id"], "--json"))
    assert data(cli("slot", "list", "--json")) == []
    assert cli("slot", "remove", slot["id"]).exit_code == 3
    assert cli("plan", "make", item, "--slot", "soon").exit_code == 2


def test_a_blackout_is_declared_shown_and_lifted(cli: Cli, item: str) -> None:
    times = ("--from", "2030-05-01T00:00", "--until", "2030-05-02T00:00")
    made = data(cli("blackout", "add", "哀悼日", *times, "--as", "office", "--json"))
    assert (made["affected"], made["expiring"]) == ([], 0)
    blackout = made["blackout"]["id"]
    into = ("plan", "make", item, "--at", "2030-05-01T09:00", "--json")
    refused = cli(*into)
    assert refused.exit_code == 4
    assert "2030-05-02 00:00" in json.loads(refused.stderr)["remedy"]["zh"]
    assert "哀悼日" in cli("blackout", "list").stdout
    assert cli("blackout", "show", blackout).exit_code == 0
    assert data(cli("blackout", "lift", blackout, "--json"))[0]["lifted_at"]
    assert cli("blackout", "lift", blackout).exit_code == 4
    assert data(cli(*into))["deliveries"] == 1


def test_a_recurrence_is_added_shown_and_stopped(cli: Cli, item: str) -> None:
    words = ("recurrence", "add", item, "--at", "2030-01-07T09:00", "--json")
    assert cli(*words, "--rule", "FREQ=HOURLY").exit_code == 2
    [made] = data(cli(*words, "--rule", "FREQ=WEEKLY;BYDAY=MO;COUNT=3"))
    assert (made["state"], made["next_wall"]) == ("active", "2030-01-07T09:00:00")
    shown = data(cli("recurrence", "show", made["id"], "--json"))
    assert [wall[:10] for wall in shown["coming"]] == ["2030-01-07", "2030-01-14", "2030-01-21"]
    assert "FREQ=WEEKLY" in cli("recurrence", "list").stdout
    stopped = data(cli("recurrence", "stop", made["id"], "--json"))
    assert stopped == {"recurrence": made["id"], "cancelled": 0}
    assert cli("recurrence", "stop", made["id"]).exit_code == 4
    assert cli("recurrence", "show", made["id"]).exit_code == 0


def test_an_accounts_quota_is_shown(cli: Cli, account: str) -> None:
    assert data(cli("account", "quota", account, "--json")) == []
    weibo = ("account", "add", "weibo", "1001", "微博", "--body", "sc", "--json")
    [period] = data(cli("account", "quota", data(cli(*weibo))["id"], "--json"))
    assert (period["count"], period["kept_for_emergencies"], period["left"]) == (40, 4, 36)
    assert period["holders"] == []
    assert cli("account", "quota", account).exit_code == 0
    refused = cli("plan", "make", account, "--take-slots")
    assert refused.exit_code == 2
