"""A correction that a platform refused to make in place goes the next way: deleted, posted again.

Found by the state of the ledger, so that a crash between the refusal and the next way loses
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.events import Event
from hub.kernel.ids import IdSource
from hub.publishing import events
from hub.publishing.ports import Outlet
from hub.publishing.recall import store
from hub.publishing.recall.fallback import Fallback

__all__ = ["FollowUp"]

_ACTOR = "system:follow-up"
_AT_ONCE = 200


class FollowUp:
    """One recurring job. `on_ready` is called when something became due."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        outlets: Mapping[str, Outlet],
        on_ready: Callable[[], None],
    ) -> None:
        self._database = database
        self._clock = clock
        rules = {name: outlet.declaration for name, outlet in outlets.items()}
        self._fallback = Fallback(clock, IdSource(), rules)
        self._on_ready = on_ready

    async def look(self) -> int:
        """Give refused corrections their next way; how many that were."""
        refused = await self._database.read(lambda c: store.refused_amendments(c, _AT_ONCE))
        able = [one for one in refused if self._fallback.can(one)]
        if not able:
            return 0

        def work(tx: Transaction) -> list[str]:
            still = {one[0].id for one in store.refused_amendments(tx.connection, _AT_ONCE)}
            done = self._fallback.follow(tx, [one for one in able if one[0].id in still])
            if done:
                now, data = self._clock.now(), {"deliveries": done}
                kind = events.FELL_BACK
                tx.record(Event(kind=kind, subject="corrections", actor=_ACTOR, at=now, data=data))
            return done

        done = await self._database.write(work)
        if done:
            self._on_ready()
        return len(done)
