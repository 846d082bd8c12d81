"""What administrators do with groups of accounts beside adding them (hub.organisations)."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import InvalidInput, Words
from hub.kernel.events import Event, Kind
from hub.organisations import store as organisations
from hub.organisations.authority.sight import Sight
from hub.organisations.errors import AlreadyThere, UnknownAccount
from hub.organisations.models import Account, Group, Selection
from hub.organisations.rules import unwelcome
from hub.publishing.grouping import events, store
from hub.publishing.grouping.errors import GroupInUse
from hub.publishing.grouping.models import Uses

__all__ = ["AccountGroups"]

_NAME = 100


class AccountGroups:
    """Who may is asked before (`hub.review.doors`): a group means accounts of many bodies."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def get(self, group_id: str) -> Group:
        """Raises UnknownGroup."""
        return await self._database.read(lambda c: store.get_group(c, group_id))

    async def uses(self, group: Group) -> Uses:
        """What goes by it, and keeps it from being deleted."""
        return await self._database.read(lambda c: store.uses_of(c, group))

    async def members(self, group: Group) -> list[Account]:
        """Those that are named one by one, in the order of their names."""
        found = await self._database.read(lambda c: organisations.get_accounts(c, group.members))
        return sorted(found.values(), key=lambda one: (one.name, one.id))

    async def count(self, rule: Selection, members: Iterable[str], sight: Sight) -> int:
        """How many accounts in sight a group of that rule and these members means now."""
        tried = Group(id="", name="", rule=rule, members=tuple(members))
        return await self._database.read(lambda c: store.count_meant(c, tried, sight))

    async def change(
        self, group_id: str, *, name: str, rule: Selection, members: Iterable[str], actor: str
    ) -> Group:
        """Another name, rule and members; series that go by it follow, what is planned stays.
        Raises UnknownGroup, AlreadyThere, UnknownAccount, InvalidInput."""
        named = tuple(dict.fromkeys(members))
        group = Group(id=group_id, name=name.strip(), rule=rule, members=named)
        check_group(group)

        def work(tx: Transaction) -> Group:
            held = store.get_group(tx.connection, group_id)
            _require_known(tx.connection, group)
            store.put_group(tx, group)
            data: dict[str, object] = {"name": group.name, "members": len(named)}
            if held.name != group.name:
                data["before"] = held.name
                data["series"] = store.rename_in_series(tx, held.name, group.name)
            self._record(tx, events.GROUP_CHANGED, group_id, actor, data)
            return group

        return await self._database.write(work)

    async def delete(self, group_id: str, *, actor: str) -> None:
        """Raises UnknownGroup, and GroupInUse where posting times or series go by it."""

        def work(tx: Transaction) -> None:
            held = store.get_group(tx.connection, group_id)
            uses = store.uses_of(tx.connection, held)
            if uses.any:
                raise GroupInUse(held.name, uses)
            store.remove_group(tx, group_id)
            self._record(tx, events.GROUP_DELETED, group_id, actor, {"name": held.name})

        await self._database.write(work)

    def _record(
        self, tx: Transaction, kind: Kind, subject: str, actor: str, data: dict[str, object]
    ) -> None:
        at = self._clock.now()
        tx.record(Event(kind=kind, subject=subject, actor=actor, at=at, data=data))


def check_group(group: Group) -> None:
    """Raises InvalidInput for a group without a name, or that means nothing or another group."""
    told = (group.name, group.rule.region, group.rule.tag)
    if not group.name or len(group.name) > _NAME or any(map(unwelcome, told)):
        raise InvalidInput(
            Words("请写组名，不含控制字符", "name the group, without control characters"),
            field="name",
            remedy=Words(f"1 至 {_NAME} 个字", f"1 to {_NAME} characters"),
        )
    if group.rule.group or (group.rule == Selection() and not group.members):
        raise InvalidInput(
            Words("账号组须有规则或成员，且不得引用其他组", "a group needs a rule or members"),
            field="group",
            remedy=Words("给出单位、地区、标签或账号", "give a body, region, tag or accounts"),
        )


def _require_known(connection: Connection, group: Group) -> None:
    """Raises AlreadyThere where another group has the name, UnknownAccount."""
    others = (one for one in organisations.list_groups(connection) if one.id != group.id)
    if any(one.name == group.name for one in others):
        raise AlreadyThere(
            Words(f"“{group.name}”已存在", f"'{group.name}' already exists"),
            field="name",
            remedy=Words("换一个组名", "choose another name"),
        )
    for missing in set(group.members) - set(organisations.get_accounts(connection, group.members)):
        raise UnknownAccount(missing)
