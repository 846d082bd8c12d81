"""gongkai search: the index is made, asked, and tells what it understood."""

from __future__ import annotations

import json
from pathlib import Path

from tests.app.cli.terminal import Cli


def test_an_item_is_found_after_a_rebuild(cli: Cli, tmp_path: Path) -> None:
    missing = cli("search", "query", "公积金", "--json")
    assert missing.exit_code == 5
    assert json.loads(missing.stderr)["code"] == "no-index"
    row = {"key": "1", "title": "住房公积金提取办法", "body": "正文", "attribute": "proactive",
           "body_code": "sc"}  # fmt: skip
    (tmp_path / "items.jsonl").write_text(json.dumps(row), "utf-8")
    assert cli("item", "import", tmp_path / "items.jsonl").exit_code == 0
    made = json.loads(cli("search", "rebuild", "--json").stdout)
    assert (made["documents"], made["position"]) == (1, made["newest"])
    page = json.loads(cli("search", "query", "住房公積金", "--all", "--json").stdout)
    assert [hit["item"]["title"] for hit in page["hits"]] == ["住房公积金提取办法"]
    assert page["understood"]["text"] == "住房公积金"
