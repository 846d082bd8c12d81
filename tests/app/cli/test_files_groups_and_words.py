"""The nouns that hand out lists, change groups and slots, and write words for single channels."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from tests.app.cli.conftest import invoke, live_in
from tests.app.cli.terminal import Cli, data


@pytest.fixture
def home(
    approved: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Cli, str]:
    folder, item = approved
    shutil.copytree(folder, tmp_path / "var")
    live_in(tmp_path / "var", monkeypatch)
    return invoke, item


def test_items_are_a_file_with_the_sight_of_who_asks(home: tuple[Cli, str], tmp_path: Path) -> None:
    cli, item = home
    file = tmp_path / "items.csv"
    done = data(cli("export", "list", "items", file, "--form", "csv", "--as", "clerk", "--json"))
    [_, row] = csv.reader(file.read_text("utf-8-sig").splitlines())
    assert (done["rows"], row[0]) == (1, item)


def test_a_group_is_changed_and_its_account_has_lanes(home: tuple[Cli, str]) -> None:
    cli, _ = home
    cli("group", "add", "网站", "--channel", "website")
    [changed] = data(cli("group", "change", "网站", "--name", "站群", "--json"))
    assert (changed["name"], changed["accounts"]) == ("站群", 1)
    cli("slot", "add", "09:00", "--group", "站群")
    lanes = data(cli("slot", "lane", "--days", 2, "--json"))
    assert {one["name"] for one in lanes} == {"门户"}
    refused = cli("group", "delete", "站群", "--json")
    assert refused.exit_code == 4
    assert json.loads(refused.stderr)["field"] == "group"


def test_a_channel_is_given_words_and_previewed(home: tuple[Cli, str]) -> None:
    cli, item = home
    [own] = data(
        cli("item", "write", item, "--channel", "weibo", "--title", "新规", "--as", "x", "--json")
    )
    assert own["title"] == "新规"
    [shown] = data(cli("template", "preview", item, "--channel", "weibo", "--json"))
    assert "新规" in json.dumps(shown, ensure_ascii=False)
    assert data(cli("item", "unwrite", item, "--channel", "weibo", "--as", "x", "--json")) == []
