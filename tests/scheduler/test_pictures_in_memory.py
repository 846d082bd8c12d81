"""Pictures are kept in memory while deliveries ask for them, and no longer."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Connection

from hub.catalogue import store as catalogue
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from scheduler.media import StoredMedia

CONTENTS = tuple(bytes([n]) * 1_000 for n in range(4))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was read from the database; it has these pictures."""
    known = {hashlib.sha256(one).hexdigest(): one for one in CONTENTS}
    found: list[str] = []

    def read(connection: Connection, sha256: str) -> bytes:
        found.append(sha256)
        return known[sha256]

    monkeypatch.setattr(catalogue, "read_blob", read)
    return found


async def read_all(media: StoredMedia, which: Sequence[int]) -> list[Any]:
    return [await media.read(hashlib.sha256(CONTENTS[n]).hexdigest()) for n in which]


async def test_a_picture_asked_for_all_the_time_is_read_once(
    database: Database, clock: ManualClock, asked: list[str]
) -> None:
    media = StoredMedia(database, clock)
    for _ in range(5):
        clock.advance(599)
        assert await read_all(media, [0]) == [CONTENTS[0]]
    assert len(asked) == 1


async def test_what_nobody_asked_for_in_ten_minutes_is_given_back_with_the_next(
    database: Database, clock: ManualClock, asked: list[str]
) -> None:
    media = StoredMedia(database, clock)
    await read_all(media, [0, 1])
    clock.advance(601)
    await read_all(media, [2])
    assert await read_all(media, [2, 1, 0]) == [CONTENTS[2], CONTENTS[1], CONTENTS[0]]
    assert len(asked) == 5
