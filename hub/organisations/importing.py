"""Whole lists of bodies, people and accounts: new ones are added, known ones brought up to date.

Each function is the work of one transaction. A list may be given again: what is already so stays
untouched and records no event. Bodies are known by their code, people by their login, accounts
by channel and handle.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime

from hub.kernel.database import Transaction
from hub.kernel.errors import InvalidInput, Words
from hub.kernel.events import Event, Kind
from hub.organisations import events, rules, store
from hub.organisations.codes import normalised_code
from hub.organisations.errors import UnknownBody
from hub.organisations.models import (
    Account,
    Body,
    Imported,
    NewAccount,
    NewBody,
    NewPerson,
    Person,
)
from hub.organisations.vault import Vault

__all__ = ["Importer", "Schemes"]

Schemes = Callable[[str], Set[str]]  # channel → the schemes of its accounts' addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """Who imports, when, and what makes ids and seals."""

    actor: str
    at: datetime
    new_id: Callable[[], str]
    vault: Vault
    schemes: Schemes

    def bodies(self, tx: Transaction, rows: Sequence[NewBody]) -> Imported:
        """Add or change bodies; a parent may come anywhere in the same list."""
        for row in rows:
            rules.check_body(row)
        _refuse_doubles([row.code for row in rows], "code")
        held = store.bodies_by_code(tx.connection)
        ordered = rules.parents_first(rows, frozenset(held))
        ids = {code: body.id for code, body in held.items()}
        ids |= {row.code: self.new_id() for row in ordered if row.code not in held}
        wanted = [_body(row, ids) for row in ordered]
        added = [body for body in wanted if body.code not in held]
        changed = [b for b in wanted if b.code in held and held[b.code] != b]
        store.insert_bodies(tx, added)
        for body in changed:
            store.update_body(tx, body)
            _refuse_circle(tx, body)
        for body in added:
            self._record(tx, events.BODY_ADDED, body.id, code=body.code, name=body.name)
        for body in changed:
            self._record(tx, events.BODY_CHANGED, body.id, code=body.code, name=body.name)
        return _counted(wanted, added, changed)

    def people(self, tx: Transaction, rows: Sequence[NewPerson]) -> Imported:
        """Add or change people and grant roles; a role held but not listed is kept."""
        for row in rows:
            rules.check_person(row)
        _refuse_doubles([row.login for row in rows], "login")
        held = store.people_by_login(tx.connection, [row.login for row in rows])
        wanted = [_person(row, held.get(row.login), self.new_id) for row in rows]
        added = [person for person in wanted if person.login not in held]
        changed = {p.id: p for p in wanted if p.login in held and held[p.login] != p}
        store.insert_people(tx, added)
        for person in added:
            self._record(tx, events.PERSON_ADDED, person.id, login=person.login, name=person.name)
        for person in changed.values():
            store.update_person(tx, person)
            self._record(tx, events.PERSON_CHANGED, person.id, name=person.name)
        for person, row in zip(wanted, rows, strict=True):
            if self._grant(tx, person, row) and person.login in held:
                changed[person.id] = person
        return _counted(wanted, added, list(changed.values()))

    def accounts(self, tx: Transaction, rows: Sequence[NewAccount]) -> Imported:
        """Add or change accounts. Credentials of a known account change only if any are given."""
        for row in rows:
            rules.check_account(row, self.schemes(row.channel))
        keys = [(row.channel, row.handle) for row in rows]
        _refuse_doubles(keys, "handle")
        bodies = store.bodies_by_code(tx.connection, {row.body_code for row in rows})
        held = store.accounts_by_handle(tx.connection, keys)
        added, changed = [], 0
        for row in rows:
            body = bodies.get(row.body_code)
            if body is None:
                raise UnknownBody(row.body_code)
            old = held.get((row.channel, row.handle))
            if old is None:
                added.append(self._new_account(row, body))
            else:
                changed += self._change_account(tx, old, row, body)
        store.insert_accounts(tx, added, self.at)
        for account in added:
            data = {"channel": account.channel, "handle": account.handle, "name": account.name}
            self._record(tx, events.ACCOUNT_ADDED, account.id, **data)
        unchanged = len(rows) - len(added) - changed
        return Imported(added=len(added), updated=changed, unchanged=unchanged)

    def _grant(self, tx: Transaction, person: Person, row: NewPerson) -> bool:
        bodies = store.bodies_by_code(tx.connection, {code for code, _ in row.roles})
        granted = False
        for code, role in dict.fromkeys(row.roles):
            if code not in bodies:
                raise UnknownBody(code)
            if store.grant_role(tx, person.id, bodies[code].id, role):
                granted = True
                self._record(tx, events.ROLE_GRANTED, person.id, body=code, role=role.value)
        return granted

    def _new_account(self, row: NewAccount, body: Body) -> Account:
        account_id = self.new_id()
        sealed = self.vault.seal(account_id, row.credentials) if row.credentials else ""
        return Account(
            id=account_id,
            channel=row.channel,
            name=row.name,
            handle=row.handle,
            body_id=body.id,
            base_url=row.base_url.rstrip("/"),
            region=row.region or body.region,
            tags=tuple(dict.fromkeys(row.tags)),
            settings=dict(row.settings),
            sealed=sealed,
            filing=row.filing,
            authorised_until=row.authorised_until,
        )

    def _change_account(self, tx: Transaction, old: Account, row: NewAccount, body: Body) -> bool:
        account = replace(
            old,
            name=row.name,
            body_id=body.id,
            base_url=row.base_url.rstrip("/"),
            region=row.region or body.region,
            tags=tuple(dict.fromkeys(row.tags)),
            settings=dict(row.settings),
            filing=row.filing,
            authorised_until=row.authorised_until or old.authorised_until,
        )
        changed = account != old
        if changed:
            store.update_account(tx, account)
            self._record(tx, events.ACCOUNT_CHANGED, old.id, name=account.name)
        return self._reseal(tx, old, row) or changed

    def _reseal(self, tx: Transaction, old: Account, row: NewAccount) -> bool:
        if not row.credentials:
            return False
        held = self.vault.open(old.id, old.sealed)
        merged = rules.merged_credentials(held, row.credentials)
        if merged == held:
            return False
        account = store.get_account(tx.connection, old.id)
        store.store_seal(tx, account, self.vault.seal(old.id, merged), self.at)
        names = sorted(row.credentials)
        self._record(tx, events.ACCOUNT_CONNECTED, old.id, credentials=names)
        return True

    def _record(self, tx: Transaction, kind: Kind, subject: str, **data: object) -> None:
        tx.record(Event(kind=kind, subject=subject, actor=self.actor, at=self.at, data=data))


def _body(row: NewBody, ids: dict[str, str]) -> Body:
    return Body(
        id=ids[row.code],
        code=row.code,
        name=row.name,
        kind=row.kind,
        region=row.region,
        parent_id=ids[row.parent_code] if row.parent_code else None,
        separate_author=row.separate_author,
        org_code=normalised_code(row.org_code),
    )


def _person(row: NewPerson, held: Person | None, new_id: Callable[[], str]) -> Person:
    if held is None:
        return Person(id=new_id(), login=row.login, name=row.name)
    return replace(held, name=row.name)


def _counted(
    wanted: Sequence[object], added: Sequence[object], changed: Sequence[object]
) -> Imported:
    unchanged = len(wanted) - len(added) - len(changed)
    return Imported(added=len(added), updated=len(changed), unchanged=unchanged)


def _refuse_doubles(keys: Sequence[object], field: str) -> None:
    seen = set()
    for key in keys:
        if key in seen:
            raise InvalidInput(
                Words(f"“{key}”出现两次", f"'{key}' is listed twice"),
                field=field,
                remedy=Words("每项只列一次", "list each one once"),
            )
        seen.add(key)


def _refuse_circle(tx: Transaction, body: Body) -> None:
    below = {b.id for b in store.list_bodies(tx.connection, under=body.id)} - {body.id}
    if body.parent_id in below:
        raise InvalidInput(
            Words(f"{body.code} 的上级在它自己之下", f"the parent of {body.code} is below it"),
            field="parent_code",
            remedy=Words("改选上级单位", "choose another parent"),
        )
