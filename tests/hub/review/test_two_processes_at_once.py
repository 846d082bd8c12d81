"""Two processes on one database: what the rules promise holds between them too."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from hub.catalogue.models import Filter, Item, ItemDraft, ItemState
from hub.catalogue.rules import draft_of
from hub.catalogue.service import Catalogue
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.errors import Conflict, GongkaiError
from hub.kernel.events import verify_chain
from hub.kernel.ids import IdSource
from hub.kernel.postgres import PostgresDatabase
from hub.kernel.sqlite import SqliteDatabase
from hub.organisations.models import Body, Role
from hub.organisations.service import Organisations
from hub.review import store
from hub.review.determination.service import Determinations
from hub.review.models import Approval, ReviewStep
from hub.review.service import Review
from simulators.determining import ORDINARY

ENTRIES = {"weibo": "1" * 64}
FIRST, SECOND, THIRD = ReviewStep


@pytest.fixture
async def other(database_url: str, database: Database) -> AsyncIterator[Database]:
    """The same database, as a second process opens it."""
    if database_url.startswith("sqlite"):
        opened: Database = SqliteDatabase(Path(database_url.removeprefix("sqlite:///")))
    else:
        opened = PostgresDatabase(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def there(other: Database, clock: ManualClock) -> Review:
    return Review(other, clock, IdSource())


@pytest.fixture
async def item(
    catalogue: Catalogue, determinations: Determinations, draft: ItemDraft, reviewers: None
) -> Item:
    found = await catalogue.add(draft, actor="editor")
    await determinations.determine(found.id, ORDINARY, actor="editor")
    return found


@pytest.fixture
async def approval(item: Item, database: Database, clock: ManualClock, review: Review) -> Approval:
    await database.write(
        lambda tx: store.open_approval(
            tx,
            approval_id="approval",
            item=item,
            entries=ENTRIES,
            submitted_by="editor",
            at=clock.now(),
        )
    )
    return await review.get("approval")


async def test_two_people_who_sign_one_step_at_once_leave_one_signature(
    review: Review, there: Review, approval: Approval
) -> None:
    results = await asyncio.gather(
        review.sign("approval", FIRST, "clerk", approval.hash),
        there.sign("approval", FIRST, "allrounder", approval.hash),
        return_exceptions=True,
    )
    assert sum(isinstance(result, Conflict) for result in results) == 1
    assert len((await review.get("approval")).signatures) == 1


async def test_one_person_in_two_places_signs_once(
    review: Review, there: Review, organisations: Organisations, approval: Approval
) -> None:
    await organisations.grant("clerk", "sc", Role.SECTION_HEAD, actor="admin")
    results = await asyncio.gather(
        review.sign("approval", FIRST, "clerk", approval.hash),
        there.sign("approval", SECOND, "clerk", approval.hash),
        return_exceptions=True,
    )
    assert any(isinstance(result, GongkaiError) for result in results)
    assert len((await review.get("approval")).signatures) <= 1


async def test_an_edit_and_the_last_signature_never_pass_each_other(
    review: Review,
    other: Database,
    clock: ManualClock,
    catalogue: Catalogue,
    approval: Approval,
    item: Item,
) -> None:
    await review.sign("approval", FIRST, "clerk", approval.hash)
    await review.sign("approval", SECOND, "head", approval.hash)
    editor = Catalogue(other, clock, IdSource())
    changed = replace(draft_of(item), title="改")
    await asyncio.gather(
        review.sign("approval", THIRD, "leader", approval.hash),
        editor.edit(item.id, changed, actor="editor"),
        return_exceptions=True,
    )
    now = await catalogue.get(item.id)
    assert (now.version, now.state) == (2, ItemState.DRAFT)
    assert not (await review.get("approval")).complete


async def test_one_file_imported_twice_at_once_lands_once(
    catalogue: Catalogue,
    other: Database,
    clock: ManualClock,
    bodies: dict[str, Body],
    tmp_path: Path,
    database: Database,
) -> None:
    file = tmp_path / "rows"
    row = {"title": "题", "body": "文", "attribute": "proactive"}
    rows = [json.dumps({**row, "key": str(number)}) for number in range(900)]
    file.write_text("\n".join(rows), "utf-8")
    second = Catalogue(other, clock, IdSource())
    reports = await asyncio.gather(
        catalogue.import_file(file, actor="a", body_code="sc"),
        second.import_file(file, actor="b", body_code="sc"),
    )
    assert sum(report.added for report in reports) == 900
    assert sum(report.unchanged for report in reports) == 900
    assert len(await catalogue.list(Filter(limit=2_000))) == 900
    await database.read(lambda connection: list(verify_chain(connection)))
