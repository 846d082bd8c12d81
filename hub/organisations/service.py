"""What may be done with bodies, people and accounts; one transaction each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import InvalidInput, Words
from hub.kernel.events import Event, Kind
from hub.kernel.ids import IdSource
from hub.organisations import events, rules, store
from hub.organisations.errors import AlreadyThere, UnknownAccount, UnknownBody
from hub.organisations.importing import Importer, Schemes
from hub.organisations.models import (
    Account,
    Body,
    FilingState,
    Group,
    Imported,
    NewAccount,
    NewBody,
    NewPerson,
    Person,
    Role,
    Selection,
)
from hub.organisations.vault import Vault

__all__ = ["Organisations"]

_BATCH = 2_000  # rows per transaction when importing; each takes a few hundredths of a second

Progress = Callable[[int, int], None]


def _web_only(channel: str) -> Set[str]:
    return rules.WEB


class Organisations:
    """`actor` is the login of the person who does it, or `system:<part>`. `schemes` says which
    schemes the addresses of a channel's accounts may have."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        ids: IdSource,
        vault: Vault,
        schemes: Schemes = _web_only,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._vault = vault
        self._schemes = schemes

    # --- bodies and people

    async def add_body(self, new: NewBody, *, actor: str) -> Body:
        """Raises AlreadyThere when the code is taken."""

        def work(tx: Transaction) -> Body:
            if store.bodies_by_code(tx.connection, [new.code]):
                raise _already(new.code, "code")
            self._importer(actor).bodies(tx, [new])
            return store.bodies_by_code(tx.connection, [new.code])[new.code]

        return await self._database.write(work)

    async def import_bodies(self, rows: Iterable[NewBody], *, actor: str) -> Imported:
        """All or nothing, in one transaction: a tree is whole or refused."""
        listed = list(rows)
        return await self._database.write(lambda tx: self._importer(actor).bodies(tx, listed))

    async def body(self, code: str) -> Body:
        """Raises UnknownBody."""
        found = await self._database.read(lambda c: store.bodies_by_code(c, [code]))
        if code not in found:
            raise UnknownBody(code)
        return found[code]

    async def bodies(self, under: str = "") -> list[Body]:
        """Every body, or `under` (a body's id) and those below it."""
        return await self._database.read(lambda c: store.list_bodies(c, under))

    async def bodies_among(self, ids: Collection[str]) -> list[Body]:
        """Those of the bodies by id that are there, in the order of their codes."""
        found = await self._database.read(lambda c: store.bodies_by_id(c, ids))
        return sorted(found.values(), key=lambda body: body.code)

    async def body_names(self, ids: Iterable[str]) -> dict[str, str]:
        """The names of those of the bodies that are there, by id."""
        found = await self._database.read(lambda c: store.bodies_by_id(c, set(ids)))
        return {body.id: body.name for body in found.values()}

    async def add_person(self, new: NewPerson, *, actor: str) -> Person:
        """Raises AlreadyThere when the login is taken."""

        def work(tx: Transaction) -> Person:
            if store.people_by_login(tx.connection, [new.login]):
                raise _already(new.login, "login")
            self._importer(actor).people(tx, [new])
            return store.person_by_login(tx.connection, new.login)

        return await self._database.write(work)

    async def import_people(self, rows: Iterable[NewPerson], *, actor: str) -> Imported:
        """All or nothing, in one transaction."""
        listed = list(rows)
        return await self._database.write(lambda tx: self._importer(actor).people(tx, listed))

    async def people(self) -> list[tuple[Person, list[tuple[str, Role]]]]:
        """Everyone, each with (body code, role)."""
        persons = await self._database.read(store.list_people)
        granted: dict[str, list[tuple[str, Role]]] = {}
        for person_id, code, role in await self._database.read(store.list_roles):
            granted.setdefault(person_id, []).append((code, role))
        return [(person, granted.get(person.id, [])) for person in persons]

    async def names(self, logins: Iterable[str]) -> dict[str, str]:
        """The names of those of them who are people here, by login."""
        found = await self._database.read(lambda c: store.people_by_login(c, set(logins)))
        return {login: person.name for login, person in found.items()}

    async def grant(self, login: str, body_code: str, role: Role, *, actor: str) -> None:
        """Give a role in one body; giving it again changes nothing."""
        new = (body_code, role)

        def work(tx: Transaction) -> None:
            person = store.person_by_login(tx.connection, login)
            row = NewPerson(login=login, name=person.name, roles=(new,))
            self._importer(actor).people(tx, [row])

        await self._database.write(work)

    async def revoke(self, login: str, body_code: str, role: Role, *, actor: str) -> None:
        """Take a role back; signatures given before stand."""

        def work(tx: Transaction) -> None:
            person = store.person_by_login(tx.connection, login)
            body = _known_body(tx, body_code)
            if store.revoke_role(tx, person.id, body.id, role):
                data = {"body": body_code, "role": role.value}
                self._record(tx, events.ROLE_REVOKED, person.id, actor, data)

        await self._database.write(work)

    async def deactivate_person(self, login: str, *, actor: str) -> None:
        """They can no longer sign or operate; what they did stays theirs."""

        def work(tx: Transaction) -> None:
            person = store.person_by_login(tx.connection, login)
            store.update_person(tx, replace(person, active=False))
            self._record(tx, events.PERSON_CHANGED, person.id, actor, {"active": False})

        await self._database.write(work)

    # --- accounts

    async def add_account(self, new: NewAccount, *, actor: str) -> Account:
        """Raises AlreadyThere when the channel already has that handle."""

        def work(tx: Transaction) -> Account:
            if store.account_by_handle(tx.connection, new.channel, new.handle):
                raise _already(f"{new.channel}/{new.handle}", "handle")
            self._importer(actor).accounts(tx, [new])
            added = store.account_by_handle(tx.connection, new.channel, new.handle)
            if added is None:
                raise UnknownAccount(new.handle)
            return added

        return await self._database.write(work)

    async def import_accounts(
        self, rows: Iterable[NewAccount], *, actor: str, progress: Progress | None = None
    ) -> Imported:
        """Add or bring up to date; a few thousand rows per transaction, repeatable.

        `progress(done, total)` is called after each transaction. A bad row refuses the
        transaction it is in; the ones before it stand, and the list can be given again.
        """
        listed = list(rows)
        total = Imported()
        for start in range(0, len(listed), _BATCH):
            batch = listed[start : start + _BATCH]
            total += await self._database.write(self._account_work(batch, actor))
            if progress is not None:
                progress(start + len(batch), len(listed))
        return total

    async def connect(
        self,
        account_id: str,
        credentials: Mapping[str, str],
        *,
        actor: str,
        authorised_until: datetime | None = None,
    ) -> Account:
        """Connect or reconnect: the given credentials are merged over the held ones.

        A held credential is never replaced by an empty value (EmptyCredential when nothing
        else is given); the former seal stays in the history. Clears `needs_reconnecting`.
        """
        at = self._clock.now()

        def work(tx: Transaction) -> Account:
            account = store.get_account(tx.connection, account_id)
            held = self._vault.open(account_id, account.sealed) if account.sealed else {}
            merged = rules.merged_credentials(held, credentials)
            store.store_seal(tx, account, self._vault.seal(account_id, merged), at)
            if authorised_until is not None or account.authorised_until is not None:
                store.set_authorised_until(tx, account_id, authorised_until)
            data = {"credentials": sorted(credentials), "authorised_until": authorised_until}
            self._record(tx, events.ACCOUNT_CONNECTED, account_id, actor, data)
            return store.get_account(tx.connection, account_id)

        return await self._database.write(work)

    async def pause(self, account_id: str, until: datetime, reason: str, *, actor: str) -> Account:
        """Hold deliveries of this account back until a moment in the future."""
        if until <= self._clock.now():
            raise InvalidInput(
                Words("暂停的截止时间已过", "the pause would end in the past"),
                field="until",
                remedy=Words("给出将来的时间", "give a time in the future"),
            )

        def work(tx: Transaction) -> Account:
            store.pause_account(tx, account_id, until, reason)
            data = {"until": until, "reason": reason}
            self._record(tx, events.ACCOUNT_PAUSED, account_id, actor, data)
            return store.get_account(tx.connection, account_id)

        return await self._database.write(work)

    async def resume(self, account_id: str, *, actor: str) -> Account:
        def work(tx: Transaction) -> Account:
            store.pause_account(tx, account_id, None, "")
            self._record(tx, events.ACCOUNT_RESUMED, account_id, actor, {})
            return store.get_account(tx.connection, account_id)

        return await self._database.write(work)

    async def change_account(
        self,
        account_id: str,
        *,
        actor: str,
        filing: FilingState | None = None,
        active: bool | None = None,
    ) -> Account:
        """Change the filing state or switch an account on or off."""

        def work(tx: Transaction) -> Account:
            old = store.get_account(tx.connection, account_id)
            new = replace(
                old,
                filing=old.filing if filing is None else filing,
                active=old.active if active is None else active,
            )
            if new != old:
                store.update_account(tx, new)
                data = {"filing": new.filing.value, "active": new.active}
                self._record(tx, events.ACCOUNT_CHANGED, account_id, actor, data)
            return store.get_account(tx.connection, account_id)

        return await self._database.write(work)

    async def account(self, account_id: str) -> Account:
        """By id; raises UnknownAccount."""
        return await self._database.read(lambda c: store.get_account(c, account_id))

    async def accounts(self, selection: Selection, *, active_only: bool = False) -> list[Account]:
        return await self._database.read(
            lambda c: store.select_accounts(c, selection, active_only=active_only)
        )

    def credentials(self, account: Account) -> dict[str, str]:
        """The account's decrypted credentials; raises SealBroken. Never log the result."""
        return self._vault.open(account.id, account.sealed)

    async def reseal(self, *, actor: str) -> int:
        """Seal every account anew that an older key sealed; how many that were."""
        accounts = await self._database.read(
            lambda c: store.select_accounts(c, Selection(), active_only=False)
        )
        stale = [a.id for a in accounts if not self._vault.is_current(a.sealed)]
        for start in range(0, len(stale), _BATCH):
            await self._database.write(self._reseal_work(stale[start : start + _BATCH], actor))
        return len(stale)

    async def add_group(
        self, name: str, *, actor: str, rule: Selection | None = None, members: Iterable[str] = ()
    ) -> Group:
        """Raises AlreadyThere, InvalidInput for an empty group or a rule that names a group."""
        chosen = rule or Selection()
        named = tuple(dict.fromkeys(members))
        if chosen.group or (chosen == Selection() and not named) or not name.strip():
            raise InvalidInput(
                Words("账号组须有规则或成员，且不得引用其他组", "a group needs a rule or members"),
                field="group",
                remedy=Words("给出单位、地区、标签或账号", "give a body, region, tag or accounts"),
            )
        group = Group(id=self._new_id(), name=name, rule=chosen, members=named)

        def work(tx: Transaction) -> Group:
            if any(held.name == name for held in store.list_groups(tx.connection)):
                raise _already(name, "group")
            for missing in set(named) - set(store.get_accounts(tx.connection, named)):
                raise UnknownAccount(missing)
            store.insert_group(tx, group)
            self._record(tx, events.GROUP_ADDED, group.id, actor, {"name": name})
            return group

        return await self._database.write(work)

    async def groups(self) -> list[Group]:
        return await self._database.read(store.list_groups)

    # --- inside

    def _importer(self, actor: str) -> Importer:
        return Importer(
            actor=actor,
            at=self._clock.now(),
            new_id=self._new_id,
            vault=self._vault,
            schemes=self._schemes,
        )

    def _account_work(
        self, rows: Sequence[NewAccount], actor: str
    ) -> Callable[[Transaction], Imported]:
        return lambda tx: self._importer(actor).accounts(tx, rows)

    def _reseal_work(self, ids: Sequence[str], actor: str) -> Callable[[Transaction], None]:
        at = self._clock.now()

        def work(tx: Transaction) -> None:
            for account in store.get_accounts(tx.connection, ids).values():
                held = self._vault.open(account.id, account.sealed)
                store.replace_seal(tx, account, self._vault.seal(account.id, held), at)
                self._record(tx, events.ACCOUNT_RESEALED, account.id, actor, {})

        return work

    def _new_id(self) -> str:
        return self._ids.new(self._clock.now())

    def _record(
        self, tx: Transaction, kind: Kind, subject: str, actor: str, data: Mapping[str, object]
    ) -> None:
        at = self._clock.now()
        tx.record(Event(kind=kind, subject=subject, actor=actor, at=at, data=data))


def _known_body(tx: Transaction, code: str) -> Body:
    found = store.bodies_by_code(tx.connection, [code])
    if code not in found:
        raise UnknownBody(code)
    return found[code]


def _already(name: str, field: str) -> AlreadyThere:
    return AlreadyThere(
        Words(f"“{name}”已存在", f"'{name}' already exists"),
        field=field,
        remedy=Words("换一个，或用导入更新", "choose another, or update it by importing"),
    )
