from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.catalogue.errors import IndexTaken
from hub.catalogue.models import Attribute, ItemDraft
from hub.catalogue.numbering.assigning import Numbering
from hub.catalogue.numbering.index_numbers import IndexPattern, index_problems
from hub.catalogue.rules import draft_of
from hub.catalogue.service import Catalogue
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.errors import InvalidInput
from hub.kernel.ids import IdSource
from hub.kernel.postgres import PostgresDatabase
from hub.organisations.codes import is_credit_code, is_organisation_code, normalised_code
from hub.organisations.models import Body, BodyKind, NewBody
from hub.organisations.service import Organisations


def test_an_index_number_is_made_of_code_year_and_serial() -> None:
    made = IndexPattern().render("000014349", date(2018, 12, 29), 222)
    assert made == "000014349/2018-00222"
    assert IndexPattern().serial_of(made, "000014349") == (2018, 222)
    assert IndexPattern().serial_of(made, "other") is None
    monthly = IndexPattern("{org}/{year}{month:02}-{serial:05}")
    assert monthly.render("1", date(2021, 3, 1), 13) == "1/202103-00013"
    assert monthly.serial_of("1/202103-00013", "1") == (2021, 13)


@pytest.mark.parametrize(
    "pattern",
    ["", "{org}", "{year}", "{org}/{serial}", "{year}{year}{serial}", "{x}{year}{serial}",
     "{year!r}{serial}", "{year}-{serial:>5}", "{year} {serial}", "{year}{", "{0}{year}{serial}"],
)  # fmt: skip
def test_a_pattern_that_could_repeat_a_number_is_refused(pattern: str) -> None:
    with pytest.raises(InvalidInput):
        IndexPattern(pattern)


@given(
    st.integers(2000, 2100), st.integers(1, 10**6), st.from_regex(r"[0-9A-Z]{4,18}", fullmatch=True)
)
def test_what_a_pattern_made_it_reads(year: int, serial: int, org: str) -> None:
    pattern = IndexPattern()
    assert pattern.serial_of(pattern.render(org, date(year, 1, 1), serial), org) == (year, serial)


@pytest.mark.parametrize(
    "code",
    ["000014349", "11441700007280420Y", "11341702486344515H", "11620622013933539B"],
)
def test_real_codes_pass_their_check_and_one_changed_character_fails(code: str) -> None:
    def passes(text: str) -> bool:
        return is_organisation_code(text) or is_credit_code(text)

    assert passes(code)
    assert passes(normalised_code(f" {code[:8].lower()}-{code[8:]} "))
    for place, char in enumerate(code):
        assert not passes(code[:place] + ("1" if char == "0" else "0") + code[place + 1 :])


@pytest.mark.parametrize(
    ("given_no", "fine"),
    [
        ("000014349/2018-00222", True),
        ("11341702486344515H/202110-00013", True),
        ("sggzyjyzx/2024-00002", True),
        ("12332211/2023-2169153", True),
        ("000014348/2018-00222", False),
        ("11341702486344515X/202110-00013", False),
        ("a b", False),
        ("x" * 65, False),
    ],
)
def test_a_given_number_is_checked_as_far_as_it_can_be(given_no: str, fine: bool) -> None:
    assert (list(index_problems(given_no)) == []) is fine


async def test_items_without_a_number_get_the_next_one_of_their_year(
    catalogue: Catalogue, draft: ItemDraft
) -> None:
    rows = [replace(draft, external_key=str(n), index_no="") for n in range(3)]
    rows[2] = replace(rows[2], formed_on=date(2017, 3, 1))
    made = [(await catalogue.add(row, actor="editor")).index_no for row in rows]
    assert made == ["sc/2026-00001", "sc/2026-00002", "sc/2017-00001"]


async def test_a_bodys_official_code_begins_its_numbers(
    catalogue: Catalogue, organisations: Organisations, draft: ItemDraft
) -> None:
    new = NewBody(code="gwy", name="国务院", kind=BodyKind.PROVINCE, org_code="00001434-9")
    body = await organisations.add_body(new, actor="admin")
    item = await catalogue.add(replace(draft, body_id=body.id), actor="editor")
    assert item.index_no == "000014349/2026-00001"
    with pytest.raises(InvalidInput, match="000014348"):
        await organisations.add_body(replace(new, code="x", org_code="000014348"), actor="a")


async def test_a_number_from_elsewhere_is_kept_and_counted_past(
    catalogue: Catalogue, draft: ItemDraft
) -> None:
    brought = replace(draft, index_no="sc/2026-00007")
    assert (await catalogue.add(brought, actor="editor")).index_no == "sc/2026-00007"
    following = await catalogue.add(replace(draft, external_key="2"), actor="editor")
    assert following.index_no == "sc/2026-00008"
    with pytest.raises(IndexTaken):
        await catalogue.add(replace(brought, external_key="3"), actor="editor")


async def test_a_number_that_was_given_up_never_comes_back(
    catalogue: Catalogue, draft: ItemDraft
) -> None:
    item = await catalogue.add(draft, actor="editor")
    other = await catalogue.edit(
        item.id, replace(draft_of(item), index_no="a/2026-1"), actor="editor"
    )
    assert (other.index_no, other.version) == ("a/2026-1", 1)
    with pytest.raises(IndexTaken):
        await catalogue.add(
            replace(draft, external_key="2", index_no=item.index_no), actor="editor"
        )
    kept = await catalogue.edit(
        item.id, replace(draft_of(item), index_no="", title="新题"), actor="editor"
    )
    assert (kept.index_no, kept.version) == ("a/2026-1", 2)


async def test_numbers_of_another_pattern_are_passed_over(
    database: Database, clock: ManualClock, ids: IdSource, draft: ItemDraft
) -> None:
    short = Catalogue(database, clock, ids, Numbering(IndexPattern("{year}-{serial}")))
    await Catalogue(database, clock, ids).add(replace(draft, index_no="2026-1"), actor="a")
    assert (await short.add(replace(draft, external_key="2"), actor="a")).index_no == "2026-2"


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_writers_at_once_never_get_the_same_number(
    database: Database, database_url: str, clock: ManualClock, bodies: dict[str, Body]
) -> None:
    others = [PostgresDatabase(database_url) for _ in range(3)]
    writers = [Catalogue(one, clock, IdSource()) for one in (database, *others)]
    draft = ItemDraft(body_id=bodies["sc"].id, title="题", body="文", attribute=Attribute.PROACTIVE)
    try:
        made = await asyncio.gather(
            *(w.add(draft, actor=f"w{n}") for n, w in enumerate(writers) for _ in range(15))
        )
    finally:
        for one in others:
            await one.close()
    assert sorted(i.index_no for i in made) == [f"sc/2026-{n:05}" for n in range(1, 61)]
