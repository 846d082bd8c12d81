"""What the staff API does with people: the register, entering, roles, who may come in at all."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from hub.kernel.errors import InvalidInput, Words
from hub.organisations.errors import UnknownPerson
from hub.organisations.models import NewPerson, Role
from hub.organisations.personnel.models import CheckedRow, Profile, WantedPeople
from web.console.area import SUPERVISING
from web.console.governing import STEWARDS
from web.staff.desk import Call
from web.staff.shapes import Said
from web.staff.telling import Told, told

__all__ = [
    "AskPeople",
    "ChangePerson",
    "EnterPerson",
    "GiveRole",
    "ListPeople",
    "StaffPeople",
    "StaffPeopleTaken",
    "StaffPeopleTried",
    "StaffPersonView",
    "change_person",
    "enter_person",
    "get_person",
    "give_role",
    "list_people",
    "managed",
    "take_people",
    "take_role",
    "try_people",
]

Login = Annotated[str, Meta(min_length=1, max_length=64)]
Name = Annotated[str, Meta(min_length=1, max_length=100)]
Code = Annotated[str, Meta(min_length=1, max_length=64)]


class AskPeople(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`body` is a code and includes those below it; `after` a page's `next`."""

    body: Annotated[str, Meta(max_length=64)] = ""
    role: Role | None = None
    text: Annotated[str, Meta(max_length=100)] = ""
    active: bool | None = None
    after: Annotated[str, Meta(max_length=64)] = ""
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class GiveRole(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`body` is a code."""

    body: Code
    role: Role


class EnterPerson(GiveRole, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """With a first role, in a body that the caller administers."""

    login: Login
    name: Name


class ChangePerson(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Another `name`, or whether they may come in at all; what is null stays."""

    name: Name | None = None
    active: bool | None = None


class ListedPerson(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    login: Login
    name: Name
    roles: Annotated[tuple[GiveRole, ...], Meta(max_length=50)] = ()


class ListPeople(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    people: Annotated[tuple[ListedPerson, ...], Meta(min_length=1, max_length=5_000)]


class StaffPerson(Told, frozen=True, kw_only=True):
    id: str
    login: str
    name: str
    active: bool


class StaffHeldRole(Struct, frozen=True, kw_only=True):
    """`body` is a code."""

    body: str
    role: Role


class StaffListedPerson(Struct, frozen=True, kw_only=True):
    person: StaffPerson
    roles: tuple[StaffHeldRole, ...]


class StaffPeople(Struct, frozen=True, kw_only=True):
    """`next` is the `after` of the page that follows, empty on the last."""

    people: tuple[StaffListedPerson, ...]
    next: str


class StaffSignIn(Told, frozen=True, kw_only=True):
    """How they come in; no secret is in it."""

    password: bool
    must_change: bool
    enrolled: bool
    codes_left: int
    locked_until: datetime | None
    sessions: int


class StaffPersonView(Struct, frozen=True, kw_only=True):
    person: StaffPerson
    roles: tuple[StaffHeldRole, ...]
    sign_in: StaffSignIn


class StaffPeopleRow(Struct, frozen=True, kw_only=True):
    """`fate` is `added`, `changed`, `unchanged` or `refused`, with `why`."""

    number: int
    fate: str
    login: str
    why: Said | None


class StaffPeopleTried(Struct, frozen=True, kw_only=True):
    rows: tuple[StaffPeopleRow, ...]


class StaffPeopleTaken(Told, frozen=True, kw_only=True):
    added: int
    updated: int
    unchanged: int


async def list_people(call: Call) -> StaffPeople:
    """Who works in the bodies in sight; who sees all bodies sees also those without a role."""
    await call.somewhere(SUPERVISING.roles)
    asked: AskPeople = call.asked
    sight = await call.services.sights.of(call.login, under=asked.body)
    wanted = WantedPeople(
        bodies=None if sight.whole and not asked.body else sight.bodies,
        role=asked.role,
        text=asked.text.strip(),
        active=asked.active,
        after=asked.after,
        limit=asked.limit,
    )
    page = await call.services.console.governing.personnel.page(wanted)
    people = [
        StaffListedPerson(
            person=told(StaffPerson, one.person),
            roles=tuple(StaffHeldRole(body=held.body.code, role=held.role) for held in one.held),
        )
        for one in page.people
    ]
    return StaffPeople(people=tuple(people), next=page.next)


async def get_person(call: Call) -> StaffPersonView:
    await call.somewhere(SUPERVISING.roles)
    return _view(await _seen(call))


async def enter_person(call: Call) -> StaffPersonView:
    asked: EnterPerson = call.told
    body = await call.services.organisations.body(asked.body)
    await call.within(body.id, STEWARDS)
    new = NewPerson(
        login=asked.login.strip(), name=asked.name.strip(), roles=((body.code, asked.role),)
    )
    await call.services.organisations.add_person(new, actor=call.login)
    return await _again(call, new.login)


async def change_person(call: Call) -> StaffPersonView:
    asked: ChangePerson = call.told
    profile = await managed(call)
    login, personnel = profile.person.login, call.services.console.governing.personnel
    if asked.name is None and asked.active is None:
        raise InvalidInput(
            Words("没有要改的内容", "there is nothing to change"),
            field="name",
            remedy=Words("写明姓名或是否在用", "give a name, or whether they are active"),
        )
    if asked.name is not None:
        await personnel.rename(login, asked.name, actor=call.login)
    if asked.active is not None:
        await personnel.switch(login, active=asked.active, actor=call.login)
    return await _again(call, login)


async def give_role(call: Call) -> StaffPersonView:
    asked: GiveRole = call.told
    profile = await managed(call)
    body = await call.services.organisations.body(asked.body)
    await call.within(body.id, STEWARDS)
    login = profile.person.login
    await call.services.organisations.grant(login, body.code, asked.role, actor=call.login)
    return await _again(call, login)


async def take_role(call: Call) -> StaffPersonView:
    asked: GiveRole = call.told
    profile = await managed(call)
    body = await call.services.organisations.body(asked.body)
    await call.within(body.id, STEWARDS)
    login = profile.person.login
    await call.services.organisations.revoke(login, body.code, asked.role, actor=call.login)
    return await _again(call, login)


async def try_people(call: Call) -> StaffPeopleTried:
    """What each row would do; nothing is written."""
    await call.somewhere(STEWARDS)
    personnel = call.services.console.governing.personnel
    rows = await personnel.try_list(_rows(call.told), actor=call.login)
    return StaffPeopleTried(rows=tuple(_row(one) for one in rows))


async def take_people(call: Call) -> StaffPeopleTaken:
    """All of them or none."""
    await call.somewhere(STEWARDS)
    personnel = call.services.console.governing.personnel
    return told(StaffPeopleTaken, await personnel.take_list(_rows(call.told), actor=call.login))


def _rows(asked: ListPeople) -> list[NewPerson]:
    return [
        NewPerson(
            login=one.login.strip().lower(),
            name=one.name.strip(),
            roles=tuple((held.body, held.role) for held in one.roles),
        )
        for one in asked.people
    ]


def _row(one: CheckedRow) -> StaffPeopleRow:
    return StaffPeopleRow(
        number=one.number,
        fate=one.fate,
        login=one.row.login if one.row else "",
        why=Said.of(one.fault.words) if one.fault else None,
    )


async def managed(call: Call) -> Profile:
    """The person of the path, once it is sure that the caller administers all their bodies."""
    profile = await _seen(call)
    await call.services.doors.require_over(call.login, profile.person, attempt=call.attempt)
    return profile


async def _seen(call: Call) -> Profile:
    """As far as one of their bodies is in sight; raises UnknownPerson. Who holds no role is seen
    by administrators."""
    login = call.part("login")
    profile = await call.services.console.governing.personnel.profile(login)
    sight = await call.services.sights.of(call.login)
    if any(one.body.id in sight.bodies for one in profile.held):
        return profile
    if profile.held or not await call.holds(STEWARDS):
        raise UnknownPerson(login)
    return profile


async def _again(call: Call, login: str) -> StaffPersonView:
    return _view(await call.services.console.governing.personnel.profile(login))


def _view(profile: Profile) -> StaffPersonView:
    return StaffPersonView(
        person=told(StaffPerson, profile.person),
        roles=tuple(StaffHeldRole(body=one.body.code, role=one.role) for one in profile.held),
        sign_in=told(StaffSignIn, profile.sign_in),
    )
