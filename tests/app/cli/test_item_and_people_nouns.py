"""The nouns body, person, account and item, as a person types them."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from app.__main__ import command_line
from tests.app.cli.conftest import live_in
from tests.hub.catalogue.attachments.making import sheet

Cli = Callable[..., Result]
GOOD = {"key": "k1", "title": "关于[全省]工作的通知", "body": "正文", "attribute": "主动公开"}


def invoke(*words: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(command_line(), [str(word) for word in words], input=stdin)


@pytest.fixture(scope="module")
def one_body(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of an installation with one body."""
    home = tmp_path_factory.mktemp("one-body") / "var"
    with pytest.MonkeyPatch.context() as patched:
        live_in(home, patched)
        body = ("sc", "四川省人民政府", "--kind", "province", "--region", "四川")
        added = invoke("body", "add", *body)
    assert added.exit_code == 0, added.output
    return home


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, one_body: Path) -> Cli:
    """Run `gongkai …` in an installation with one body."""
    live_in(tmp_path / "var", monkeypatch)
    shutil.copytree(one_body, tmp_path / "var")
    return invoke


def data(done: Result, code: int = 0) -> Any:
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def jsonl(file: Path, *rows: dict[str, Any]) -> Path:
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return file


@pytest.fixture
def account(cli: Cli) -> str:
    words = ("account", "add", "weibo", "1001", "四川发布", "--body", "sc", "--tag", "要闻")
    return str(data(cli(*words, "--base-url", "http://127.0.0.1:9", "--json"))["id"])


@pytest.fixture
def item(cli: Cli, tmp_path: Path) -> str:
    data(cli("item", "import", jsonl(tmp_path / "one", GOOD), "--body", "sc", "--json"))
    return str(data(cli("item", "show", "k1", "--body", "sc", "--json"))["item"]["id"])


def test_an_import_reports_every_row_and_exits_with_1_when_one_is_refused(
    cli: Cli, tmp_path: Path
) -> None:
    file = jsonl(tmp_path / "rows", GOOD, {**GOOD, "key": "k2", "formed_on": "昨天"})
    report = data(cli("item", "import", file, "--body", "sc", "--json"), code=1)
    assert (report["added"], report["refused"]) == (1, 1)
    [fault] = report["faults"]
    assert (fault["row"], fault["field"]) == (2, "formed_on")
    assert fault["remedy"]["zh"]
    assert fault["remedy"]["en"]


def test_importing_again_reports_the_same_rows_as_unchanged(cli: Cli, tmp_path: Path) -> None:
    file = jsonl(tmp_path / "rows", GOOD)
    cli("item", "import", file, "--body", "sc")
    again = cli("item", "import", file, "--body", "sc")
    assert again.exit_code == 0
    assert "未变 1" in again.stdout


def test_a_refused_row_is_shown_to_a_person_in_both_languages(cli: Cli, tmp_path: Path) -> None:
    file = jsonl(tmp_path / "rows", {**GOOD, "title": ""})
    done = cli("item", "import", file, "--body", "sc")
    assert done.exit_code == 1
    assert "必填" in done.stdout
    assert "required" in done.stdout


def test_a_file_that_is_not_there_is_bad_input(cli: Cli, tmp_path: Path) -> None:
    done = cli("item", "import", tmp_path / "none", "--json")
    assert done.exit_code == 2
    assert json.loads(done.stderr)["code"] == "unreadable-file"


def test_items_are_listed_and_found(cli: Cli, item: str) -> None:
    [listed] = data(cli("item", "list", "--words", "全省", "--json"))
    assert listed["id"] == item
    assert data(cli("item", "list", "--words", "别的", "--json")) == []
    assert item in cli("item", "list").stdout
    assert "关于[全省]工作的通知" in cli("item", "show", item).stdout


def test_an_edit_makes_a_version_and_an_old_base_is_a_conflict(cli: Cli, item: str) -> None:
    edited = data(cli("item", "edit", item, "--title", "新题", "--as", "li", "--json"))
    assert edited["item"]["version"] == 2
    assert cli("item", "edit", item, "--title", "再新", "--base-version", 1).exit_code == 4
    versions = data(cli("item", "show", item, "--json"))["versions"]
    assert [version["by"] for version in versions][1] == "li"


def test_a_text_file_becomes_the_body_unless_it_is_not_utf8(
    cli: Cli, item: str, tmp_path: Path
) -> None:
    file = tmp_path / "text"
    file.write_bytes("\ufeff新正文".encode())
    assert data(cli("item", "edit", item, "--text", file, "--json"))["item"]["body"] == "新正文"
    file.write_bytes("新正文".encode("gb18030"))
    assert cli("item", "edit", item, "--text", file).exit_code == 2


def test_a_whole_picture_is_added_and_a_cut_one_is_bad_input(
    cli: Cli, item: str, tmp_path: Path
) -> None:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "PNG")
    whole, cut = tmp_path / "whole.jpg", tmp_path / "cut.png"
    whole.write_bytes(out.getvalue())
    cut.write_bytes(out.getvalue()[:-9])
    shown = data(cli("item", "add-picture", item, whole, "--alt", "红", "--json"))
    assert shown["item"]["pictures"][0]["media_type"] == "image/png"
    refused = cli("item", "add-picture", item, cut)
    assert refused.exit_code == 2
    assert "不完整" in refused.output


def test_an_unknown_item_is_not_found(cli: Cli) -> None:
    assert cli("item", "show", "none").exit_code == 3
    assert cli("item", "show", "none", "--body", "sc").exit_code == 3


