"""gongkai signal and case, typed by a person. The messages are invented."""

from __future__ import annotations

from pathlib import Path

from tests.app.cli.terminal import Cli, data

_CSV = """编号,来电时间,来电人,联系电话,标题,内容
T-1,2026/3/1 9:32:09,王芳,13912345678,路灯不亮,武侯区滨河路路灯三天不亮，电话13912345678
T-2,昨天,,,停水,西区停水没有通知
"""


def test_a_hotlines_file_becomes_signals_and_a_case(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "热线.csv"
    file.write_text(_CSV, "utf-8")
    done = cli("signal", "import", file, "--body", "sc", "--json")
    assert done.exit_code == 1
    assert '"field":"event_at"' in done.stdout
    [kept] = data(cli("signal", "list", "--json"))
    assert kept["place"] == "武侯区"
    assert "13912345678" not in kept["text"]
    cli("person", "add", "office", "公开办", "--role", "sc:disclosure-office")
    opening = ("case", "open", "路灯", "--signal", kept["id"], "--kind", "message", "--json")
    assert cli(*opening, "--as", "leader").exit_code == 4
    case = data(cli(*opening, "--as", "office"))
    assert [clock["kind"] for clock in case["deadlines"]] == ["answer"]
    assert data(cli("case", "fact", "list", case["id"], "--json")) == []
    refused = cli("case", "accept", case["id"], "--as", "leader")
    assert refused.exit_code == 4


def test_a_brief_a_source_and_a_watch_are_made_by_hand(cli: Cli) -> None:
    watch = data(cli("watch", "add", "校车", "--include", "校车", "--json"))
    assert watch["include"] == ["校车"]
    source = ("source", "add", "forum", "https://bbs.example.cn/rss", "--minutes", "3")
    assert cli(*source).exit_code == 2
    made = data(cli("brief", "make", "daily", "--json"))
    assert {Path(path).suffix for path in made["paths"]} == {".html", ".docx", ".xlsx", ".pdf"}
    assert all(Path(path).stat().st_size > 1_000 for path in made["paths"])
