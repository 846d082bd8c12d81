"""Malformed rows, impossible times and spoilt pictures, as somebody types them: each is refused
with exit code, field and remedy in both languages, and leaves nothing half written."""

from __future__ import annotations

import io
import json
import shutil
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from hub.catalogue.pictures import MAX_BYTES
from publishers.contract import Channel
from publishers.registry import find_channel
from tests.badinput.installation import Prepared
from tests.badinput.typed import assert_both_languages, nothing_written, refusal, type_in

GOOD = {"key": "good", "title": "关于公开的通知", "body": "正文", "attribute": "主动公开"}


@dataclass(frozen=True, slots=True)
class Office:
    """A home folder with one approved item."""

    home: Path
    item_id: str


@pytest.fixture
def office(
    prepared: Callable[[Channel], Prepared], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Office:
    approved = prepared(find_channel("weibo"))
    home = tmp_path / "var"
    shutil.copytree(approved.home, home)
    monkeypatch.setenv("GONGKAI_HOME", str(home))
    monkeypatch.setenv("GONGKAI_SITE_URL", "https://www.sc.gov.cn")
    monkeypatch.delenv("GONGKAI_DATABASE_URL", raising=False)
    return Office(home, approved.item_id)


# --- rows -----------------------------------------------------------------------------------------


def row(**changed: object) -> bytes:
    return json.dumps({**GOOD, "key": "bad", **changed}, ensure_ascii=False).encode()


ROWS = [
    pytest.param(row(title=""), "title", id="no title"),
    pytest.param(row(title="长" * 301), "title", id="a title too long"),
    pytest.param(row(title="有\0空"), "title", id="a zero byte"),
    pytest.param(row(title="公\u202e开"), "title", id="text that reads backwards"),
    pytest.param(row(title=["题"]), "title", id="a list for text"),
    pytest.param(row(body=""), "body", id="no text"),
    pytest.param(row(attribute="半公开"), "attribute", id="an unknown attribute"),
    pytest.param(row(formed_on="2026-02-30"), "formed_on", id="a date there is not"),
    pytest.param(row(formed_on="昨天"), "formed_on", id="no date"),
    pytest.param(row(body_code="nowhere"), "body_code", id="an unknown body"),
    pytest.param(row(key=""), "key", id="no key"),
    pytest.param(row(picture="a.png"), "picture", id="an unknown column"),
    pytest.param(b"[1, 2]", "row", id="no object"),
    pytest.param(b'{"key": "bad", broken', "row", id="no JSON"),
    pytest.param(b'{"key": "bad", "title": "\xff\xfe\xfa"}', "row", id="invalid UTF-8"),
]


@pytest.mark.parametrize(("bad", "field"), ROWS)
def test_a_malformed_row_is_refused_alone(
    office: Office, tmp_path: Path, bad: bytes, field: str
) -> None:
    file = tmp_path / "rows.jsonl"
    after = {**GOOD, "key": "after"}
    file.write_bytes(b"\n".join([row(key="good"), bad, json.dumps(after).encode(), b""]))
    done = type_in("item", "import", file, "--body", "510000", "--as", "clerk", "--json")
    assert done.exit_code == 1, done.output
    report = json.loads(done.stdout)
    assert (report["added"], report["refused"]) == (2, 1)
    (fault,) = report["faults"]
    assert (fault["row"], fault["field"]) == (2, field)
    assert_both_languages(fault)
    assert landed() - {office.item_id} == {"good", "after"}
    assert_importing_again_changes_nothing(office, file)


def landed() -> set[str]:
    listed = json.loads(type_in("item", "list", "--json").stdout)
    return {item["external_key"] for item in listed}


def assert_importing_again_changes_nothing(office: Office, file: Path) -> None:
    with nothing_written(office.home):
        again = type_in("item", "import", file, "--body", "510000", "--as", "clerk", "--json")
    assert again.exit_code == 1
    assert json.loads(again.stdout)["unchanged"] == 2


def test_a_file_that_is_none_is_refused_whole(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_bytes(bytes(range(256)) * 20)
    with nothing_written(office.home):
        refusal(type_in("item", "import", file, "--body", "510000", "--json"), "file")


# --- times ----------------------------------------------------------------------------------------

MORNING = "2031-03-10T09:00"
TIMES = [
    pytest.param(["--zone", "Mars/Phobos", "--at", MORNING], "zone", id="a zone there is not"),
    pytest.param(["--zone", "../../etc/passwd", "--at", MORNING], "zone", id="a zone as a path"),
    pytest.param(["--zone", "Asia", "--at", MORNING], "zone", id="half a zone"),
    pytest.param(["--zone", "北京", "--at", MORNING], "zone", id="a zone in words"),
    pytest.param(["--zone", "Mars/Phobos", "--at", "now"], "zone", id="now, in no zone"),
    pytest.param(["--at", "2020-01-01T09:00"], "at", id="a past time"),
    pytest.param(["--at", "0001-01-01T00:00"], "at", id="the first moment"),
    pytest.param(["--at", "9999-12-31T23:59"], "at", id="the last"),
    pytest.param(["--at", "明天九点"], "at", id="a time in words"),
    pytest.param(["--at", "2031-02-30T09:00"], "at", id="a day there is not"),
    pytest.param(["--at", f"{MORNING}+08:00"], "at", id="a time with an offset"),
    pytest.param(
        ["--zone", "America/New_York", "--at", "2031-03-09T02:30"], "at", id="a skipped hour"
    ),
    pytest.param(
        ["--zone", "America/New_York", "--at", "2031-11-02T01:30"], "at", id="a doubled hour"
    ),
    pytest.param(["--at", MORNING, "--embargo", "2031-03-11T09:00"], "at", id="an embargo"),
    pytest.param(["--at", MORNING, "--embargo", "以后"], "embargo", id="an embargo in words"),
    pytest.param(["--at", MORNING, "--not-after", MORNING], "not_after", id="no time left"),
]


@pytest.mark.parametrize(("words", "field"), TIMES)
def test_an_impossible_time_makes_no_plan(office: Office, words: list[str], field: str) -> None:
    with nothing_written(office.home):
        done = type_in("plan", "make", office.item_id, *words, "--as", "media", "--json")
        refusal(done, field)


@pytest.mark.parametrize(("words", "field"), TIMES[:-3])
def test_an_impossible_time_moves_no_plan(office: Office, words: list[str], field: str) -> None:
    made = type_in("plan", "make", office.item_id, "--at", MORNING, "--as", "media", "--json")
    plan = json.loads(made.stdout)["plan"]
    with nothing_written(office.home):
        done = type_in("plan", "reschedule", plan["id"], *words, "--as", "media", "--json")
        refusal(done, field)
    shown = json.loads(type_in("plan", "show", plan["id"], "--json").stdout)
    assert shown["plan"]["due_at"] == plan["due_at"]
    assert shown["states"] == {"planned": 1}


# --- pictures -------------------------------------------------------------------------------------


def png(width: int = 400, height: int = 300) -> bytes:
    content = io.BytesIO()
    Image.effect_noise((width, height), 50).save(content, "PNG")
    return content.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG of some hundred bytes that claims these sides."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + data + chunk(b"IEND", b"")


PICTURES = [
    pytest.param(png() + bytes(MAX_BYTES), "bytes", id="too many bytes"),
    pytest.param(png()[:-1000], "cut off", id="truncated"),
    pytest.param(png()[:-12], "cut off", id="without its end"),
    pytest.param(bomb(60_000, 60_000), "unpacks", id="a bomb"),
    pytest.param(b"<html>502 Bad Gateway</html>", "not a JPEG", id="a page"),
    pytest.param(b"%PDF-1.7\n", "not a JPEG", id="a PDF"),
    pytest.param(b"", "bytes", id="nothing"),
]


@pytest.mark.parametrize(("content", "words"), PICTURES)
def test_a_spoilt_picture_is_refused(
    office: Office, tmp_path: Path, content: bytes, words: str
) -> None:
    file = tmp_path / "picture.png"
    file.write_bytes(content)
    with nothing_written(office.home):
        done = type_in("item", "add-picture", office.item_id, file, "--as", "clerk", "--json")
        told = refusal(done, "picture")
    assert words in told["message"]["en"]
    shown = json.loads(type_in("item", "show", office.item_id, "--json").stdout)
    assert (shown["item"]["version"], shown["item"]["pictures"]) == (1, [])


def test_a_missing_picture_is_refused(office: Office, tmp_path: Path) -> None:
    with nothing_written(office.home):
        done = type_in("item", "add-picture", office.item_id, tmp_path / "none.png", "--json")
        refusal(done, "file")


def test_a_refusal_is_told_to_a_person_in_both_languages(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "picture.png"
    file.write_bytes(png()[:-1000])
    done = type_in("item", "add-picture", office.item_id, file, "--as", "clerk")
    assert done.exit_code == 2
    for words in ("图片不完整", "cut off", "→ 重新导出", "→ export"):
        assert words in done.stderr
