"""The noun review, as the three people type it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.app.cli.terminal import PUBLIC, SIGNERS, Cli, data


@pytest.fixture
def approval(cli: Cli, tmp_path: Path) -> dict[str, Any]:
    row = {"key": "k1", "title": "通知", "body": "正文", "attribute": "proactive"}
    file = tmp_path / "rows"
    file.write_text(json.dumps(row), "utf-8")
    cli("item", "import", file, "--body", "sc", *PUBLIC)
    item = data(cli("item", "show", "k1", "--body", "sc", "--json"))["item"]["id"]
    found: dict[str, Any] = data(cli("review", "submit", item, "--as", "editor", "--json"))
    return found


def test_three_people_sign_what_they_saw(cli: Cli, approval: dict[str, Any]) -> None:
    seen = approval["hash"]
    for login in SIGNERS:
        words = ("review", "sign", approval["id"], "--as", login, "--json")
        signed = data(cli(*words, "--hash", seen[:12]))
    assert signed["complete"] is True
    assert [s["login"] for s in signed["signatures"]] == list(SIGNERS)
    assert data(cli("review", "list", "--json")) == []
    assert "三审完成" in cli("review", "list", "--all").stdout


def test_the_exact_bytes_are_shown_with_their_hash(cli: Cli, approval: dict[str, Any]) -> None:
    shown = cli("review", "show", approval["id"])
    assert approval["hash"] in shown.stdout.replace("\n", "")
    [edition] = approval["editions"]
    assert approval["entries"] == {edition["name"]: edition["hash"]}
    assert "正文" in edition["payload"]


@pytest.mark.parametrize("seen", ["0" * 64, "", "short"])
def test_a_signature_over_something_unseen_is_a_conflict(
    cli: Cli, approval: dict[str, Any], seen: str
) -> None:
    done = cli("review", "sign", approval["id"], "--as", "clerk", "--hash", seen, "--json")
    assert done.exit_code == 4
    assert json.loads(done.stderr)["code"] == "manifest-changed"


def test_the_wrong_person_is_forbidden(cli: Cli, approval: dict[str, Any]) -> None:
    words = ("review", "sign", approval["id"], "--hash", approval["hash"], "--as")
    assert cli(*words, "leader").exit_code == 4
    assert cli(*words, "nobody").exit_code == 3


def test_a_returned_item_waits_for_nobody(cli: Cli, approval: dict[str, Any]) -> None:
    returned = cli("review", "return", approval["id"], "--reason", "数据有误", "--as", "clerk")
    assert "数据有误" in returned.stdout
    done = cli("review", "sign", approval["id"], "--hash", approval["hash"], "--as", "clerk")
    assert done.exit_code == 4
    [item] = data(cli("item", "list", "--state", "returned", "--json"))
    assert item["id"] == approval["item_id"]
