from __future__ import annotations

from dataclasses import replace

import pytest

from hub.kernel.database import Database
from hub.kernel.errors import InvalidInput
from hub.kernel.events import read_events
from hub.organisations import store
from hub.organisations.errors import (
    AlreadyThere,
    UnknownAccount,
    UnknownBody,
    UnknownGroup,
    UnknownPerson,
)
from hub.organisations.models import (
    Body,
    BodyKind,
    Imported,
    NewAccount,
    NewBody,
    NewPerson,
    Role,
    Selection,
)
from hub.organisations.service import Organisations

COUNTY = NewBody(code="wh", name="武侯区", kind=BodyKind.COUNTY, parent_code="cd")


@pytest.fixture
async def accounts(
    organisations: Organisations, bodies: dict[str, Body], weibo: NewAccount
) -> dict[str, str]:
    """Handle → id: one account per body and channel."""
    rows = [
        replace(weibo, handle=f"{code}-{channel}", body_code=code, channel=channel, tags=(code,))
        for code in ("sc", "cd", "jy")
        for channel in ("weibo", "wechat")
    ]
    await organisations.import_accounts(rows, actor="admin")
    return {a.handle: a.id for a in await organisations.accounts(Selection())}


async def chosen(organisations: Organisations, selection: Selection) -> set[str]:
    return {account.handle for account in await organisations.accounts(selection)}


async def test_children_may_come_before_their_parents(bodies: dict[str, Body]) -> None:
    assert bodies["cd"].parent_id == bodies["jy"].parent_id == bodies["sc"].id


async def test_importing_bodies_again_changes_nothing(
    organisations: Organisations, bodies: dict[str, Body], database: Database
) -> None:
    before = len(await database.read(read_events))
    rows = [replace(COUNTY, parent_code="cd")]
    assert await organisations.import_bodies(rows, actor="a") == Imported(added=1)
    assert await organisations.import_bodies(rows, actor="a") == Imported(unchanged=1)
    assert len(await database.read(read_events)) == before + 1


async def test_a_renamed_body_is_brought_up_to_date(
    organisations: Organisations, bodies: dict[str, Body]
) -> None:
    row = NewBody(code="cd", name="成都", kind=BodyKind.CITY, region="成都", parent_code="sc")
    assert await organisations.import_bodies([row], actor="a") == Imported(updated=1)
    assert (await organisations.body("cd")).name == "成都"


@pytest.mark.parametrize(
    "rows",
    [
        [replace(COUNTY, parent_code="nowhere")],
        [replace(COUNTY, code="a", parent_code="b"), replace(COUNTY, code="b", parent_code="a")],
        [COUNTY, COUNTY],
        [COUNTY, NewBody(code="cd", name="成都", kind=BodyKind.CITY, parent_code="wh")],
        [NewBody(code="sc", name="省", kind=BodyKind.PROVINCE, parent_code="cd")],
    ],
    ids=["missing", "circle", "twice", "circle-through-known", "below-itself"],
)
async def test_a_tree_that_is_none_is_refused_whole(
    organisations: Organisations, bodies: dict[str, Body], rows: list[NewBody]
) -> None:
    with pytest.raises(InvalidInput):
        await organisations.import_bodies(rows, actor="a")
    assert {b.code: b for b in await organisations.bodies()} == bodies


async def test_a_body_holds_those_below_it(
    organisations: Organisations, bodies: dict[str, Body]
) -> None:
    await organisations.add_body(COUNTY, actor="a")
    below = await organisations.bodies(under=bodies["cd"].id)
    assert [body.code for body in below] == ["cd", "wh"]


async def test_unknown_and_doubled_bodies_are_refused(
    organisations: Organisations, bodies: dict[str, Body]
) -> None:
    with pytest.raises(UnknownBody):
        await organisations.body("none")
    with pytest.raises(AlreadyThere):
        await organisations.add_body(replace(COUNTY, code="sc"), actor="a")


async def test_a_role_counts_only_in_its_own_body(
    organisations: Organisations, bodies: dict[str, Body], database: Database
) -> None:
    person = await organisations.add_person(
        NewPerson(login="li", name="李", roles=(("sc", Role.CLERK),)), actor="a"
    )
    here = await database.read(lambda c: store.roles_of(c, person.id, bodies["sc"].id))
    below = await database.read(lambda c: store.roles_of(c, person.id, bodies["cd"].id))
    assert (here, below) == (frozenset({Role.CLERK}), frozenset())


async def test_roles_are_granted_once_and_taken_back(
    organisations: Organisations, bodies: dict[str, Body]
) -> None:
    await organisations.add_person(NewPerson(login="li", name="李"), actor="a")
    for _ in range(2):
        await organisations.grant("li", "sc", Role.LEADER, actor="a")
    [(_, granted)] = await organisations.people()
    assert granted == [("sc", Role.LEADER)]
    await organisations.revoke("li", "sc", Role.LEADER, actor="a")
    [(_, granted)] = await organisations.people()
    assert granted == []


