"""What bots and the portal ask of public lists."""

from __future__ import annotations

from decimal import Decimal

import pytest

from hub.catalogue.keyareas.hours import Opening
from hub.catalogue.keyareas.models import Position, Wanted
from hub.kernel.clock import ManualClock
from hub.organisations.models import Body
from tests.hub.catalogue.keyareas.test_forms_and_values import SAMPLES
from tests.hub.catalogue.keyareas.test_lists_become_public_by_three_signatures import (
    Office,
    office,
)

__all__ = ["office"]

CENTRE = Position(latitude=30.6586, longitude=104.0647)


async def published(office: Office, kind: str, year: int = 0) -> None:
    key = await office.areas.key(kind, "sc", year)
    await office.areas.import_file(SAMPLES / f"{kind}.csv", key, actor="editor")
    await office.publish(key, 1)


async def codes(office: Office, wanted: Wanted) -> list[str]:
    return [found.entry.code for found in await office.lookup.search(wanted)]


async def test_powers_are_found_by_words_and_kind(office: Office) -> None:
    await published(office, "powers")
    assert await codes(office, Wanted(kind="powers", words="民办 学校")) == ["510000-JY-001"]
    assert await codes(office, Wanted(kind="powers", category="penalty")) == ["510000-JY-003"]
    named = await codes(office, Wanted(kind="powers", words="检查"))
    assert named[0] == "510000-JY-010"
    assert await codes(office, Wanted(kind="powers", words="%")) == []
    assert len(await codes(office, Wanted(kind="powers", limit=2, offset=4))) == 1


async def test_projects_are_found_by_progress_body_and_place(
    office: Office, bodies: dict[str, Body]
) -> None:
    await published(office, "projects", 2026)
    late = Wanted(kind="projects", most_progress=Decimal(50), body_id=bodies["sc"].id)
    assert await codes(office, late) == ["MS-2026-001", "MS-2026-003"]
    assert await codes(office, Wanted(kind="projects", body_id=bodies["cd"].id)) == []
    assert await codes(office, Wanted(kind="projects", least_progress=Decimal(100))) == [
        "MS-2026-002"
    ]
    near = await office.lookup.projects_near(CENTRE, metres=5_000)
    assert [n.found.entry.code for n in near] == ["MS-2026-002", "MS-2026-001"]
    assert near[0].metres == pytest.approx(1_950, abs=60)
    assert await office.lookup.projects_near(CENTRE, metres=1_000) == []
    assert await office.lookup.projects_near(CENTRE, year=2025) == []


async def test_the_nearest_points_come_first_and_say_whether_they_are_open(
    office: Office, clock: ManualClock
) -> None:
    await published(office, "points")
    near = await office.lookup.points_near(CENTRE, count=3)
    told = [(p.near.found.entry.code, p.opening) for p in near]
    assert told == [  # Monday, 09:00
        ("CD-A", Opening.OPEN), ("CD-L", Opening.SHUT), ("CD-S", Opening.OPEN)
    ]  # fmt: skip
    [library, _] = await office.lookup.points_near(CENTRE, place="library")
    clock.advance(24 * 3600)
    [later, _] = await office.lookup.points_near(CENTRE, place="library")
    assert (library.opening, later.opening) == (Opening.SHUT, Opening.OPEN)


async def test_coverage_counts_three_kinds_of_place_in_every_city(office: Office) -> None:
    """Of the one city with a government here all three are there; one of four points is unfit."""
    empty = await office.lookup.coverage()
    assert (empty.wanted, empty.share, empty.fit_share) == (3, 0.0, None)
    await published(office, "points")
    full = await office.lookup.coverage()
    assert (full.share, full.missing, full.fit_share) == (100.0, (), 75.0)


async def test_an_amount_is_followed_over_the_years(
    office: Office, bodies: dict[str, Body]
) -> None:
    for year in (2026, 2025):
        await published(office, "budgets", year)
    await published(office, "expenses", 2026)
    series = await office.lookup.over_years("budgets", bodies["sc"].id, ["revenue/R"])
    told = [(found.year, found.entry.values["amount"]) for found in series]
    assert told == [(2025, Decimal("5230.4")), (2026, Decimal("5230.4"))]
    spent = await office.lookup.over_years("expenses", bodies["sc"].id, ["budget/total"])
    assert [found.title for found in spent] == ["合计"]
