"""People by body, role and text, page by page; changes only by who administers all their bodies."""

from __future__ import annotations

import pytest

from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.errors import InvalidInput
from hub.kernel.ids import IdSource
from hub.organisations.authority.sight import Sight
from hub.organisations.errors import RoleNeeded, UnknownPerson
from hub.organisations.models import (
    BodyKind,
    FilingState,
    NewAccount,
    NewBody,
    NewPerson,
    Role,
    Selection,
)
from hub.organisations.personnel.models import WantedPeople
from hub.organisations.personnel.service import Personnel
from hub.organisations.roster.service import Register
from hub.organisations.service import Organisations
from hub.organisations.vault import Vault

PEOPLE = {
    "boss": ("老板", (("top", Role.ADMIN),)),
    "mayor": ("市长", (("city", Role.ADMIN),)),
    "li": ("李敏", (("city", Role.CLERK),)),
    "wu": ("吴_刚", (("city", Role.CLERK), ("top", Role.EDITOR))),
    "new": ("新人", ()),
}


@pytest.fixture
async def organisations(database: Database, clock: ManualClock, ids: IdSource) -> Organisations:
    made = Organisations(database, clock, ids, Vault({"k1": b"1" * 32}))
    bodies = [
        NewBody(code="top", name="省", kind=BodyKind.PROVINCE),
        NewBody(code="city", name="市", kind=BodyKind.CITY, parent_code="top"),
    ]
    await made.import_bodies(bodies, actor="admin")
    rows = [NewPerson(login=key, name=name, roles=held) for key, (name, held) in PEOPLE.items()]
    await made.import_people(rows, actor="admin")
    return made


@pytest.fixture
def personnel(database: Database, clock: ManualClock, organisations: Organisations) -> Personnel:
    return Personnel(database, clock, organisations)


async def logins(personnel: Personnel, wanted: WantedPeople) -> list[str]:
    return [one.person.login for one in (await personnel.page(wanted)).people]


async def test_a_page_is_narrowed_by_body_role_and_text(
    personnel: Personnel, organisations: Organisations
) -> None:
    city = frozenset({(await organisations.body("city")).id})
    assert await logins(personnel, WantedPeople()) == ["boss", "li", "mayor", "new", "wu"]
    assert await logins(personnel, WantedPeople(bodies=city)) == ["li", "mayor", "wu"]
    assert await logins(personnel, WantedPeople(bodies=city, role=Role.CLERK)) == ["li", "wu"]
    assert await logins(personnel, WantedPeople(text="_")) == ["wu"]
    assert await logins(personnel, WantedPeople(text="MA")) == ["mayor"]
    page = await personnel.page(WantedPeople(bodies=city, limit=2))
    assert page.next == "mayor"
    rest = await personnel.page(WantedPeople(bodies=city, after=page.next))
    assert [[h.role for h in one.held] for one in rest.people] == [[Role.CLERK]]


async def test_who_works_beyond_one_s_reach_is_not_one_s_to_change(personnel: Personnel) -> None:
    renamed = await personnel.rename("li", "李明", actor="mayor")
    assert renamed.name == "李明"
    for login in ("wu", "boss", "mayor"):
        with pytest.raises(RoleNeeded):
            await personnel.rename(login, "别人", actor="mayor")
    with pytest.raises(RoleNeeded):
        await personnel.rename("new", "别人", actor="li")
    with pytest.raises(InvalidInput):
        await personnel.rename("li", " ", actor="mayor")
    with pytest.raises(UnknownPerson):
        await personnel.profile("nobody")


async def test_who_is_disabled_stays_in_the_lists_and_comes_back(personnel: Personnel) -> None:
    await personnel.switch("li", active=False, actor="boss")
    assert await logins(personnel, WantedPeople(active=False)) == ["li"]
    assert not (await personnel.profile("li")).person.active
    await personnel.switch("li", active=True, actor="boss")
    assert await logins(personnel, WantedPeople(active=False)) == []


async def test_each_row_of_a_list_is_told_what_it_would_do(personnel: Personnel) -> None:
    rows = [
        NewPerson(login="li", name="李敏", roles=(("city", Role.CLERK),)),
        NewPerson(login="li2", name="李二", roles=(("city", Role.CLERK),)),
        NewPerson(login="new", name="新来的"),
        NewPerson(login="wu", name="吴刚"),
        NewPerson(login="x", name="某", roles=(("nowhere", Role.CLERK),)),
        NewPerson(login="y", name="甲"),
        NewPerson(login="y", name="乙"),
        NewPerson(login="Bad Login", name="丙"),
    ]
    tried = await personnel.try_list(rows, actor="mayor")
    fates = [one.fate for one in tried]
    assert fates == ["unchanged", "added", "changed", *["refused"] * 5]
    assert tried[2].name_before == "新人"
    with pytest.raises(RoleNeeded):
        await personnel.take_list(rows[:4], actor="mayor")
    done = await personnel.take_list(rows[:3], actor="mayor")
    assert (done.added, done.updated, done.unchanged) == (1, 1, 1)


async def test_tags_groups_and_filings_are_counted_within_sight(
    database: Database, clock: ManualClock, organisations: Organisations
) -> None:
    accounts = [
        NewAccount(
            channel="website",
            name=handle,
            handle=handle,
            body_code=body,
            base_url="https://www.example.gov.cn",
            tags=tags,
            filing=filing,
        )
        for handle, body, tags, filing in (
            ("a", "top", ("x", "y"), FilingState.FILED),
            ("b", "city", ("x",), FilingState.FILED),
            ("c", "city", (), FilingState.CLOSED),
        )
    ]
    await organisations.import_accounts(accounts, actor="admin")
    await organisations.add_group("甲", actor="admin", rule=Selection(tag="x"))
    city = (await organisations.body("city")).id
    register = Register(database, clock)
    everything, own = Sight(frozenset(), whole=True), Sight(frozenset({city}), whole=False)
    assert await register.tags(everything) == [("x", 2), ("y", 1)]
    assert await register.tags(own) == [("x", 1)]
    assert [(one.name, count) for one, count in await register.groups(own)] == [("甲", 1)]
    assert await register.filings(city) == {FilingState.FILED: 1, FilingState.CLOSED: 1}
