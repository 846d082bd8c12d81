"""SQL over bodies, people and accounts: one function per question.

Functions that take a Transaction change rows and leave the audit event to the caller, who knows
why; kinds are in `hub.organisations.events`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    false,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from hub.kernel.database import Transaction
from hub.kernel.packing import PackedQuery
from hub.organisations.errors import UnknownAccount, UnknownBody, UnknownGroup, UnknownPerson
from hub.organisations.models import (
    Account,
    Body,
    BodyKind,
    FilingState,
    Group,
    Person,
    Role,
    Selection,
)
from hub.organisations.tables import (
    account_credentials,
    account_groups,
    account_tags,
    accounts,
    bodies,
    group_members,
    people,
    roles,
)

_CHUNK = 10_000  # parameters per query; SQLite takes 32,766, PostgreSQL 32,767
_ALL_BODIES = PackedQuery(Body, select(bodies))


def get_body(connection: Connection, body_id: str) -> Body:
    """Raises UnknownBody."""
    row = connection.execute(select(bodies).where(bodies.c.id == body_id)).first()
    if row is None:
        raise UnknownBody(body_id)
    return _body(row)


def bodies_by_code(connection: Connection, codes: Iterable[str] | None = None) -> dict[str, Body]:
    """Bodies by their code; all of them when `codes` is None."""
    every = select(bodies)
    asked = [every.where(bodies.c.code.in_(chunk)) for chunk in _chunks(codes or ())]
    queries = [every] if codes is None else asked
    return {row.code: _body(row) for query in queries for row in connection.execute(query)}


def bodies_by_id(connection: Connection, ids: Iterable[str]) -> dict[str, Body]:
    """Those of the bodies that are there, by id."""
    rows = connection.execute(select(bodies).where(bodies.c.id.in_(list(ids))))
    return {row.id: _body(row) for row in rows}


def list_bodies(connection: Connection, under: str = "") -> list[Body]:
    """All bodies ordered by code, or only `under` (an id) and those below it."""
    if not under:
        return sorted(_ALL_BODIES.values(connection), key=attrgetter("code"))
    query = select(bodies).where(bodies.c.id.in_(subtree(under))).order_by(bodies.c.code)
    return [_body(row) for row in connection.execute(query)]


def insert_bodies(tx: Transaction, rows: Sequence[Body]) -> None:
    """Parents must come before their children."""
    if rows:
        tx.execute(insert(bodies), [_plain(row) for row in rows])


def update_body(tx: Transaction, body: Body) -> None:
    tx.execute(update(bodies).where(bodies.c.id == body.id).values(**_plain(body)))


# --- people ---------------------------------------------------------------------------------


def get_person(connection: Connection, person_id: str) -> Person:
    """Raises UnknownPerson; also gives people who are no longer active."""
    row = connection.execute(select(people).where(people.c.id == person_id)).first()
    if row is None:
        raise UnknownPerson(person_id)
    return _person(row)


def person_by_login(connection: Connection, login: str) -> Person:
    """The active person with that login; raises UnknownPerson."""
    query = select(people).where(people.c.login == login, people.c.active)
    row = connection.execute(query).first()
    if row is None:
        raise UnknownPerson(login)
    return _person(row)


def people_by_login(connection: Connection, logins: Iterable[str]) -> dict[str, Person]:
    queries = (select(people).where(people.c.login.in_(chunk)) for chunk in _chunks(logins))
    return {row.login: _person(row) for query in queries for row in connection.execute(query)}


def list_people(connection: Connection) -> list[Person]:
    return [_person(row) for row in connection.execute(select(people).order_by(people.c.login))]


def insert_people(tx: Transaction, rows: Sequence[Person]) -> None:
    if rows:
        tx.execute(insert(people), [_plain(row) for row in rows])


def update_person(tx: Transaction, person: Person) -> None:
    tx.execute(update(people).where(people.c.id == person.id).values(**_plain(person)))


def roles_of(connection: Connection, person_id: str, body_id: str) -> frozenset[Role]:
    """What a person may do in exactly this body; a role in another body gives nothing here."""
    query = select(roles.c.role).where(roles.c.person_id == person_id, roles.c.body_id == body_id)
    return frozenset(Role(row.role) for row in connection.execute(query))


def list_roles(connection: Connection) -> list[tuple[str, str, Role]]:
    """Every (person id, body code, role)."""
    query = (
        select(roles.c.person_id, bodies.c.code, roles.c.role)
        .join(bodies, bodies.c.id == roles.c.body_id)
        .order_by(roles.c.person_id, bodies.c.code, roles.c.role)
    )
    return [(row.person_id, row.code, Role(row.role)) for row in connection.execute(query)]


def grant_role(tx: Transaction, person_id: str, body_id: str, role: Role) -> bool:
    """Whether that was new."""
    if role in roles_of(tx.connection, person_id, body_id):
        return False
    tx.execute(insert(roles).values(person_id=person_id, body_id=body_id, role=role.value))
    return True


def revoke_role(tx: Transaction, person_id: str, body_id: str, role: Role) -> bool:
    """Whether the person had it."""
    doomed = delete(roles).where(
        roles.c.person_id == person_id, roles.c.body_id == body_id, roles.c.role == role.value
    )
    return tx.execute(doomed).rowcount > 0


# --- accounts -------------------------------------------------------------------------------


def get_account(connection: Connection, account_id: str) -> Account:
    """Raises UnknownAccount."""
    row = connection.execute(select(accounts).where(accounts.c.id == account_id)).first()
    if row is None:
        raise UnknownAccount(account_id)
    return _account(row)


_wanted = accounts.c.id.in_(bindparam("ids", expanding=True))
_BY_IDS = PackedQuery(Account, select(accounts).where(_wanted))


def get_accounts(connection: Connection, ids: Iterable[str]) -> dict[str, Account]:
    """Accounts by id, in one query up to 10,000 ids; unknown ids are left out."""
    found: dict[str, Account] = {}
    for chunk in _chunks(ids):
        found |= {one.id: one for one in _BY_IDS.values(connection, {"ids": chunk})}
    return found


def account_by_handle(connection: Connection, channel: str, handle: str) -> Account | None:
    return accounts_by_handle(connection, [(channel, handle)]).get((channel, handle))


def accounts_by_handle(
    connection: Connection, keys: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], Account]:
    """Accounts by (channel, handle)."""
    found = {}
    pair = tuple_(accounts.c.channel, accounts.c.handle)
    for chunk in _chunks(keys, _CHUNK // 2):
        for row in connection.execute(select(accounts).where(pair.in_(chunk))):
            found[row.channel, row.handle] = _account(row)
    return found


def select_accounts(
    connection: Connection, selection: Selection, *, active_only: bool = True, sealed: bool = True
) -> list[Account]:
    """The accounts a selection means, by id, with their seals or without. Raises UnknownGroup."""
    conditions = conditions_of(connection, selection)
    if active_only:
        conditions.append(accounts.c.active)
    columns = [column for column in accounts.c if sealed or column.name != "sealed"]
    found = PackedQuery(Account, select(*columns).where(*conditions)).values(connection)
    return sorted(found, key=attrgetter("id"))


def insert_accounts(tx: Transaction, rows: Sequence[Account], at: datetime) -> None:
    if not rows:
        return
    tx.execute(insert(accounts), [_plain(row) for row in rows])
    _insert_tags(tx, rows)
    seals = [_seal_row(row, at) for row in rows if row.sealed]
    if seals:
        tx.execute(insert(account_credentials), seals)


def update_account(tx: Transaction, account: Account) -> None:
    """Write every field but the seal (see `store_seal`); the revision grows by one."""
    values = _plain(account) | {"revision": accounts.c.revision + 1}
    del values["sealed"]
    tx.execute(update(accounts).where(accounts.c.id == account.id).values(**values))
    tx.execute(delete(account_tags).where(account_tags.c.account_id == account.id))
    _insert_tags(tx, [account])


def store_seal(tx: Transaction, account: Account, sealed: str, at: datetime) -> None:
    """New credentials: the former ones stay in the history, the reconnect mark is cleared."""
    replace_seal(tx, account, sealed, at)
    tx.execute(update(accounts).where(accounts.c.id == account.id).values(needs_reconnecting=""))


def replace_seal(tx: Transaction, account: Account, sealed: str, at: datetime) -> None:
    """The same credentials under another key; nothing else about the account changes."""
    revision = account.revision + 1
    tx.execute(
        update(accounts).where(accounts.c.id == account.id).values(sealed=sealed, revision=revision)
    )
    tx.execute(
        insert(account_credentials).values(
            account_id=account.id, revision=revision, sealed=sealed, sealed_at=at
        )
    )


def list_seals(connection: Connection, account_id: str) -> list[tuple[int, str, datetime]]:
    """(revision, seal, when) of every set of credentials the account ever had, oldest first."""
    held = account_credentials.c
    query = select(held.revision, held.sealed, held.sealed_at).order_by(held.revision)
    rows = connection.execute(query.where(held.account_id == account_id))
    return [(row.revision, row.sealed, row.sealed_at) for row in rows]


def set_needs_reconnecting(tx: Transaction, account_id: str, reason: str) -> None:
    """Mark an account whose authorisation is dead; the credentials stay. '' clears the mark."""
    _change(tx, account_id, {"needs_reconnecting": reason[:500]})


def pause_account(tx: Transaction, account_id: str, until: datetime | None, reason: str) -> None:
    """Hold an account back until a moment; None lets it go on."""
    _change(tx, account_id, {"paused_until": until, "pause_reason": reason[:500]})


def set_authorised_until(tx: Transaction, account_id: str, until: datetime | None) -> None:
    _change(tx, account_id, {"authorised_until": until})


def set_handle(tx: Transaction, account_id: str, handle: str) -> None:
    """The platform gave the account another address (a Telegram group became a supergroup)."""
    _change(tx, account_id, {"handle": handle})


# --- groups ---------------------------------------------------------------------------------


def find_group(connection: Connection, name: str) -> Group:
    """Raises UnknownGroup."""
    row = connection.execute(select(account_groups).where(account_groups.c.name == name)).first()
    if row is None:
        raise UnknownGroup(name)
    return _group(connection, row)


def list_groups(connection: Connection) -> list[Group]:
    rows = connection.execute(select(account_groups).order_by(account_groups.c.name)).all()
    return [_group(connection, row) for row in rows]


def insert_group(tx: Transaction, group: Group) -> None:
    rule = {key: value for key, value in _plain(group.rule).items() if value}
    tx.execute(insert(account_groups).values(id=group.id, name=group.name, rule=rule))
    members = [{"group_id": group.id, "account_id": member} for member in group.members]
    if members:
        tx.execute(insert(group_members), members)


# --- inside ---------------------------------------------------------------------------------


def subtree(body_id: str) -> Select[tuple[str]]:
    """The ids of a body and of all below it; UNION, not UNION ALL, so that a cycle ends."""
    tree = select(bodies.c.id).where(bodies.c.id == body_id).cte("subtree", recursive=True)
    below = select(bodies.c.id).join(tree, bodies.c.parent_id == tree.c.id)
    return select(tree.union(below).c.id)


def conditions_of(connection: Connection, selection: Selection) -> list[ColumnElement[bool]]:
    """What an account of the selection is like, for a query over accounts. UnknownGroup."""
    conditions: list[ColumnElement[bool]] = []
    if selection.group:
        conditions.append(_in_group(connection, find_group(connection, selection.group)))
    if selection.ids:
        conditions.append(accounts.c.id.in_(selection.ids))
    if selection.channels:
        conditions.append(accounts.c.channel.in_(selection.channels))
    if selection.body_id:
        conditions.append(accounts.c.body_id.in_(subtree(selection.body_id)))
    if selection.region:
        conditions.append(accounts.c.region == selection.region)
    if selection.tag:
        tagged = (account_tags.c.account_id == accounts.c.id, account_tags.c.tag == selection.tag)
        conditions.append(exists().where(*tagged))
    return conditions


def _in_group(connection: Connection, group: Group) -> ColumnElement[bool]:
    rule = conditions_of(connection, group.rule)
    matched = and_(*rule) if rule else false()
    named = exists().where(
        group_members.c.account_id == accounts.c.id, group_members.c.group_id == group.id
    )
    return or_(matched, named)


def _change(tx: Transaction, account_id: str, values: Mapping[str, Any]) -> None:
    changed = update(accounts).where(accounts.c.id == account_id)
    result = tx.execute(changed.values(**values, revision=accounts.c.revision + 1))
    if result.rowcount == 0:
        raise UnknownAccount(account_id)


def _insert_tags(tx: Transaction, rows: Sequence[Account]) -> None:
    tags = [{"tag": tag, "account_id": row.id} for row in rows for tag in dict.fromkeys(row.tags)]
    if tags:
        tx.execute(insert(account_tags), tags)


def _seal_row(account: Account, at: datetime) -> dict[str, Any]:
    return {
        "account_id": account.id,
        "revision": account.revision,
        "sealed": account.sealed,
        "sealed_at": at,
    }


def _chunks(values: Iterable[Any], size: int = _CHUNK) -> Iterable[list[Any]]:
    listed = list(dict.fromkeys(values))
    return (listed[start : start + size] for start in range(0, len(listed), size))


def _plain(value: Body | Person | Account | Selection) -> dict[str, Any]:
    return {f.name: getattr(value, f.name) for f in fields(value)}


def _body(row: Row[Any]) -> Body:
    return Body(**(row._asdict() | {"kind": BodyKind(row.kind)}))


def _person(row: Row[Any]) -> Person:
    return Person(**row._asdict())


def _account(row: Row[Any]) -> Account:
    values = row._asdict()
    kept = {"tags": tuple(values["tags"]), "filing": FilingState(values["filing"])}
    return Account(**values | kept)


def _group(connection: Connection, row: Row[Any]) -> Group:
    query = select(group_members.c.account_id).where(group_members.c.group_id == row.id)
    members = tuple(sorted(connection.execute(query).scalars()))
    rule = msgspec.convert(row.rule, Selection)
    return Group(id=row.id, name=row.name, rule=rule, members=members)
