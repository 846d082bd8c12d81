"""What may be done with delegations; one transaction each."""

from __future__ import annotations

from datetime import datetime

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Conflict, Forbidden, Words
from hub.kernel.events import Event
from hub.kernel.ids import IdSource
from hub.organisations import store as organisations
from hub.organisations.errors import UnknownBody
from hub.organisations.models import Role
from hub.review.delegation import events, rules, store
from hub.review.delegation.models import Delegation

__all__ = ["Delegations"]


class Delegations:
    """`actor` is the login of whoever delegates or revokes."""

    def __init__(self, database: Database, clock: Clock, ids: IdSource) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids

    async def delegate(
        self,
        *,
        role: Role,
        body_code: str,
        to: str,
        until: datetime,
        reason: str,
        actor: str,
        since: datetime | None = None,
    ) -> Delegation:
        """`actor` lets `to` (a login) sign as `role` in a body until then, from now or `since`.

        Raises UnknownPerson, UnknownBody, InvalidInput, Forbidden, NoStanding, Conflict.
        """
        now = self._clock.now()
        delegation_id = self._ids.new(now)

        def work(tx: Transaction) -> Delegation:
            delegator = organisations.person_by_login(tx.connection, actor)
            delegate = organisations.person_by_login(tx.connection, to)
            body = organisations.bodies_by_code(tx.connection, [body_code]).get(body_code)
            if body is None:
                raise UnknownBody(body_code)
            wanted = Delegation(
                id=delegation_id,
                from_id=delegator.id,
                to_id=delegate.id,
                body_id=body.id,
                role=role,
                valid_from=since or now,
                valid_until=until,
                reason=reason.strip(),
                created_by=actor,
                created_at=now,
            )
            rules.check_delegation(
                wanted,
                delegator,
                delegate,
                held=organisations.roles_of(tx.connection, delegator.id, body.id),
                standing=store.has_standing(tx.connection, delegate.id, body.id),
                other=store.overlapping(tx.connection, wanted),
                now=now,
            )
            store.add_delegation(tx, wanted)
            data = {
                "to": to,
                "body": body_code,
                "role": role.value,
                "from": wanted.valid_from.isoformat(),
                "until": until.isoformat(),
                "reason": wanted.reason,
            }
            kind = events.DELEGATED
            tx.record(Event(kind=kind, subject=wanted.id, actor=actor, at=now, data=data))
            return wanted

        return await self._database.write(work)

    async def revoke(self, delegation_id: str, *, actor: str) -> Delegation:
        """End it at once; by the delegator, or an administrator of the body.

        Raises NotFound, UnknownPerson, Forbidden, Conflict.
        """
        now = self._clock.now()

        def work(tx: Transaction) -> Delegation:
            held = store.get_delegation(tx.connection, delegation_id)
            person = organisations.person_by_login(tx.connection, actor)
            own = organisations.roles_of(tx.connection, person.id, held.body_id)
            if person.id != held.from_id and Role.ADMIN not in own:
                raise Forbidden(
                    Words(
                        "只有授权人或本单位管理员可以撤销",
                        "only the delegator or the body's administrator revokes it",
                    ),
                    field="login",
                )
            if not store.revoke(tx, delegation_id, actor, now):
                raise Conflict(Words("授权已撤销", "it was revoked before"), field="delegation")
            tx.record(Event(kind=events.REVOKED, subject=delegation_id, actor=actor, at=now))
            return store.get_delegation(tx.connection, delegation_id)

        return await self._database.write(work)

    async def absences(
        self, *, body_id: str = "", limit: int = 200
    ) -> list[tuple[Delegation, str, str, str]]:
        """Who is away now or will be, with their name, the delegate's and the body's."""
        now = self._clock.now()
        return await self._database.read(
            lambda c: store.list_delegations(c, now, body_id=body_id, limit=limit)
        )
