from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from hub.catalogue import store
from hub.catalogue.attachments.models import Attachment
from hub.catalogue.classification.models import Genre, StatutoryClass
from hub.catalogue.errors import KeyTaken, StaleVersion, UnknownItem, UnknownPicture
from hub.catalogue.models import (
    ITEM_LIFECYCLE,
    Attribute,
    Filter,
    Item,
    ItemDraft,
    ItemEvent,
    ItemState,
    Picture,
    Validity,
)
from hub.catalogue.rules import CONTENT, checked, content_hash, content_of, draft_of
from hub.catalogue.service import Catalogue
from hub.catalogue.tables import items
from hub.catalogue.variants.models import Variant
from hub.kernel.database import Database
from hub.kernel.errors import InvalidInput
from hub.kernel.events import read_events
from hub.organisations.models import Body

BLANK = ItemDraft(
    body_id="b", title="题", body="文", issuer="市政府", attribute=Attribute.PROACTIVE
)


@pytest.fixture
async def item(catalogue: Catalogue, draft: ItemDraft) -> Item:
    return await catalogue.add(draft, actor="editor")


async def test_an_item_is_entered_as_a_draft_issued_by_its_body(
    catalogue: Catalogue, item: Item
) -> None:
    assert (item.version, item.state, item.issuer) == (1, ItemState.DRAFT, "四川省人民政府")
    assert item.doc_no == "川府发〔2021〕5号"
    assert await catalogue.get(item.id) == item


async def test_an_edit_is_a_new_version_and_the_old_content_stays(
    catalogue: Catalogue, item: Item, database: Database
) -> None:
    changed = replace(draft_of(item), title="新题目")
    edited = await catalogue.edit(item.id, changed, actor="other", base_version=1)
    assert (edited.version, edited.title) == (2, "新题目")
    assert edited.content_hash != item.content_hash
    first = await database.read(lambda c: store.content_of_version(c, item.id, 1))
    assert content_hash(first) == item.content_hash
    assert [who for _, _, who, _ in await catalogue.versions(item.id)] == ["editor", "other"]


async def test_an_edit_that_says_the_same_changes_nothing(
    catalogue: Catalogue, item: Item, database: Database
) -> None:
    same = replace(draft_of(item), title=f"  {item.title}\r\n")
    assert await catalogue.edit(item.id, same, actor="editor") == item
    assert len(await database.read(lambda c: read_events(c, subject=item.id))) == 1


async def test_an_edit_on_an_old_version_is_refused(catalogue: Catalogue, item: Item) -> None:
    await catalogue.edit(item.id, replace(draft_of(item), title="甲"), actor="a")
    with pytest.raises(StaleVersion):
        await catalogue.edit(
            item.id, replace(draft_of(item), title="乙"), actor="b", base_version=1
        )


async def test_an_item_stays_with_its_body_and_key(
    catalogue: Catalogue, item: Item, bodies: dict[str, Body]
) -> None:
    moved = replace(draft_of(item), body_id=bodies["cd"].id, external_key="other", title="新")
    edited = await catalogue.edit(item.id, moved, actor="a")
    assert (edited.body_id, edited.external_key) == (item.body_id, item.external_key)


async def test_a_key_is_taken_once_per_body(
    catalogue: Catalogue, item: Item, draft: ItemDraft, bodies: dict[str, Body]
) -> None:
    with pytest.raises(KeyTaken):
        await catalogue.add(draft, actor="editor")
    other = await catalogue.add(replace(draft, body_id=bodies["cd"].id), actor="editor")
    assert await catalogue.find(other.body_id, "doc-1") == other


async def test_an_item_without_a_key_is_known_by_its_id(
    catalogue: Catalogue, draft: ItemDraft
) -> None:
    added = await catalogue.add(replace(draft, external_key=""), actor="editor")
    assert added.external_key == added.id


async def test_what_is_not_there_is_said(catalogue: Catalogue, draft: ItemDraft) -> None:
    with pytest.raises(UnknownItem):
        await catalogue.get("none")
    ghost = Picture(sha256="0" * 64, media_type="image/png", size=1, width=1, height=1)
    with pytest.raises(UnknownPicture):
        await catalogue.add(replace(draft, pictures=(ghost,)), actor="editor")


async def test_the_database_itself_refuses_to_approve_what_is_withheld(
    catalogue: Catalogue, draft: ItemDraft, database: Database
) -> None:
    added = await catalogue.add(replace(draft, attribute=Attribute.WITHHELD), actor="editor")
    forced = update(items).where(items.c.id == added.id).values(state="approved")
    with pytest.raises(IntegrityError):
        await database.write(lambda tx: tx.execute(forced).rowcount, audited=False)


