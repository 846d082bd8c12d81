"""Files on items: kept once, signed with the item, found by what they say, in both databases."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.catalogue.attachments.errors import BadAttachment, Dangerous, UnknownAttachment
from hub.catalogue.attachments.models import Attachment, FileKind
from hub.catalogue.models import Attribute, Item, ItemDraft
from hub.catalogue.rules import content_hash, content_of, draft_of
from hub.catalogue.search.store import entries_of, rows_of
from hub.catalogue.service import Catalogue
from hub.kernel.database import Database
from hub.kernel.errors import InvalidInput
from hub.kernel.events import read_events
from tests.hub.catalogue.attachments.making import hide, packed, pdf, sheet, word

LIST = word()
BLANK = ItemDraft(body_id="b", title="题", body="文", attribute=Attribute.PROACTIVE)


@pytest.fixture
async def item(catalogue: Catalogue, draft: ItemDraft) -> Item:
    return await catalogue.add(draft, actor="clerk")


async def kinds(database: Database) -> list[str]:
    return [event["kind"] for event in await database.read(read_events)]


async def test_a_file_makes_a_new_version_that_signatures_cover(
    catalogue: Catalogue, item: Item, database: Database
) -> None:
    done = await catalogue.attach(item.id, "名单.docx", LIST, actor="clerk")
    assert done.version == 2
    assert done.content_hash != item.content_hash
    assert done == await catalogue.get(item.id)
    [file] = done.attachments
    assert (file.name, file.size) == ("名单.docx", len(LIST))
    assert await catalogue.read(file.sha256) == LIST
    assert (await catalogue.version(item.id, 1)).attachments == ()
    assert (await catalogue.version(item.id, 2)).content_hash == done.content_hash
    assert (await kinds(database))[-2:] == ["catalogue.attachment.stored", "catalogue.item.edited"]


async def test_the_same_file_again_changes_nothing(
    catalogue: Catalogue, item: Item, database: Database
) -> None:
    first = await catalogue.attach(item.id, "表.xlsx", sheet(), actor="clerk")
    data = await catalogue.read(first.attachments[0].sha256)
    before = await kinds(database)
    assert await catalogue.attach(item.id, "表.xlsx", data, actor="clerk") == first
    assert await kinds(database) == before


async def test_a_new_file_takes_the_place_of_its_namesake_and_a_known_one_its_new_name(
    catalogue: Catalogue, item: Item
) -> None:
    for name, data in (("甲.txt", "一"), ("乙.txt", "二"), ("甲.txt", "三")):
        done = await catalogue.attach(item.id, name, data.encode(), actor="clerk")
    assert [a.name for a in done.attachments] == ["甲.txt", "乙.txt"]
    assert await catalogue.read(done.attachments[0].sha256) == "三".encode()
    done = await catalogue.attach(item.id, "丙.csv", "二".encode(), actor="clerk")
    assert [(a.name, a.media_type) for a in done.attachments] == [
        ("甲.txt", "text/plain"),
        ("丙.csv", "text/csv"),
    ]


async def test_a_file_is_taken_off_by_name_or_hash_and_its_version_keeps_it(
    catalogue: Catalogue, item: Item
) -> None:
    done = await catalogue.attach(item.id, "空白.pdf", pdf(), actor="clerk")
    off = await catalogue.detach(item.id, done.attachments[0].sha256, actor="clerk")
    assert (off.version, off.attachments) == (3, ())
    assert off.content_hash == item.content_hash
    assert (await catalogue.version(item.id, 2)).attachments == done.attachments
    with pytest.raises(UnknownAttachment):
        await catalogue.detach(item.id, "空白.pdf", actor="clerk")


async def test_what_nobody_may_publish_leaves_nothing(
    catalogue: Catalogue, item: Item, database: Database
) -> None:
    before = await kinds(database)
    for name, data, error in (
        ("a.docx", b"MZ program", Dangerous),
        ("a.pdf", LIST, BadAttachment),
        ("a.zip", packed({"a": b"b"}), BadAttachment),
    ):
        with pytest.raises(error):
            await catalogue.attach(item.id, name, data, actor="clerk")
    assert await kinds(database) == before


async def test_a_file_that_was_never_stored_is_no_part_of_an_edit(
    catalogue: Catalogue, item: Item
) -> None:
    done = await catalogue.attach(item.id, "a.docx", LIST, actor="clerk")
    stored = done.attachments[0]
    for wrong in (replace(stored, sha256="0" * 64), replace(stored, name="a.exe")):
        with pytest.raises(UnknownAttachment):
            await catalogue.edit(item.id, replace(draft_of(done), attachments=(wrong,)), actor="x")
    lying = replace(stored, name="b.docx", media_type="text/html", size=1)
    edited = await catalogue.edit(
        item.id, replace(draft_of(done), attachments=(lying,)), actor="clerk"
    )
    assert edited.attachments == (replace(stored, name="b.docx"),)


async def test_what_hides_in_a_file_is_kept_with_it(catalogue: Catalogue, item: Item) -> None:
    leaky = word(lambda d: hide(d.paragraphs[0].add_run("内部")))
    await catalogue.attach(item.id, "名单.docx", leaky, actor="clerk")
    [kept] = await catalogue.attachments(item.id)
    assert kept.kind is FileKind.DOCX
    assert kept.characters > 0
    assert [(flaw.name, flaw.grave) for flaw in kept.flaws] == [("hidden-text", True)]
    assert await catalogue.attachments(item.id, version=1) == []


async def test_search_takes_what_files_say_in_the_version_that_has_them(
    catalogue: Catalogue, item: Item, database: Database
) -> None:
    await catalogue.attach(item.id, "名单.docx", LIST, actor="clerk")
    [row] = await database.read(lambda c: rows_of(c, [item.id]))
    [entry] = entries_of(row)
    assert entry.body.endswith("名单.docx\n公示名单：张三")
    await catalogue.detach(item.id, "名单.docx", actor="clerk")
    [row] = await database.read(lambda c: rows_of(c, [item.id]))
    [entry] = entries_of(row)
    assert "张三" not in entry.body


async def test_an_import_leaves_an_items_files_alone(
    catalogue: Catalogue, item: Item, tmp_path: Path
) -> None:
    done = await catalogue.attach(item.id, "名单.docx", LIST, actor="clerk")
    row = {"key": item.external_key, "title": "新题", "body": "文", "attribute": "主动公开"}
    file = tmp_path / "rows"
    file.write_text(json.dumps(row), "utf-8")
    report = await catalogue.import_file(file, actor="importer", body_code="sc")
    assert (report.updated, report.refused) == (1, 0)
    new = await catalogue.get(item.id)
    assert (new.title, new.version, new.attachments) == ("新题", 3, done.attachments)


async def test_a_file_given_twice_is_refused(catalogue: Catalogue, item: Item) -> None:
    done = await catalogue.attach(item.id, "a.docx", LIST, actor="clerk")
    twice = replace(draft_of(done), attachments=done.attachments * 2)
    with pytest.raises(InvalidInput) as caught:
        await catalogue.edit(item.id, twice, actor="clerk")
    assert caught.value.field == "attachments"


files = st.lists(
    st.builds(
        Attachment,
        sha256=st.sampled_from(["0" * 64, "1" * 64]),
        name=st.sampled_from(["a.txt", "b.txt"]),
        media_type=st.just("text/plain"),
        size=st.just(1),
    ),
    max_size=3,
)


@given(files, files)
def test_hashes_are_equal_where_files_names_and_order_are(
    one: list[Attachment], other: list[Attachment]
) -> None:
    def hashed(listed: list[Attachment]) -> str:
        return content_hash(content_of(replace(BLANK, attachments=tuple(listed))))

    assert (hashed(one) == hashed(other)) == (one == other)
