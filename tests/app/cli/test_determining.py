"""Determining an attribute, as a drafter types it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.app.cli.terminal import Cli, data

WHOLE = (
    *("--reason", "法定主动公开内容", "--unit", "办公室", "--matter", "other"),
    *("--limit", "statutory", "--no-interpret", "--why-not", "事务性通知", "--formed-on"),
    *("2026-03-02", "--as", "editor", "--json"),
)


def test_a_drafter_learns_what_is_missing_and_completes_it(cli: Cli, tmp_path: Path) -> None:
    row = {"key": "k1", "title": "通知", "body": "正文", "attribute": "proactive"}
    (tmp_path / "rows").write_text(json.dumps(row), "utf-8")
    cli("item", "import", tmp_path / "rows", "--body", "sc")
    item = data(cli("item", "show", "k1", "--body", "sc", "--json"))["item"]["id"]
    refused = cli("review", "submit", item, "--as", "editor", "--json")
    assert (refused.exit_code, json.loads(refused.stderr)["code"]) == (4, "undetermined")
    assert data(cli("item", "show", item, "--json"))["item"]["state"] == "returned"
    partly = cli("item", "determine", item, *WHOLE[2:])
    assert (partly.exit_code, json.loads(partly.stderr)["field"]) == (4, "reason")
    made = data(cli("item", "determine", item, *WHOLE))
    assert (made["revision"], made["formed_on"], made["interpret"]) == (1, "2026-03-02", False)
    data(cli("review", "submit", item, "--as", "editor", "--json"))
    shown = cli("item", "determination", item)
    assert "主动公开" in shown.stdout


def test_withheld_items_are_listed_when_they_are_due(cli: Cli, tmp_path: Path) -> None:
    row = {"key": "k1", "title": "讨论稿", "body": "正文", "attribute": "withheld"}
    (tmp_path / "rows").write_text(json.dumps(row), "utf-8")
    cli("item", "import", tmp_path / "rows", "--body", "sc")
    words = (
        "--ground",
        "16-process",
        "--reason",
        "未定稿",
        "--unit",
        "法规处",
        "--matter",
        "other",
    )
    data(cli("item", "determine", "k1", "--body", "sc", *words, "--json"))
    assert data(cli("item", "withheld", "--json")) == []
    assert "讨论稿" in cli("item", "withheld", "--within", "400").stdout
    assert "第十六条" in cli("item", "grounds").stdout
