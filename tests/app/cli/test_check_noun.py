"""The noun check: what is found, masked and answered for at the terminal."""

from __future__ import annotations

import json
from pathlib import Path

from tests.app.cli.terminal import PUBLIC, Cli, data


def test_an_item_is_checked_masked_and_answered_for(cli: Cli, tmp_path: Path) -> None:
    body = "名单：张三，电话１３８１２３４５６７８，邮箱zs@qq.com。"
    row = {"key": "k1", "title": "公示", "body": body, "attribute": "proactive"}
    file = tmp_path / "rows"
    file.write_text(json.dumps(row), "utf-8")
    cli("item", "import", file, "--body", "sc", *PUBLIC)
    here = ("k1", "--body", "sc")
    shown = cli("check", "item", *here)
    assert shown.exit_code == 1
    assert "禁发" in shown.stdout
    assert "138****5678" in shown.stdout
    item = data(cli("item", "show", *here, "--json"))["item"]["id"]
    refused = cli("review", "submit", item, "--as", "editor", "--json")
    assert (refused.exit_code, json.loads(refused.stderr)["code"]) == (4, "blocked-by-checks")
    masked = data(cli("check", "mask", *here, "--rule", "mobile-number", "--json"))
    assert (masked["version"], len(masked["masked"])) == (2, 1)
    answer = ("--rule", "personal-email", "--reason", "工作邮箱", "--as", "head")
    report = data(cli("check", "acknowledge", *here, *answer, "--json"))
    assert report["refusing"] == 0
    approval = data(cli("review", "submit", item, "--as", "editor", "--json"))
    [found] = approval["checks"]["findings"]
    assert found["acknowledged"]["by"] == "head"


def test_a_list_is_imported_and_used_on_a_file(cli: Cli, tmp_path: Path) -> None:
    words = tmp_path / "words.jsonl"
    words.write_text(json.dumps({"word": "某词", "right": "某某词", "severity": "block"}), "utf-8")
    assert data(cli("check", "import", words, "--name", "own", "--json"))["version"] == 1
    assert "某某词" in cli("check", "show", "own").stdout
    text = tmp_path / "text.txt"
    text.write_bytes("正文里有某词。".encode("gb18030"))
    report = data(cli("check", "file", text, "--json"))
    assert [(f["text"], f["mask"], f["severity"]) for f in report["findings"]] == [
        ("某词", "某某词", "warn")
    ]
    assert data(cli("check", "severity", "sc", "--json"))["mobile-number"] == "block"
