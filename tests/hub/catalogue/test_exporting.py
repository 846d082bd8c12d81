from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from rdflib import DCAT, DCTERMS, RDF, Graph, Literal, URIRef

from hub.catalogue import exporting
from hub.catalogue.classification.models import Genre
from hub.catalogue.exporting import COLUMNS, Form
from hub.catalogue.models import Item, ItemDraft, Validity
from hub.catalogue.publication import mark_public, withdraw
from hub.catalogue.rules import draft_of
from hub.catalogue.service import Catalogue
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database

SITE = "https://www.example.gov.cn"


@pytest.fixture
async def items(
    catalogue: Catalogue, draft: ItemDraft, database: Database, clock: ManualClock
) -> Sequence[Item]:
    """One that is public and edited since, one that was withdrawn, one that never was public."""
    rich = replace(
        draft, genre=Genre.NOTICE, theme="政务公开", keywords=("规划", "公开"), summary="=1+1",
        formed_on=date(2021, 3, 1), source_url="https://www.gov.cn/a.htm", normative=True,
    )  # fmt: skip
    added = [
        await catalogue.add(replace(rich, external_key=str(n)), actor="editor") for n in range(3)
    ]
    for item in added[:2]:
        await database.write(lambda tx, i=item.id: mark_public(tx, i, 1, clock.now()))
    await database.write(lambda tx: withdraw(tx, added[1].id, clock.now(), "误", upto=1))
    await catalogue.edit(added[0].id, replace(draft_of(added[0]), title="未审的"), actor="editor")
    return added


async def written(catalogue: Catalogue, form: Form, *, everything: bool = False) -> str:
    parts = [exporting.start_of(form, SITE, "四川省人民政府")]
    async for page in catalogue.pages(everything=everything):
        parts += exporting.lines_of(form, page, SITE, catalogue.today(), first=len(parts) == 1)
    return "".join([*parts, exporting.end_of(form)])


async def test_only_the_public_version_goes_out(
    catalogue: Catalogue, items: Sequence[Item]
) -> None:
    [record] = map(json.loads, (await written(catalogue, Form.JSONL)).splitlines())
    assert tuple(record) == COLUMNS
    assert (record["id"], record["version"]) == (items[0].id, 1)
    assert (record["title"], record["content_hash"]) == (items[0].title, items[0].content_hash)
    assert (record["genre"], record["standing"]) == ("通知", "有效")
    everything = (await written(catalogue, Form.JSONL, everything=True)).splitlines()
    assert [json.loads(line)["title"] for line in everything] == [
        "未审的",
        items[1].title,
        items[2].title,
    ]


async def test_a_spreadsheet_is_given_no_formulas(
    catalogue: Catalogue, items: Sequence[Item]
) -> None:
    text = await written(catalogue, Form.CSV)
    assert text.startswith("\ufeff")
    [row] = csv.DictReader(io.StringIO(text[1:]))
    assert (row["summary"], row["keywords"], row["normative"]) == ("'=1+1", "规划；公开", "是")


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")
async def test_dcat_is_read_as_linked_data(catalogue: Catalogue, items: Sequence[Item]) -> None:
    graph = Graph().parse(data=await written(catalogue, Form.DCAT), format="json-ld")
    [catalog] = graph.subjects(RDF.type, DCAT.Catalog)
    [dataset] = graph.objects(catalog, DCAT.dataset)
    assert dataset == URIRef(f"{SITE}/i/{items[0].id}.html")
    assert (dataset, RDF.type, DCAT.Dataset) in graph
    assert (dataset, DCTERMS.title, Literal(items[0].title, lang="zh")) in graph
    assert {str(word) for word in graph.objects(dataset, DCAT.keyword)} == {"规划", "公开"}
    [created] = graph.objects(dataset, DCTERMS.created)
    assert created.toPython() == date(2021, 3, 1)
    [distribution] = graph.objects(dataset, DCAT.distribution)
    assert (distribution, DCAT.accessURL, dataset) in graph
    empty = Graph().parse(
        data=exporting.start_of(Form.DCAT, SITE, "x") + exporting.end_of(Form.DCAT),
        format="json-ld",
    )
    assert list(empty.objects(None, DCAT.dataset)) == []


async def test_changes_come_with_tombstones_and_nothing_of_drafts(
    catalogue: Catalogue, items: Sequence[Item]
) -> None:
    told = [(seq, shown, item.id) async for seq, shown, item in catalogue.changes(0)]
    by_id = {item_id: (seq, shown) for seq, shown, item_id in told}
    assert len(told) == len(by_id) == 3
    shown = by_id[items[0].id][1]
    assert shown is not None
    assert shown.title == items[0].title
    assert by_id[items[1].id][1] is None
    gone = exporting.tombstone(await catalogue.get(items[1].id), 7)
    assert (gone["deleted"], gone["id"], gone["seq"]) == (True, items[1].id, 7)
    last = max(seq for seq, _, _ in told)
    assert [x async for x in catalogue.changes(last)] == []
    await catalogue.set_validity(items[0].id, Validity.REPEALED, actor="a", basis="清理")
    [(seq, shown, _)] = [x async for x in catalogue.changes(last)]
    assert seq > last
    assert shown is not None
    assert exporting.record_of(shown, SITE, catalogue.today())["standing"] == "废止"


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")
async def test_files_go_out_as_addresses_and_as_distributions(
    catalogue: Catalogue, items: Sequence[Item], database: Database, clock: ManualClock
) -> None:
    item = await catalogue.attach(items[0].id, "附件 1.txt", "名单".encode(), actor="editor")
    await database.write(lambda tx: mark_public(tx, item.id, item.version, clock.now()))
    address = f"{SITE}/media/{item.id}/{item.attachments[0].sha256}/%E9%99%84%E4%BB%B6%201.txt"
    [record] = map(json.loads, (await written(catalogue, Form.JSONL)).splitlines())
    assert record["attachments"] == [address]
    [row] = csv.DictReader(io.StringIO((await written(catalogue, Form.CSV)).lstrip("\ufeff")))
    assert row["attachments"] == address
    graph = Graph().parse(data=await written(catalogue, Form.DCAT), format="json-ld")
    [file] = graph.subjects(DCAT.downloadURL, URIRef(address))
    assert str(graph.value(file, DCAT.mediaType)) == "text/plain"
    assert graph.value(file, DCAT.byteSize).value == 6
