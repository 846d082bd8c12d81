"""A role opens its own body; only the disclosure office and a media desk reach further down."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.ids import IdSource
from hub.organisations import store
from hub.organisations.authority.rules import (
    ENTERING,
    PLANNING,
    readable_bodies,
    require_accounts,
    require_role,
)
from hub.organisations.errors import RoleNeeded
from hub.organisations.models import BodyKind, NewAccount, NewBody, NewPerson, Role, Selection
from hub.organisations.service import Organisations
from hub.organisations.vault import Vault

BODIES = ("province", "city", "county")
PEOPLE = {
    "editor": ("city", Role.EDITOR),
    "media": ("city", Role.MEDIA),
    "office": ("city", Role.DISCLOSURE_OFFICE),
    "admin": ("county", Role.ADMIN),
}


@pytest.fixture
async def tree(database: Database, clock: ManualClock, ids: IdSource) -> Organisations:
    """A province above a city above a county, with an account each."""
    made = Organisations(database, clock, ids, Vault({"test": bytes(32)}))
    parents = ("", *BODIES)
    for code, parent in zip(BODIES, parents, strict=False):
        new = NewBody(code=code, name=code, kind=BodyKind(code), parent_code=parent)
        await made.add_body(new, actor="admin")
        account = NewAccount(
            channel="website",
            name=code,
            handle=code,
            body_code=code,
            base_url="https://www.example.gov.cn",
        )
        await made.add_account(account, actor="admin")
    for login, held in PEOPLE.items():
        await made.add_person(NewPerson(login=login, name=login, roles=(held,)), actor="admin")
    return made


@pytest.mark.parametrize("login", PEOPLE)
@pytest.mark.parametrize("code", BODIES)
async def test_a_role_counts_in_exactly_its_body(
    tree: Organisations, database: Database, login: str, code: str
) -> None:
    body, (place, role) = await tree.body(code), PEOPLE[login]
    for roles in (ENTERING, PLANNING):

        def ask(connection: Connection, roles: frozenset[Role] = roles) -> None:
            person = store.person_by_login(connection, login)
            require_role(connection, person, body, roles)

        if place == code and role in roles:
            await database.read(ask)
        else:
            with pytest.raises(RoleNeeded):
                await database.read(ask)


@pytest.mark.parametrize(
    ("login", "codes"),
    [
        ("editor", {"city"}),
        ("media", {"city"}),
        ("office", {"city", "county"}),
        ("admin", {"county"}),
    ],
)
async def test_only_the_office_reads_what_bodies_below_prepare(
    tree: Organisations, database: Database, login: str, codes: set[str]
) -> None:
    found = await database.read(lambda c: readable_bodies(c, store.person_by_login(c, login)))
    assert found == {(await tree.body(code)).id for code in codes}


@pytest.mark.parametrize(
    ("login", "handle", "may"),
    [
        ("media", "province", False),
        ("media", "city", True),
        ("media", "county", True),
        ("admin", "city", False),
        ("admin", "county", True),
        ("editor", "city", False),
    ],
)
async def test_accounts_are_reached_downwards_only(
    tree: Organisations, database: Database, login: str, handle: str, may: bool
) -> None:
    account = next(a for a in await tree.accounts(Selection()) if a.handle == handle)

    def ask(connection: Connection) -> None:
        person = store.person_by_login(connection, login)
        require_accounts(connection, person, [account], PLANNING)

    if may:
        await database.read(ask)
    else:
        with pytest.raises(RoleNeeded):
            await database.read(ask)


async def test_who_left_may_nothing(tree: Organisations, database: Database) -> None:
    person = await database.read(lambda c: store.person_by_login(c, "office"))
    await tree.deactivate_person("office", actor="admin")
    gone = await database.read(lambda c: store.get_person(c, person.id))
    assert await database.read(lambda c: readable_bodies(c, gone)) == frozenset()
