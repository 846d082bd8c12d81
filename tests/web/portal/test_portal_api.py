"""The read API: it answers as its own description says, and leads from page to page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.ids import IdSource
from tests.web.portal.shelf import SITE, Shelf, stocked

Client = TestClient[Request, Application]
ROOT = "/api/v1"


@pytest.fixture
async def shelf(
    database: Database, clock: ManualClock, ids: IdSource, tmp_path: Path
) -> AsyncIterator[Shelf]:
    opened = await stocked(database, clock, ids, tmp_path / "index")
    yield opened
    opened.desk.finder().close()


@pytest.fixture
async def client(shelf: Shelf) -> AsyncIterator[Client]:
    async with TestClient(TestServer(shelf.application())) as opened:
        yield opened


async def told(client: Client, path: str, status: int = 200) -> Any:
    async with client.get(path) as response:
        assert response.status == status, await response.text()
        return await response.json(content_type=None)


async def test_every_answer_is_what_the_description_says(client: Client, shelf: Shelf) -> None:
    description = await told(client, "/api/openapi.json")
    validate(description)
    item = shelf.items["edited"].id
    for path, operations in description["paths"].items():
        operation = operations["get"]
        address = path.replace("{item}", item).replace("{version}", "1").replace("{kind}", "points")
        answer = await told(client, ROOT + address)
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        whole = {**schema, "components": description["components"]}
        Draft202012Validator(whole).validate(answer)


async def test_the_items_lead_from_page_to_page_and_none_comes_twice(
    client: Client, shelf: Shelf
) -> None:
    found: list[str] = []
    path = f"{ROOT}/items?limit=2"
    while path:
        page = await told(client, path)
        found += [item["id"] for item in page["items"]]
        path = page["next"].removeprefix(SITE.url)
    public = ("plain", "old", "new", "edited", "pictured", "interpretation")
    assert sorted(found) == sorted(shelf.items[name].id for name in public)


async def test_a_record_holds_what_was_signed_and_its_relations(
    client: Client, shelf: Shelf
) -> None:
    item = shelf.items["old"]
    record = await told(client, f"{ROOT}/items/{item.id}")
    assert (record["text"], record["content_hash"]) == (item.body, item.content_hash)
    [relation] = record["relations"]
    assert (relation["kind"], relation["inverse"]) == ("supersedes", True)
    assert relation["url"] == SITE.url + shelf.path("new")


async def test_an_older_version_is_there_with_the_hash_it_was_signed_with(
    client: Client, shelf: Shelf
) -> None:
    item = shelf.items["edited"]
    record = await told(client, f"{ROOT}/items/{item.id}")
    assert [version["number"] for version in record["versions"]] == [2, 1]
    first = await told(client, record["versions"][1]["api"].removeprefix(SITE.url))
    assert first["title"] == shelf.items["first"].title
    assert first["content_hash"] == shelf.items["first"].content_hash


@pytest.mark.parametrize("name", ["draft", "withdrawn"])
async def test_what_is_not_public_is_a_problem_and_no_text(
    client: Client, shelf: Shelf, name: str
) -> None:
    problem = await told(client, f"{ROOT}/items/{shelf.items[name].id}", status=404)
    assert problem["status"] == 404
    assert shelf.items[name].title not in str(problem)


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "genre=poem", "after=zz"])
async def test_a_parameter_that_cannot_be_is_named_with_its_remedy(
    client: Client, query: str
) -> None:
    problem = await told(client, f"{ROOT}/items?{query}", status=400)
    assert problem["field"] == query.split("=")[0]
    assert "→" in problem["detail"]


async def test_an_answer_that_was_not_changed_is_not_sent_again(client: Client) -> None:
    async with client.get(f"{ROOT}/items") as first:
        tag = first.headers["ETag"]
        assert first.headers["Access-Control-Allow-Origin"] == "*"
    async with client.get(f"{ROOT}/items", headers={"If-None-Match": tag}) as second:
        assert second.status == 304
