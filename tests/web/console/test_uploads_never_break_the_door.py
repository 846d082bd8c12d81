"""A file is taken whole or refused in words, whatever it is: never a defect, nothing half kept."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from random import Random

from aiohttp import FormData
from PIL import Image
from sqlalchemy import Connection, func, select

from hub.catalogue import store
from hub.catalogue.attachments.tables import attachment_files
from hub.catalogue.models import Attribute, Item, ItemDraft
from hub.catalogue.tables import blobs
from hub.organisations.signin.rules import form_token
from tests.hub.catalogue.attachments.making import packed, pdf, sheet, word
from tests.web.console.conftest import Office

EACH = 6  # mutants of a real file
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">'
    b'<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&b;&x;</d>'
)
SCRIPT = b"<html><script>alert(1)</script></html>"


def picture(form: str) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(target, form)
    return target.getvalue()


def real() -> dict[str, bytes]:
    return {
        "通知.docx": word(),
        "名单.xlsx": sheet(),
        "公告.pdf": pdf(),
        "图.png": picture("PNG"),
        "图.jpg": picture("JPEG"),
        "图.gif": picture("GIF"),
        "说明.txt": "公告正文".encode(),
        "表.csv": "姓名,电话\n张三,1".encode(),
    }


def mutant(data: bytes, random: Random) -> bytes:
    """The file with some bytes changed, cut, doubled, or another's start or end."""
    start, length = random.randrange(len(data)), random.randrange(1, 40)
    piece = data[start : start + length]
    return random.choice(
        [
            data[:start] + random.randbytes(len(piece)) + data[start + len(piece) :],
            data[:start],
            data[:start] + piece * 50 + data[start:],
            data[start:],
            SCRIPT + data,
            data + SCRIPT,
        ]
    )


def sent() -> Iterator[tuple[str, bytes]]:
    random, files = Random(20161231), real()
    for name, data in files.items():
        yield from ((name, mutant(data, random)) for _ in range(EACH))
        other = random.choice([one for one in files if one != name])
        yield other, data  # another's name: wrong magic
    parts = {"word/document.xml": LAUGHS, "[Content_Types].xml": b"<Types/>"}
    yield "笑.docx", packed(parts)
    yield "炸弹.docx", packed({"word/document.xml": b"\0" * 300_000_000})
    yield "套.docx", packed({"word/document.xml": word(), "inner.zip": packed({"a": b"b"})})
    yield "../../etc/passwd", b"x"
    yield "脚本.html", SCRIPT
    yield "名" * 400 + ".txt", b"x"


async def upload(office: Office, item: Item, name: str, data: bytes) -> int:
    form = FormData({"_token": form_token(await office.signed_in("editor"))})
    form.add_field("file", data, filename=name, content_type="application/octet-stream")
    headers = {"Origin": office.origin, "Sec-Fetch-Site": "same-origin"}
    answer = await office.ask(
        "editor", "POST", f"/items/{item.id}/attachments", data=form, headers=headers
    )
    await answer.read()
    return answer.status


async def test_mutated_real_files_are_taken_whole_or_refused(office: Office) -> None:
    body = await office.desk.organisations.body("city")
    draft = ItemDraft(body_id=body.id, title="通知", body="正文", attribute=Attribute.PROACTIVE)
    item = await office.desk.catalogue.add(draft, actor="editor")
    taken = refused = 0
    for name, data in sent():
        before = await office.desk.catalogue.get(item.id)
        status = await upload(office, item, name, data)
        after = await office.desk.catalogue.get(item.id)
        assert status in (303, 400, 413), (name, status)
        taken, refused = taken + (status == 303), refused + (status != 303)
        if status != 303:
            assert after == before, name
            continue
        held = {one.sha256 for one in after.attachments}
        assert hashlib.sha256(data).hexdigest() in held, name
    assert taken, "some mutants are still good files"
    assert refused
    await office.hub.database.read(lambda c: whole(c, item.id))


def whole(connection: Connection, item_id: str) -> None:
    """Every file that is kept was looked into, and is the bytes that its hash says."""
    kept = connection.execute(select(func.count()).select_from(blobs)).scalar_one()
    looked = connection.execute(select(func.count()).select_from(attachment_files)).scalar_one()
    assert kept >= 1
    assert looked >= kept
    for one in store.get_item(connection, item_id).attachments:
        data = store.read_blob(connection, one.sha256)
        assert hashlib.sha256(data).hexdigest() == one.sha256
        assert len(data) == one.size


def test_what_is_sent_holds_every_kind_of_trick() -> None:
    names = [name for name, _ in sent()]
    assert len(names) > 50
    assert zipfile.is_zipfile(io.BytesIO(dict(sent())["笑.docx"]))
