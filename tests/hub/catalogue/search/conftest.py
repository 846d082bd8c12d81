"""A small catalogue that can be searched."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from hub.catalogue import publication
from hub.catalogue.models import Attribute, Item, ItemDraft
from hub.catalogue.publication import mark_public
from hub.catalogue.search.models import Narrowing, Page, Question
from hub.catalogue.search.service import Search
from hub.catalogue.service import Catalogue
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.organisations.models import Body

Enter = Callable[..., Awaitable[Item]]
Ask = Callable[..., Awaitable[Page]]


@pytest.fixture
async def search(database: Database, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Search]:
    opened = Search(database, clock, tmp_path / "search")
    yield opened
    opened.close()


@pytest.fixture
def enter(catalogue: Catalogue, database: Database, bodies: dict[str, Body]) -> Enter:
    """Enter an item of a body by its code; the public sees it unless `public=False`."""

    async def entering(
        title: str, body: str = "正文。", *, code: str = "sc", **more: object
    ) -> Item:
        public = more.pop("public", True)
        draft = ItemDraft(
            body_id=bodies[code].id, title=title, body=body, attribute=Attribute.PROACTIVE, **more
        )
        item = await catalogue.add(draft, actor="editor")
        if public:
            await publish(database, item)
        return item

    return entering


async def publish(database: Database, item: Item) -> None:
    await database.write(lambda tx: mark_public(tx, item.id, item.version, item.entered_at))


async def withdraw(database: Database, item: Item) -> None:
    await database.write(
        lambda tx: publication.withdraw(tx, item.id, item.entered_at, "误发", upto=item.version)
    )


@pytest.fixture
def ask(search: Search) -> Ask:
    """The page for a text, with the question's other fields as keywords."""

    async def asking(text: str, *, narrowing: Narrowing | None = None, **more: object) -> Page:
        question = Question(text=text, narrowing=narrowing or Narrowing(), **more)
        return await search.find(question)

    return asking


def titles(page: Page) -> list[str]:
    return [hit.item.title for hit in page.hits]
