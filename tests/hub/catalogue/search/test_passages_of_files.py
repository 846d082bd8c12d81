"""What matched in an attachment is shown, and of which."""

from __future__ import annotations

import pytest

from hub.catalogue.publication import mark_public
from hub.catalogue.search.highlighting import Marker
from hub.catalogue.search.service import Search
from hub.catalogue.service import Catalogue
from hub.kernel.database import Database
from tests.hub.catalogue.search.conftest import Ask, Enter

LIST = "序号 单位\n1 稻城县亚丁村卫生室\n".encode()


@pytest.fixture
async def listed(enter: Enter, catalogue: Catalogue, database: Database, search: Search) -> None:
    item = await enter("定点医药机构名单的公告", "现将名单公布如下。", public=False)
    done = await catalogue.attach(item.id, "定点机构名单.txt", LIST, actor="editor")
    await database.write(lambda tx: mark_public(tx, done.id, done.version, done.entered_at))
    await search.rebuild()


@pytest.mark.usefixtures("listed")
async def test_a_hit_in_an_attachment_shows_its_passage_and_names_it(ask: Ask) -> None:
    [hit] = (await ask("亚丁村卫生室")).hits
    passage = hit.passage
    assert passage.file_name == "定点机构名单.txt"
    assert hit.item.files == ((passage.file, passage.file_name),)
    assert "亚丁村卫生室" in {passage.text[start:end] for start, end in passage.marks}


@pytest.mark.usefixtures("listed")
async def test_a_hit_in_the_items_own_text_is_shown_from_there(ask: Ask) -> None:
    [hit] = (await ask("公布名单")).hits
    assert hit.passage.file == ""
    assert hit.passage.text.startswith("现将名单公布")


def test_the_best_place_of_a_file_of_two_million_characters_is_found() -> None:
    marker = Marker(["亚丁", "卫生室"])
    text = "卫生室。" + "无关内容，" * 400_000 + "稻城縣亞丁村卫生室在此，亚丁。" + "其他。" * 1_000
    found = marker.passage_of("现将名单公布如下。", [("ab", "名单.txt", text)])
    assert (found.file, found.file_name) == ("ab", "名单.txt")
    assert {found.text[a:b] for a, b in found.marks} >= {"亚丁", "卫生室"}
