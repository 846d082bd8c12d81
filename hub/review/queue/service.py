"""What waits for one person; nothing is changed here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database
from hub.organisations import store as organisations
from hub.organisations.authority.rules import ENTERING
from hub.organisations.models import Person, Role
from hub.organisations.signin.store import roles_by_body
from hub.review.delegation.store import bodies_delegated_to
from hub.review.models import STEP_ROLES, Approval
from hub.review.queue import store
from hub.review.queue.models import Returned, Waiting
from hub.review.store import approvals_by_ids

__all__ = ["Queue"]

_LOOKED_AT = 2_000  # open approvals of all the person's bodies


class Queue:
    """`login` is the person who asks; raises UnknownPerson for one who may not."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def to_sign(self, login: str, limit: int = 100) -> list[Waiting]:
        """What this person may sign now, emergencies first, then what has waited longest.

        Left out is what they, or whom they act for, signed before: three different people sign.
        """
        now = self._clock.now()

        def look(connection: Connection) -> list[Waiting]:
            person = organisations.person_by_login(connection, login)
            own = roles_by_body(connection, person.id)
            lent = bodies_delegated_to(connection, person.id, now)
            bodies = {*own, *lent}
            rows = store.open_approvals(connection, bodies, _LOOKED_AT)
            found = approvals_by_ids(connection, [row.id for row in rows])
            told = (
                _waiting(found[row.id], row.title, row.body_id, person, own, lent) for row in rows
            )
            return [one for one in told if one is not None][:limit]

        return await self._database.read(look)

    async def returned(self, login: str, limit: int = 50) -> list[Returned]:
        """What came back and this person may mend, newest first."""

        def look(connection: Connection) -> list[Returned]:
            person = organisations.person_by_login(connection, login)
            own = roles_by_body(connection, person.id)
            bodies = [body_id for body_id, held in own.items() if held & ENTERING]
            return [
                Returned(
                    item_id=row.id,
                    title=row.title,
                    body_id=row.body_id,
                    entered_by=row.entered_by,
                    reason=row.returned_reason,
                    at=row.at,
                )
                for row in store.returned_items(connection, bodies, limit)
            ]

        return await self._database.read(look)


def _waiting(
    approval: Approval,
    title: str,
    body_id: str,
    person: Person,
    own: Mapping[str, frozenset[Role]],
    lent: Mapping[str, frozenset[Role]],
) -> Waiting | None:
    step = approval.next_step
    if step is None or person.id in {one for s in approval.signatures for one in s.people}:
        return None
    role = STEP_ROLES[step]
    is_own = role in own.get(body_id, ())
    if not is_own and role not in lent.get(body_id, ()):
        return None
    return Waiting(
        approval_id=approval.id,
        item_id=approval.item_id,
        item_version=approval.item_version,
        title=title,
        body_id=body_id,
        step=step,
        submitted_by=approval.submitted_by,
        since=_since(approval),
        emergency=approval.emergency is not None,
        on_behalf=not is_own,
    )


def _since(approval: Approval) -> datetime:
    signed = [signature.at for signature in approval.signatures]
    submitted = approval.submitted_at
    if submitted is None:
        raise ValueError(f"{approval.id} was opened without a time")
    return max([submitted, *signed])