async def test_importing_people_reports_new_roles_as_updates(
    organisations: Organisations, bodies: dict[str, Body]
) -> None:
    row = NewPerson(login="li", name="李")
    assert await organisations.import_people([row], actor="a") == Imported(added=1)
    row = replace(row, roles=(("sc", Role.MEDIA),))
    assert await organisations.import_people([row], actor="a") == Imported(updated=1)
    assert await organisations.import_people([row], actor="a") == Imported(unchanged=1)


async def test_a_person_who_left_is_unknown_to_the_doors(
    organisations: Organisations, bodies: dict[str, Body], database: Database
) -> None:
    await organisations.add_person(NewPerson(login="li", name="李"), actor="a")
    await organisations.deactivate_person("li", actor="a")
    with pytest.raises(UnknownPerson):
        await database.read(lambda c: store.person_by_login(c, "li"))


@pytest.mark.parametrize("login", ["", "Li", "system:x", "a b", "李"])
async def test_a_login_that_could_be_mistaken_is_refused(
    organisations: Organisations, login: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await organisations.add_person(NewPerson(login=login, name="李"), actor="a")
    assert refused.value.field == "login"


async def test_every_field_of_a_selection_narrows_it(
    organisations: Organisations, bodies: dict[str, Body], accounts: dict[str, str]
) -> None:
    province = bodies["sc"].id
    assert len(await chosen(organisations, Selection(body_id=province))) == 6
    assert await chosen(organisations, Selection(region="成都")) == {"cd-weibo", "cd-wechat"}
    assert await chosen(organisations, Selection(tag="jy", channels=("wechat",))) == {"jy-wechat"}
    assert await chosen(organisations, Selection(body_id=bodies["jy"].id, tag="cd")) == set()
    one = Selection(ids=(accounts["sc-weibo"],))
    assert await chosen(organisations, one) == {"sc-weibo"}


async def test_only_active_accounts_are_selected_for_publishing(
    organisations: Organisations, accounts: dict[str, str], database: Database
) -> None:
    await organisations.change_account(accounts["cd-weibo"], actor="a", active=False)
    found = await database.read(lambda c: store.select_accounts(c, Selection(region="成都")))
    assert [account.handle for account in found] == ["cd-wechat"]


async def test_a_group_holds_what_its_rule_matches_and_whom_it_names(
    organisations: Organisations, accounts: dict[str, str]
) -> None:
    rule = Selection(region="成都", channels=("weibo",))
    members = [accounts["jy-wechat"]]
    await organisations.add_group("试点", actor="a", rule=rule, members=members)
    assert await chosen(organisations, Selection(group="试点")) == {"cd-weibo", "jy-wechat"}
    narrowed = Selection(group="试点", channels=("wechat",))
    assert await chosen(organisations, narrowed) == {"jy-wechat"}
    [group] = await organisations.groups()
    assert (group.rule, group.members) == (rule, tuple(members))


async def test_a_group_of_explicit_accounts_matches_no_rule(
    organisations: Organisations, accounts: dict[str, str]
) -> None:
    await organisations.add_group("点名", actor="a", members=[accounts["sc-weibo"]])
    assert await chosen(organisations, Selection(group="点名")) == {"sc-weibo"}


async def test_groups_that_are_empty_doubled_or_unknown_are_refused(
    organisations: Organisations, accounts: dict[str, str]
) -> None:
    with pytest.raises(InvalidInput):
        await organisations.add_group("空", actor="a")
    with pytest.raises(UnknownAccount):
        await organisations.add_group("错", actor="a", members=["nobody"])
    await organisations.add_group("试点", actor="a", rule=Selection(tag="sc"))
    with pytest.raises(AlreadyThere):
        await organisations.add_group("试点", actor="a", rule=Selection(tag="cd"))
    with pytest.raises(UnknownGroup):
        await organisations.accounts(Selection(group="无"))


async def test_accounts_are_read_by_the_thousand_in_one_go(
    organisations: Organisations, bodies: dict[str, Body], weibo: NewAccount, database: Database
) -> None:
    rows = [replace(weibo, handle=str(number)) for number in range(3_000)]
    done: list[tuple[int, int]] = []
    await organisations.import_accounts(
        rows, actor="a", progress=lambda seen, total: done.append((seen, total))
    )
    assert done == [(2_000, 3_000), (3_000, 3_000)]
    ids = [account.id for account in await organisations.accounts(Selection())]
    found = await database.read(lambda c: store.get_accounts(c, [*ids, "unknown"]))
    assert sorted(found) == ids
