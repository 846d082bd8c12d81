"""`gongkai graphic`: files out of JSON, errors by the path of the field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from app.__main__ import command_line
from app.graphic_files import limits_of
from hub.publishing.models import MediaRule
from tests.graphics.infographic.samples import full


def cli(*words: object) -> Result:
    return CliRunner().invoke(command_line(), ["graphic", *map(str, words)])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "measures.json"
    path.write_text(json.dumps(full()), "utf-8")
    return path


def test_the_forms_that_are_asked_for_are_written(file: Path, tmp_path: Path) -> None:
    only = ("--only", "cover", "--only", "pdf", "--only", "text")
    done = cli("render", file, "--theme", "leaf-green", "--out", tmp_path / "out", *only, "--json")
    assert done.exit_code == 0, done.output
    written = {Path(one["path"]).name: one for one in json.loads(done.stdout)}
    assert set(written) == {"measures-cover.png", "measures.pdf", "measures.md", "measures.txt"}
    assert (written["measures-cover.png"]["width"], written["measures-cover.png"]["height"]) == (
        900,
        383,
    )
    for name, one in written.items():
        assert (tmp_path / "out" / name).stat().st_size == one["bytes"]


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [("title", "", "hero.title"), ("titel", "x", "hero.titel"), ("doc_no", "😀", "hero.doc_no")],
)
def test_what_is_wrong_is_named_by_its_path(file: Path, path: str, value: str, field: str) -> None:
    data: dict[str, Any] = full()
    data["hero"][path] = value
    file.write_text(json.dumps(data), "utf-8")
    done = cli("check", file, "--json")
    assert done.exit_code == 2
    assert json.loads(done.stderr)["field"] == field


def test_a_sound_file_passes_and_the_schema_is_printed(file: Path) -> None:
    told = json.loads(cli("check", file, "--json").stdout)
    assert told["sections"][:2] == ["background", "figures"]
    assert "InfographicSpec" in json.loads(cli("schema").stdout)["$defs"]


def test_a_channels_rule_for_pictures_gives_the_limits_of_slices() -> None:
    rule = MediaRule(
        types=frozenset(), max_bytes=9, max_count=4, max_side_sum=10_000, max_ratio=20.0
    )
    limits = limits_of(rule)
    assert (limits.max_bytes, limits.max_count, limits.max_height) == (9, 4, 8920)


def test_an_infographic_becomes_pictures_and_data_of_an_item_in_one_version(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONGKAI_HOME", str(tmp_path / "var"))
    monkeypatch.delenv("GONGKAI_DATABASE_URL", raising=False)
    rows = tmp_path / "rows"
    row = {"key": "k1", "title": "通知", "body": "正文", "attribute": "主动公开"}
    rows.write_text(json.dumps(row), "utf-8")
    plain = CliRunner()
    plain.invoke(command_line(), ["body", "add", "sc", "四川省人民政府", "--kind", "province"])
    plain.invoke(command_line(), ["item", "import", str(rows), "--body", "sc"])
    for _ in range(2):  # the same again changes nothing
        done = cli("attach", "k1", file, "--body", "sc", "--json")
        assert done.exit_code == 0, done.output
        item = json.loads(done.stdout)["item"]
        assert item["version"] == 2
        assert all(picture["alt"] for picture in item["pictures"])
        assert {picture["width"] for picture in item["pictures"]} == {1080}
        [data] = item["attachments"]
        assert (data["name"], data["size"]) == ("measures.json", file.stat().st_size)
