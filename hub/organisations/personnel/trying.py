"""A list of people held against what is there: what each row would do, or why it may not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from hub.kernel.errors import GongkaiError, InvalidInput, Words
from hub.organisations import rules
from hub.organisations.authority.rules import role_needed
from hub.organisations.errors import RoleNeeded, UnknownBody
from hub.organisations.models import Body, NewPerson, Person, Role
from hub.organisations.personnel.models import CheckedRow

__all__ = ["Known", "check_rows"]

Roles = Set[tuple[str, Role]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Who gives the list, the bodies that they administer (ids), and what is there by now."""

    steward: Person
    reach: frozenset[str]
    bodies: Mapping[str, Body]
    people: Mapping[str, Person]
    held: Mapping[str, Roles]


def check_rows(rows: Sequence[NewPerson], known: Known) -> list[CheckedRow]:
    """One answer a row, in their order; a login that comes twice is refused both times."""
    times = Counter(row.login for row in rows)
    return [_checked(number, row, known, times) for number, row in enumerate(rows, 1)]


def _checked(number: int, row: NewPerson, known: Known, times: Counter[str]) -> CheckedRow:
    try:
        rules.check_person(row)
        _check_once(row, times)
        person = known.people.get(row.login)
        before = known.held.get(person.id, frozenset()) if person else frozenset()
        given = tuple(one for one in dict.fromkeys(row.roles) if one not in before)
        for code, _ in row.roles:
            _check_body(code, known)
        renamed = person is not None and person.name != row.name
        if person is not None and (renamed or given):
            _check_person(person, before, known)
    except GongkaiError as error:
        return CheckedRow(number=number, fate="refused", row=row, fault=error)
    fate = "added" if person is None else ("changed" if renamed or given else "unchanged")
    former = person.name if person is not None and renamed else ""
    return CheckedRow(number=number, fate=fate, row=row, name_before=former, roles=given)


def _check_once(row: NewPerson, times: Counter[str]) -> None:
    if times[row.login] > 1:
        raise InvalidInput(
            Words(f"“{row.login}”出现 {times[row.login]} 次", f"'{row.login}' is listed twice"),
            field="login",
            remedy=Words("一人一行，角色用分号隔开", "one row each, roles parted by semicolons"),
        )


def _check_body(code: str, known: Known) -> None:
    if code not in known.bodies:
        raise UnknownBody(code)
    if known.bodies[code].id not in known.reach:
        raise role_needed(known.steward, known.bodies[code].name, {Role.ADMIN})


def _check_person(person: Person, before: Roles, known: Known) -> None:
    """Only who administers every body somebody works in changes them; nobody does themselves."""
    if person.id == known.steward.id:
        raise RoleNeeded(
            Words("不能管理自己的角色", "nobody manages their own roles"),
            field="login",
            remedy=Words("请另一位管理员处理", "ask another administrator"),
        )
    for code, _ in before:
        _check_body(code, known)
