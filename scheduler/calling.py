"""Calling a platform for a delivery whose attempt is durable, and recording how it ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random

import structlog

from hub.kernel.clock import Clock
from hub.kernel.database import Database
from hub.kernel.errors import Unavailable, Words
from hub.kernel.tracing import Beginning, Side, span
from hub.publishing.errors import DeliveryError, LeaseLost, Rejected, Throttled
from hub.publishing.holding import check_held, while_held
from hub.publishing.models import Capability, Purpose
from hub.publishing.ports import Accepted, MediaSource, Outlet
from scheduler.breaker import Breaker
from scheduler.endings import Case, ending_of_acceptance, ending_of_error
from scheduler.gate import Gate
from scheduler.grouping import GroupedLedger
from scheduler.job import LeasedJob, Prepared
from scheduler.lanes import is_urgent
from scheduler.leases import Leases
from scheduler.limits import Limiter
from scheduler.tracing import tell_ending

__all__ = ["Caller"]

_log = structlog.get_logger(__name__)
_CLIENT = Beginning(Side.CLIENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Calls one outlet for one delivery at a time and place of the gates. `on_called` is told of
    each delivery when its call begins."""

    outlets: Mapping[str, Outlet]
    database: Database
    clock: Clock
    media: MediaSource
    limiter: Limiter
    breaker: Breaker
    ledger: GroupedLedger
    random: Random
    lease: timedelta
    leases: Leases
    gate: Gate
    urgent_gate: Gate
    on_called: Callable[[Prepared], None]

    async def call(self, prepared: Prepared) -> bool:
        """Call and record how it ended; whether the platform took it."""
        delivery = prepared.delivery
        outlet = self.outlets[delivery.channel]
        job = LeasedJob(
            prepared,
            self.media,
            self.database,
            self.clock,
            self.lease,
            delivery.progress,
        )
        try:
            accepted = await self._in_turn(prepared, outlet, job)
        except LeaseLost as error:
            # whoever took it back settles it
            _log.warning("dispatcher.lease-lost", delivery=delivery.id, error=error.words.en)
            return False
        except Exception as error:
            rest = self._note(prepared, outlet, error)
            case = Case(delivery, outlet.declaration, self.clock.now(), self.random, rest)
            ending = ending_of_error(case, error)
        else:
            if self.breaker.watching:
                self.breaker.taken(prepared)
            case = Case(delivery, outlet.declaration, self.clock.now(), self.random)
            ending = ending_of_acceptance(case, accepted)
        tell_ending(ending)
        self.ledger.finish(delivery, ending, prepared.edition.parts)
        return not ending.error_code

    async def _in_turn(self, prepared: Prepared, outlet: Outlet, job: LeasedJob) -> Accepted:
        """Call as soon as there is room; from then on it steps back for nobody."""
        delivery = prepared.delivery
        gate = self.urgent_gate if is_urgent(prepared) else self.gate
        await gate.enter(delivery.id)
        try:
            self.on_called(prepared)
            with while_held(lambda: self.leases.holds(delivery)):
                check_held()  # it may have waited for its turn
                with span("delivery.call", _CLIENT, channel=delivery.channel):
                    return await self._act(outlet, job)
        finally:
            gate.exit()

    async def _act(self, outlet: Outlet, job: LeasedJob) -> Accepted:
        """Call, unless a Retry-After has come in since this one began."""
        if self.limiter.pausing:
            left = self.limiter.pause_left(outlet.declaration, job.access)
            if left > 0:
                raise Throttled(
                    Words("平台要求稍后再试，未发送", "the platform asked to wait; not sent"),
                    retry_after=timedelta(seconds=left),
                )
        return await _act(outlet, job)

    def _note(self, prepared: Prepared, outlet: Outlet, error: Exception) -> timedelta | None:
        """Tell limiter and breaker; how long the delivery rests where a breaker is open."""
        if isinstance(error, Throttled):
            wait = error.retry_after or timedelta(seconds=60)
            self.limiter.pause(outlet.declaration, prepared.access, error.scope, wait)
        elif isinstance(error, Unavailable):
            _log.warning("dispatcher.part-away", delivery=prepared.delivery.id, error=str(error))
        elif not isinstance(error, DeliveryError):
            _log.error("dispatcher.publisher-defect", delivery=prepared.delivery.id, exc_info=error)
        return self.breaker.failed(prepared, error)


async def _act(outlet: Outlet, job: LeasedJob) -> Accepted:
    """What the delivery is for, as the outlet's verb."""
    match job.prepared.delivery.purpose:
        case Purpose.PUBLISH | Purpose.NOTICE:
            return await outlet.deliver(job)
        case Purpose.CORRECT:
            return await outlet.amend(job)
        case Purpose.RECALL:
            if not outlet.declaration.can(Capability.DELETE):
                raise Rejected(
                    Words("该平台不能删除已发布内容", "this platform cannot delete a post"),
                    remedy=Words(
                        "请人工到平台处理，或另发更正", "act by hand there, or post a correction"
                    ),
                )
            await outlet.withdraw(job)
            return Accepted(remote_id=job.remote_id)  # what it is gone from
