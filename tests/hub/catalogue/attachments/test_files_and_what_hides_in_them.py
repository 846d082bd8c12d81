"""Real files made by real programs' libraries: told by content, looked into, refused, cleaned."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import docx
import openpyxl
import pytest
from docx.oxml import OxmlElement
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.comments import Comment
from PIL import Image
from pypdf import PdfWriter
from pypdf.annotations import Text
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from hub.catalogue.attachments.charset import decoded
from hub.catalogue.attachments.errors import BadAttachment, Dangerous, Encrypted, TooLarge
from hub.catalogue.attachments.inspection import cleaned, inspect, inspect_file
from hub.catalogue.attachments.models import FORMS, MAX_TEXT, FileKind
from hub.catalogue.attachments.sniffing import checked_name, sniff
from tests.hub.catalogue.attachments.making import hide, packed, pdf, sheet, word


def flaws(name: str, data: bytes) -> set[str]:
    return {flaw.name for flaw in inspect_file(name, data).flaws}


def with_part(data: bytes, name: str, part: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    return packed(parts | {name: part})


def delete_text(document: docx.document.Document) -> None:
    deleted = OxmlElement("w:del")
    document.paragraphs[0]._p.append(deleted)


def author(document: docx.document.Document) -> None:
    document.core_properties.author = "李四"


def comment(document: docx.document.Document) -> None:
    document.add_comment(document.paragraphs[0].runs, text="此人待核", author="")


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda d: None, set()),
        (delete_text, {"tracked-changes"}),
        (lambda d: hide(d.paragraphs[0].add_run("内部意见")), {"hidden-text"}),
        (author, {"metadata"}),
        (comment, {"comments"}),
    ],
)
def test_what_hides_in_a_word_file(change: Callable[..., object], found: set[str]) -> None:
    assert flaws("名单.docx", word(change)) == found


def hidden_sheet(book: openpyxl.Workbook) -> None:
    book.create_sheet("底稿").sheet_state = "veryHidden"


def hidden_row(book: openpyxl.Workbook) -> None:
    book.active.row_dimensions[2].hidden = True


def hidden_column(book: openpyxl.Workbook) -> None:
    book.active.column_dimensions["B"].hidden = True


def cell_comment(book: openpyxl.Workbook) -> None:
    book.active["A2"].comment = Comment("待核", "")


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda b: None, set()),
        (hidden_sheet, {"hidden-sheet"}),
        (hidden_row, {"hidden-cells"}),
        (hidden_column, {"hidden-cells"}),
        (cell_comment, {"comments"}),
    ],
)
def test_what_hides_in_a_workbook(change: Callable[..., object], found: set[str]) -> None:
    assert flaws("名单.xlsx", sheet(change)) - {"metadata"} == found


def hidden_layer(writer: PdfWriter) -> None:
    off = DictionaryObject({NameObject("/OFF"): ArrayObject([TextStringObject("x")])})
    layers = DictionaryObject({NameObject("/D"): off})
    writer.root_object[NameObject("/OCProperties")] = layers


def cover(writer: PdfWriter) -> None:
    note = Text(rect=(10, 10, 50, 50), text="")
    note[NameObject("/Subtype")] = NameObject("/Redact")
    writer.add_annotation(0, note)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda w: None, set()),
        (lambda w: w.add_metadata({"/Author": "李四"}), {"metadata"}),
        (lambda w: w.add_attachment("底稿.txt", b"x"), {"embedded"}),
        (lambda w: w.add_annotation(0, Text(rect=(1, 1, 9, 9), text="待核")), {"comments"}),
        (cover, {"cover"}),
        (hidden_layer, {"hidden-layer"}),
    ],
)
def test_what_hides_in_a_pdf(change: Callable[..., object], found: set[str]) -> None:
    assert flaws("公告.pdf", pdf(change)) == found


def photo(form: str, gps: bool) -> bytes:
    exif = Image.Exif()
    exif[0x013B] = "李四"
    if gps:
        exif.get_ifd(0x8825)[1] = "N"
    target = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(target, form, exif=exif)
    return target.getvalue()


@pytest.mark.parametrize(("name", "form"), [("现场.jpg", "JPEG"), ("现场.png", "PNG")])
def test_a_photo_loses_its_place_and_author_and_nothing_else(name: str, form: str) -> None:
    data = photo(form, gps=True)
    assert flaws(name, data) == {"location", "metadata"}
    clean = cleaned(name, data)
    assert flaws(name, clean) == set()
    with Image.open(io.BytesIO(data)) as was, Image.open(io.BytesIO(clean)) as now:
        assert was.tobytes() == now.tobytes()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("名单.docx", word(author)),
        ("公告.pdf", pdf(lambda w: w.add_metadata({"/Author": "李四"}))),
    ],
)
def test_cleaning_takes_the_makers_out_and_leaves_the_text(name: str, data: bytes) -> None:
    clean = cleaned(name, data)
    assert "metadata" not in flaws(name, clean)
    assert "李四".encode() not in clean
    assert inspect_file(name, clean).text == inspect_file(name, data).text


OFD = {
    "OFD.xml": b'<o:OFD xmlns:o="http://www.ofdspec.org/2016"><o:Author>x</o:Author></o:OFD>',
    "Doc_0/Pages/Page_0/Content.xml": (
        '<o:P xmlns:o="u"><o:TextObject><o:TextCode>公告正文</o:TextCode></o:TextObject></o:P>'
    ).encode(),
}


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [
        ("名单.docx", word(), "公示名单：张三"),
        ("名单.xlsx", sheet(), "姓名\t电话\n张三\t13812345678"),
        ("公告.ofd", packed(OFD), "公告正文"),
        ("说明.txt", "说明文字".encode("gb18030"), "说明文字"),
        ("表.csv", "姓名,电话".encode(), "姓名,电话"),
    ],
)
async def test_the_text_is_read(name: str, data: bytes, text: str) -> None:
    assert (await inspect(name, data)).text == text


def runs(writer: PdfWriter) -> None:
    script = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert(1)")}
    action = DictionaryObject({NameObject(key): value for key, value in script.items()})
    writer.root_object[NameObject("/OpenAction")] = action


BOMB = packed({"word/document.xml": b"0" * 20_000_000})
LAUGHS = b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><w:d xmlns:w="u"><w:p>&b;</w:p></w:d>'


@pytest.mark.parametrize(
    ("name", "data", "error"),
    [
        ("程序.docx", b"MZ\x90\x00" + b"x" * 99, Dangerous),
        ("脚本.txt", b"#!/bin/sh\n", Dangerous),
        ("宏.docx", with_part(word(), "word/vbaProject.bin", b"x"), Dangerous),
        ("越界.docx", with_part(word(), "../../etc/passwd", b"x"), Dangerous),
        ("笑.docx", packed({"word/document.xml": LAUGHS}), Dangerous),
        ("炸弹.docx", BOMB, TooLarge),
        ("包.zip", packed({"a.txt": b"x"}), BadAttachment),
        ("名单.pdf", word(), BadAttachment),
        ("公告.docx", pdf(), BadAttachment),
        ("断.docx", word()[:2000], BadAttachment),
        ("断.pdf", b"%PDF-1.7 nothing", BadAttachment),
        ("锁.pdf", pdf(lambda w: w.encrypt("secret", algorithm="RC4-128")), Encrypted),
        ("脚本.pdf", pdf(runs), Dangerous),
        ("空.txt", b"", BadAttachment),
        ("网页.txt", b"<!DOCTYPE html><p>x", BadAttachment),
        ("乱.txt", bytes(range(1, 32)), BadAttachment),
        ("大.txt", b"x" * (FORMS[FileKind.TXT].max_bytes + 1), TooLarge),
        ("未知.docx", b"\x00\x01\x02\x03", BadAttachment),
    ],
)
def test_what_may_not_be_attached_is_refused_with_the_reason(
    name: str, data: bytes, error: type[BadAttachment]
) -> None:
    with pytest.raises(error) as caught:
        inspect_file(name, data)
    assert type(caught.value) is error
    assert caught.value.field in ("file", "name")


@given(st.binary(max_size=200), st.sampled_from(["docx", "pdf", "txt", "png", "xls", "ofd"]))
def test_any_bytes_are_taken_or_refused_in_words(data: bytes, extension: str) -> None:
    for start in (b"", b"PK\x03\x04", b"%PDF-1.4\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        try:
            sniff(f"a.{extension}", start + data)
        except BadAttachment as error:
            assert error.words.zh  # noqa: PT017


@given(
    st.text(alphabet="公告正文 abc\n", min_size=1), st.sampled_from(["utf-8", "gb18030", "utf-16"])
)
def test_a_text_is_read_in_every_encoding_that_offices_use(text: str, encoding: str) -> None:
    assert decoded(text.encode(encoding)) == text


@pytest.mark.parametrize("name", ["", ".hidden", "a\u202etxt.exe", "x" * 201, "a/", "\x00.txt"])
def test_a_name_that_misleads_is_refused(name: str) -> None:
    with pytest.raises(BadAttachment):
        checked_name(name)
    assert checked_name("C:\\桌面\\名单.xlsx") == "名单.xlsx"


def test_what_is_behind_the_limit_of_text_must_be_answered_for() -> None:
    found = inspect_file("全文.txt", b"a" * (MAX_TEXT + 1))
    assert len(found.text) == MAX_TEXT
    assert [(flaw.name, flaw.grave) for flaw in found.flaws] == [("unread-text", True)]


def test_json_is_what_can_be_read_as_json() -> None:
    assert inspect_file("a.json", b'{"a": 1}').attachment.media_type == "application/json"
    for broken in (b'{"a": 1', b"[" * 100_000):
        with pytest.raises(BadAttachment):
            sniff("a.json", broken)