async def test_lists_narrow_by_every_filter_and_page_by_id(
    catalogue: Catalogue, draft: ItemDraft, bodies: dict[str, Body]
) -> None:
    rows = [
        replace(draft, external_key=str(n), title=f"通知{n}", theme="财政" if n % 2 else "民政")
        for n in range(6)
    ]
    rows[0] = replace(rows[0], body_id=bodies["cd"].id, attribute=Attribute.ON_APPLICATION)
    added = [await catalogue.add(row, actor="editor") for row in rows]
    newest = [item.id for item in reversed(added)]
    assert [i.id for i in await catalogue.list()] == newest
    assert [i.id for i in await catalogue.list(Filter(limit=2))] == newest[:2]
    assert [i.id for i in await catalogue.list(Filter(before=newest[1], limit=2))] == newest[2:4]
    assert len(await catalogue.list(Filter(theme="财政"))) == 3
    assert len(await catalogue.list(Filter(body_id=bodies["sc"].id))) == 6
    assert len(await catalogue.list(Filter(body_id=bodies["cd"].id))) == 1
    assert len(await catalogue.list(Filter(attribute=Attribute.ON_APPLICATION))) == 1
    assert len(await catalogue.list(Filter(words="通知3"))) == 1
    assert await catalogue.list(Filter(words="%")) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", " "),
        ("title", "长" * 301),
        ("title", "两\n行"),
        ("body", ""),
        ("body", "坏\x00字"),
        ("body", "\ud800"),
        ("body", "看到的\u202e到看不"),
        ("summary", "长" * 1501),
        ("source_url", "javascript:alert(1)"),
        ("source_url", "http://[bad"),
        ("valid_until", date(2020, 1, 1)),
    ],
)
def test_a_malformed_item_is_refused_by_field(field: str, value: object) -> None:
    wrong = replace(BLANK, valid_from=date(2021, 1, 1), **{field: value})
    with pytest.raises(InvalidInput) as refused:
        checked(wrong)
    assert refused.value.field == field
    assert refused.value.remedy is not None


def test_the_wide_space_of_chinese_typesetting_is_welcome() -> None:
    assert checked(replace(BLANK, title="第一章　总则")).title == "第一章　总则"


text = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1).filter(str.strip)


@given(text, text)
def test_normalising_twice_changes_nothing(title: str, doc_no: str) -> None:
    once = checked(replace(BLANK, title=title[:300], doc_no=doc_no[:90]))
    assert checked(once) == once


CHANGES: dict[str, object] = {
    "title": "别的",
    "body": "别的",
    "issuer": "别的",
    "attribute": Attribute.WITHHELD,
    "summary": "别的",
    "doc_no": "国令第1号",
    "theme": "别的",
    "formed_on": date(2026, 1, 1),
    "valid_from": date(2026, 1, 1),
    "valid_until": date(2026, 1, 1),
    "source_url": "https://example.gov.cn",
    "carries": "1" * 64,
    "source_theme": "别的",
    "genre": Genre.NOTICE,
    "statutory_class": StatutoryClass.RULES,
    "normative": True,
    "unit": "办公室",
    "keywords": ("公开",),
    "audience": ("企业",),
    "source_published_on": date(2026, 1, 1),
    "pictures": (Picture(sha256="0" * 64, media_type="image/png", size=1, width=1, height=1),),
    "attachments": (Attachment(sha256="0" * 64, name="名单.pdf", media_type="x", size=1),),
    "variants": (Variant(channel="weibo", body="短"),),
}


def test_every_content_field_is_among_the_changes() -> None:
    assert {*CHANGES, "body_id"} == set(CONTENT)


@pytest.mark.parametrize("field", CHANGES)
def test_every_content_field_changes_the_hash(field: str) -> None:
    other = replace(BLANK, **{field: CHANGES[field]})
    assert content_hash(content_of(other)) != content_hash(content_of(BLANK))


def test_an_item_without_files_keeps_the_hash_it_had_before_there_were_any() -> None:
    assert "attachments" not in content_of(BLANK)


def test_keys_numbers_and_validity_are_no_content() -> None:
    other = replace(BLANK, external_key="k", index_no="x/2026-1", validity=Validity.REPEALED)
    assert content_hash(content_of(other)) == content_hash(content_of(BLANK))


def test_only_what_is_in_review_becomes_approved() -> None:
    assert ITEM_LIFECYCLE.sources(ItemEvent.APPROVED) == {ItemState.IN_REVIEW}
    assert {t for _, t in ITEM_LIFECYCLE.edges()} == set(ItemState)
