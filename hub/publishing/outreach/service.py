"""Looking at a choice of accounts before anything is submitted or planned; nothing is changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database
from hub.organisations import store as organisations
from hub.organisations.authority.store import bodies_within_reach
from hub.organisations.models import Role, Selection
from hub.organisations.rules import why_not_publishable, why_paused
from hub.publishing.outreach import store
from hub.publishing.outreach.models import Facets, Reach, Signers, by_reason
from hub.review.models import STEP_ROLES

__all__ = ["Outreach"]


class Outreach:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def facets(self, body_id: str) -> Facets:
        """By what the accounts of a body and those below it can be chosen."""
        return await self._database.read(lambda c: store.facets_of(c, body_id))

    async def signers(self, body_id: str) -> list[Signers]:
        """Who may sign which step for the body, in the order of the steps."""

        def look(connection: Connection) -> list[Signers]:
            return [
                Signers(step=step, people=store.holders_of(connection, body_id, role))
                for step, role in STEP_ROLES.items()
            ]

        return await self._database.read(look)

    async def reach(self, selection: Selection, login: str, roles: Set[Role]) -> Reach:
        """What the choice comes to for a person, who acts by one of `roles` in a body or above it.

        Raises UnknownGroup, UnknownPerson.
        """
        now = self._clock.now()

        def look(connection: Connection) -> Reach:
            person = organisations.person_by_login(connection, login)
            own = bodies_within_reach(connection, person.id, roles)
            chosen = organisations.select_accounts(
                connection, selection, active_only=False, sealed=False
            )
            ours = [one for one in chosen if one.body_id in own]
            refused = {one.id: why for one in ours if (why := why_not_publishable(one, now))}
            ready = [one for one in ours if one.id not in refused]
            return Reach(
                total=len(chosen),
                ready=dict(sorted(Counter(one.channel for one in ready).items())),
                left_out=by_reason(
                    [(one.name, refused[one.id]) for one in ours if one.id in refused]
                ),
                waiting=by_reason(
                    [(one.name, why) for one in ready if (why := why_paused(one, now))]
                ),
                beyond=len(chosen) - len(ours),
            )

        return await self._database.read(look)