def test_bodies_are_shown_as_a_tree(cli: Cli, tmp_path: Path) -> None:
    rows = [
        {"code": "wh", "name": "武侯区", "kind": "county", "parent_code": "cd"},
        {"code": "cd", "name": "成都市", "kind": "city", "parent_code": "sc"},
    ]
    counts = data(cli("body", "import", jsonl(tmp_path / "bodies", *rows), "--json"))
    assert counts == {"added": 2, "updated": 0, "unchanged": 0}
    assert "└── 武侯区" in cli("body", "list").stdout
    assert [b["code"] for b in data(cli("body", "list", "--under", "cd", "--json"))] == ["cd", "wh"]


def test_a_malformed_line_is_named(cli: Cli, tmp_path: Path) -> None:
    file = jsonl(tmp_path / "bodies", {"code": "x", "name": "x", "kind": "planet"})
    done = cli("body", "import", file, "--json")
    assert done.exit_code == 2
    assert json.loads(done.stderr)["field"] == "line 1"


def test_people_get_and_lose_roles(cli: Cli, tmp_path: Path) -> None:
    cli("person", "add", "li", "李", "--role", "sc:clerk")
    granted = data(cli("person", "grant", "li", "sc:leader", "--json"))
    assert {role["role"] for role in granted[0]["roles"]} == {"clerk", "leader"}
    revoked = data(cli("person", "revoke", "li", "sc:clerk", "--json"))
    assert [role["role"] for role in revoked[0]["roles"]] == ["leader"]
    assert data(cli("person", "deactivate", "li", "--json"))[0]["active"] is False
    rows = jsonl(tmp_path / "p", {"login": "wang", "name": "王", "roles": [["sc", "media"]]})
    assert data(cli("person", "import", rows, "--json"))["added"] == 1
    assert "新媒体" in cli("person", "list").stdout


@pytest.mark.parametrize("role", ["sc:boss", "clerk", ":"])
def test_a_role_that_is_none_is_bad_input(cli: Cli, role: str) -> None:
    assert cli("person", "add", "li", "李", "--role", role).exit_code == 2


def test_credentials_come_from_stdin_and_never_come_back(cli: Cli, account: str) -> None:
    shown = data(cli("account", "connect", account, "--json", stdin='{"token": "hunter2"}'))
    assert shown["connected"] is True
    assert "sealed" not in shown
    assert "hunter2" not in cli("account", "show", account).output


def test_a_prompted_credential_left_empty_keeps_its_value(cli: Cli, account: str) -> None:
    cli("account", "connect", account, stdin='{"token": "hunter2", "refresh": "r"}')
    words = ("account", "connect", account, "--secret", "token", "--secret", "refresh")
    assert cli(*words, stdin="new\n\n").exit_code == 0
    assert cli(*words, stdin="\n\n").exit_code == 2


def test_malformed_credentials_are_refused_without_being_shown(cli: Cli, account: str) -> None:
    done = cli("account", "connect", account, stdin='{"token": 7, "x": "hunter2"')
    assert done.exit_code == 2
    assert "hunter2" not in done.output


def test_a_pause_is_given_in_local_time_and_ended(cli: Cli, account: str) -> None:
    words = ("account", "pause", account, "--until", "2099-01-01T09:00", "--reason", "值守")
    paused = data(cli(*words, "--json"))
    assert paused["paused_until"].startswith("2099-01-01T01:00")
    assert "值守" in paused["waits"]["zh"]
    assert data(cli("account", "resume", account, "--json"))["waits"] is None
    assert cli("account", "pause", account, "--until", "later").exit_code == 2


def test_accounts_are_selected_by_body_and_tag(cli: Cli, account: str) -> None:
    [found] = data(cli("account", "list", "--body", "sc", "--tag", "要闻", "--json"))
    assert found["id"] == account
    assert data(cli("account", "list", "--tag", "别的", "--json")) == []
    assert account in cli("account", "list").stdout
    assert cli("account", "list", "--group", "none").exit_code == 3


def test_accounts_are_imported_with_their_credentials_sealed(cli: Cli, tmp_path: Path) -> None:
    row = {
        "channel": "weibo",
        "name": "成都发布",
        "handle": "2002",
        "body_code": "sc",
        "base_url": "https://api.weibo.com",
        "credentials": {"access_token": "hunter2"},
    }
    file = jsonl(tmp_path / "accounts", row)
    assert data(cli("account", "import", file, "--json"))["added"] == 1
    assert data(cli("account", "import", file, "--json"))["unchanged"] == 1
    assert b"hunter2" not in b"".join(f.read_bytes() for f in (tmp_path / "var").iterdir())


def test_a_file_is_attached_clean_listed_and_taken_off(cli: Cli, item: str, tmp_path: Path) -> None:
    file = tmp_path / "名单.xlsx"
    file.write_bytes(sheet(lambda book: setattr(book.properties, "creator", "李四")))
    [told] = data(cli("item", "attach", item, file, "--json"))["attachments"]
    assert [flaw["name"] for flaw in told["flaws"]] == ["metadata"]
    done = data(cli("item", "attach", item, file, "--clean", "--json"))
    [told] = done["attachments"]
    assert (told["name"], told["flaws"], done["version"]) == ("名单.xlsx", [], 3)
    listed = cli("item", "attachments", item)
    assert "名单.xlsx" in listed.stdout
    assert data(cli("item", "detach", item, "名单.xlsx", "--json"))["attachments"] == []
    program = tmp_path / "a.pdf"
    program.write_bytes(b"MZ")
    refused = cli("item", "attach", item, program, "--json")
    assert json.loads(refused.output)["code"] == "dangerous-attachment"
