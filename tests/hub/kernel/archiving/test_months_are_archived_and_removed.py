"""Finished months go into files that prove themselves; what is in one may leave the database."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from app.archiving import kept_kinds
from app.migrate import load_tables
from hub.conversation.tables import inbound_messages
from hub.kernel.archiving.errors import BadArchive, NotTheSame
from hub.kernel.archiving.files import lines_of, manifest_of, verify_archive
from hub.kernel.archiving.models import Month
from hub.kernel.database import Database
from hub.kernel.errors import InvalidInput
from hub.kernel.events import audit_events, chain_start, verify_chain
from hub.kernel.rows import stored
from hub.organisations.auditing import store as auditing
from hub.publishing.models import SETTLED
from hub.publishing.recall.tables import followups
from hub.publishing.tables import attempts, deliveries
from tests.app.archives_scene import archiving, count, counts, finish, stock_database
from tests.app.stocked import EVENTS

MARCH, THIS_MONTH = Month(2024, 3), Month(2026, 3)


async def test_everything_a_kept_row_is_referred_to_by_goes_with_it_or_holds_it() -> None:
    for kept in kept_kinds():
        told = {*kept.parts, *kept.holds}
        for table in load_tables().sorted_tables:
            for key in table.foreign_keys:
                assert key.column.table is not kept.table or key.parent in told, key.parent


async def test_a_finished_month_is_archived_and_then_removed(
    database: Database, tmp_path: Path
) -> None:
    await stock_database(database)
    await finish(database)
    archives = archiving(database, tmp_path)
    before = await counts(database)
    made = await archives.make(THIS_MONTH, actor="keeper")

    assert not made.unfinished
    assert {one.month for one in made.archives if one.kind == "signals"} == {"2024-01", "2024-02"}
    for one in made.archives:
        assert verify_archive(tmp_path / one.file, one.sha256).records == one.records
    assert await counts(database) == before | {"audit": EVENTS + len(made.archives)}
    assert not (await archives.make(THIS_MONTH, actor="keeper")).archives[len(kept_kinds()) :]

    pruned = await archives.prune(actor="keeper", before=MARCH)
    left = await counts(database)
    assert {one.kind for one in pruned} == {kept.name for kept in kept_kinds()}
    assert left["attempts"] == left["inbound"] == 0
    await database.read(lambda c: list(verify_chain(c)))
    assert await archives.prune(actor="keeper", before=MARCH) == []


async def test_what_is_referred_to_or_has_changed_stays(database: Database, tmp_path: Path) -> None:
    await stock_database(database)
    await finish(database)
    archives = archiving(database, tmp_path)
    await archives.make(THIS_MONTH, actor="keeper", kinds=("inbound", "deliveries"))
    first = select(stored(inbound_messages).c.id).limit(1)
    one = await database.read(lambda c: c.execute(first).scalar_one())
    change = update(inbound_messages).where(inbound_messages.c.id == one).values(reason="later")
    await database.write(lambda tx: tx.execute(change) and None, audited=False)

    pruned = await archives.prune(actor="keeper")
    assert sum(one.changed for one in pruned if one.kind == "inbound") == 1
    assert await count(database, inbound_messages) == 1
    assert sum(one.held for one in pruned if one.kind == "deliveries") == 1  # of a recall
    assert await count(database, deliveries) == 1
    assert [await count(database, table) for table in (attempts, followups)] == [1, 0]

    again = await archives.make(THIS_MONTH, actor="keeper", kinds=("inbound",), again=True)
    assert [(one.part, one.records) for one in again.archives] == [(2, 1)]
    await archives.prune(actor="keeper", lately=True)
    assert await count(database, inbound_messages) == await count(database, deliveries) == 0


async def test_an_unfinished_month_is_left(database: Database, tmp_path: Path) -> None:
    await stock_database(database)
    made = await archiving(database, tmp_path).make(THIS_MONTH, actor="k", kinds=("deliveries",))
    assert made.archives == ()
    states = select(stored(deliveries).c.state)
    found = await database.read(lambda c: c.execute(states).scalars().all())
    open_ones = [state for state in found if state not in SETTLED]
    assert sum(one.rows for one in made.unfinished) == len(open_ones) > 0


async def test_the_period_is_kept_and_a_month_must_be_over(
    database: Database, tmp_path: Path
) -> None:
    await stock_database(database)
    await finish(database)
    archives = archiving(database, tmp_path, days=3_650)
    assert await archives.due() == {}
    await archives.make(THIS_MONTH, actor="keeper")
    assert await archives.prune(actor="keeper", lately=True) == []
    with pytest.raises(InvalidInput) as refused:
        await archives.make(THIS_MONTH.next, actor="keeper")
    assert refused.value.field == "before"
    short = archiving(database, tmp_path / "other")
    assert set(await short.due()) == set()  # all of it is archived


async def test_the_chain_goes_on_from_where_it_was_cut(database: Database, tmp_path: Path) -> None:
    await stock_database(database)
    archives = archiving(database, tmp_path)
    made = await archives.make(MARCH, actor="keeper", kinds=("audit",))
    pieces = [manifest_of(tmp_path / one.file).audit for one in made.archives]
    assert [piece.first for piece in pieces if piece] == [1, 4]
    assert pieces[0]
    assert pieces[1]
    assert pieces[1].previous == pieces[0].hash

    await archives.prune(actor="keeper")
    start = await database.read(chain_start)
    assert start == (pieces[1].last, pieces[1].hash)
    assert await database.read(lambda c: max(verify_chain(c))) == EVENTS + 4
    assert await database.read(lambda c: auditing.link_holds(c, start[0] + 1))
    again = await archives.make(MARCH.next, actor="keeper", kinds=("audit",))
    assert [one.month for one in again.archives] == ["2024-03"]


async def test_an_altered_chain_is_not_cut(database: Database, tmp_path: Path) -> None:
    await stock_database(database)
    archives = archiving(database, tmp_path)
    await archives.make(MARCH, actor="keeper", kinds=("audit",))
    change = update(audit_events).where(audit_events.c.seq == 2).values(actor="somebody")
    await database.write(lambda tx: tx.execute(change) and None, audited=False)
    with pytest.raises(NotTheSame):
        await archives.prune(actor="keeper")
    gone = delete(audit_events).where(audit_events.c.seq == 2)
    await database.write(lambda tx: tx.execute(gone) and None, audited=False)
    with pytest.raises(NotTheSame):
        await archives.prune(actor="keeper")
    assert await database.read(chain_start) == (0, "0" * 64)


async def test_cutting_the_chain_goes_on_after_a_kill(database: Database, tmp_path: Path) -> None:
    await stock_database(database)
    archives = archiving(database, tmp_path)
    (one, *_) = (await archives.make(MARCH, actor="keeper", kinds=("audit",))).archives
    (kept,) = (kept for kept in kept_kinds() if kept.chained)
    boundary = archives._pruning

    def first_part(tx: Any) -> None:
        piece = manifest_of(tmp_path / one.file).audit
        assert piece
        data = {"seq": piece.last, "hash": piece.hash}
        boundary._cut(tx, kept=kept, archive=one, last=1, actor="keeper", boundary=data)

    await database.write(first_part)
    await database.read(lambda c: list(verify_chain(c)))
    await archives.prune(actor="keeper")
    left = select(audit_events.c.seq).order_by(audit_events.c.seq).limit(1)
    start, _ = await database.read(chain_start)
    assert await database.read(lambda c: c.execute(left).scalar_one()) == start + 1


async def test_a_file_that_was_touched_is_found_without_a_database(
    database: Database, tmp_path: Path
) -> None:
    await stock_database(database)
    archives = archiving(database, tmp_path)
    (one, *_) = (await archives.make(MARCH, actor="keeper", kinds=("audit",))).archives
    file = tmp_path / one.file
    manifest = file.with_name("audit-2024-01.manifest.json")
    told, whole = manifest.read_text("utf-8"), file.read_bytes()

    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(BadArchive, match="not the file"):
        verify_archive(file)
    lines = [line for found in lines_of(_packed(tmp_path, whole)) for _, line in found]
    altered = gzip.compress(b"\n".join(lines).replace(b"test", b"tost") + b"\n", mtime=0)
    file.write_bytes(altered)
    manifest.write_text(_describing(file, told), "utf-8")
    with pytest.raises(BadArchive, match="altered"):
        verify_archive(file)
    with pytest.raises(BadArchive, match="manifest"):
        verify_archive(file, one.sha256)
    with pytest.raises(BadArchive):
        await archives.prune(actor="keeper")


def _packed(folder: Path, whole: bytes) -> Path:
    file = folder / "whole.gz"
    file.write_bytes(whole)
    return file


def _describing(file: Path, told: str) -> str:
    """The manifest of somebody who alters both files."""
    values = json.loads(told)
    content = file.read_bytes()
    values |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return json.dumps(values)
