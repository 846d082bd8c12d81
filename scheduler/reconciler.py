"""Settles what is unknown and reads back what was accepted, by asking the platform.

A delivery is sent again only after its absence is proved, or where the declaration says that a
repeat is harmless. What no program can settle waits for a person, with the next step in words.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from hub.kernel.clock import Clock
from hub.kernel.columns import storable
from hub.kernel.database import Database, Transaction
from hub.kernel.events import Event, Kind
from hub.publishing import events, store
from hub.publishing.afterwards import store as afterwards
from hub.publishing.afterwards.models import (
    Discovery,
    discovered,
    next_measure,
    next_reading,
)
from hub.publishing.errors import DeliveryError, Unauthorised
from hub.publishing.explanation import REASONS
from hub.publishing.models import Capability, Delivery, DeliveryState, Purpose
from hub.publishing.own_site import ON_SITE, show
from hub.publishing.ports import Finding, MediaSource, Outlet, Verdict
from hub.publishing.recall import store as recalls
from scheduler.intake import Intake
from scheduler.job import LeasedJob, Prepared

__all__ = ["LOCK", "Reconciler"]

_log = structlog.get_logger(__name__)
_ACTOR = "system:reconciler"
_AT_ONCE = 32
_BATCH = 200
LOCK = timedelta(seconds=60)  # for so long a question is one asker's alone
_RETRY = timedelta(seconds=30)
_GIVE_TO_PERSON = timedelta(hours=24)
_STILL_SHOWN = timedelta(minutes=15)  # a platform's own copies may be that old

_S = DeliveryState
Ask = Callable[[Outlet, LeasedJob], Awaitable[Finding]]


@dataclass(frozen=True, slots=True)
class _Asked:
    prepared: Prepared
    finding: Finding | None
    error: Exception | None


class Reconciler:
    """Asks platforms about deliveries whose state is not settled."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        outlets: Mapping[str, Outlet],
        intake: Intake,
        media: MediaSource,
        on_ready: Callable[[], None],
        reread_days: int = 7,
    ) -> None:
        self._database = database
        self._clock = clock
        self._outlets = outlets
        self._intake = intake
        self._media = media
        self._on_ready = on_ready
        self._reread_days = reread_days
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def settle_unknown(self) -> int:
        """Ask about every unknown delivery whose time has come; how many were asked about."""
        return await self._pass(_S.UNKNOWN, _reconcile, self._settled, events.RECONCILED)

    async def verify_accepted(self) -> int:
        """Read back every accepted delivery whose time has come."""
        return await self._pass(_S.ACCEPTED, _verify, self._verified, events.VERIFIED)

    async def _pass(
        self,
        state: DeliveryState,
        ask: Ask,
        judge: Callable[[_Asked], dict[str, Any]],
        kind: Kind,
    ) -> int:
        now = self._clock.now()
        taken = await self._database.write(
            lambda tx: store.lock_for_check(tx, state, now, now + LOCK, _BATCH), audited=False
        )
        if not taken:
            return 0
        prepared = await self._intake.prepare(taken)
        asked = await asyncio.gather(*(self._ask(one, ask) for one in prepared))
        await self._record(state, [(a, judge(a)) for a in asked], kind)
        return len(asked)

    async def _ask(self, prepared: Prepared, ask: Ask) -> _Asked:
        job = LeasedJob(
            prepared,
            self._media,
            self._database,
            self._clock,
            LOCK,
            prepared.delivery.progress,
        )
        async with self._slots:
            try:
                outlet = self._outlets[prepared.delivery.channel]
                return _Asked(prepared, await ask(outlet, job), None)
            except DeliveryError as error:
                return _Asked(prepared, None, error)
            except Exception as error:
                _log.error("reconciler.publisher-defect", delivery=job.delivery_id, exc_info=error)
                return _Asked(prepared, None, error)

    def _settled(self, asked: _Asked) -> dict[str, Any]:
        """Where an answer about an unknown delivery leads."""
        finding = asked.finding
        if finding is None:
            return self._later(asked)
        match finding.verdict:
            case Verdict.FOUND:
                return self._found(asked.prepared, finding)
            case Verdict.ABSENT:
                return {"state": _S.READY, "next_at": self._clock.now(), "reason": "proved-absent"}
            case Verdict.PENDING:
                return self._later(asked, timedelta(seconds=finding.retry_after))
            case Verdict.PERSON:
                return {"next_at": None, "reason": "person"}
            case Verdict.GONE:
                return _failed("gone", finding)

    def _verified(self, asked: _Asked) -> dict[str, Any]:
        """Where reading back leads."""
        finding = asked.finding
        if finding is None:
            return self._later(asked)
        if asked.prepared.delivery.purpose is Purpose.RECALL:
            return self._proved_gone(asked, finding)
        match finding.verdict:
            case Verdict.FOUND:
                return self._read_back(finding)
            case Verdict.PENDING:
                return self._later(asked, timedelta(seconds=finding.retry_after))
            case Verdict.PERSON:
                return {"next_at": None, "reason": "person"}
            case Verdict.ABSENT | Verdict.GONE:
                return _failed("gone", finding)

    def _proved_gone(self, asked: _Asked, finding: Finding) -> dict[str, Any]:
        """Where reading back what was withdrawn leads: it is gone, or it is not yet."""
        delivery = asked.prepared.delivery
        match finding.verdict:
            case Verdict.ABSENT | Verdict.GONE | Verdict.PERSON:
                return {"state": _S.VERIFIED, "next_at": None, "reason": ""}
            case Verdict.PENDING:
                return self._later(asked, timedelta(seconds=finding.retry_after))
            case Verdict.FOUND:
                since = delivery.handed_over_at or delivery.due_at
                if self._clock.now() - since < _STILL_SHOWN:
                    return self._later(asked)
                said = REASONS["still-public"]
                error = {"error_code": "still-public", "error_zh": said.zh, "error_en": said.en}
                return {"state": _S.FAILED, "next_at": None, "reason": ""} | error

    def _found(self, prepared: Prepared, finding: Finding) -> dict[str, Any]:
        declaration = self._outlets[prepared.delivery.channel].declaration
        asks = declaration.can(Capability.VERIFY)
        return {
            "state": _S.ACCEPTED,
            "next_at": self._clock.now() + declaration.verify_after if asks else None,
            "reason": "",
            "remote_id": storable(finding.remote_id) or prepared.key,
            "remote_url": storable(finding.url),
            "error_code": "",
            "error_zh": "",
            "error_en": "",
            "receipt": storable(finding.receipt),
        }

    def _read_back(self, finding: Finding) -> dict[str, Any]:
        found = discovered(finding)
        told = found.value if found in (Discovery.DIFFERS, Discovery.TRUNCATED) else ""
        values: dict[str, Any] = {"state": _S.VERIFIED, "next_at": None, "reason": told}
        if finding.remote_id:
            values |= {"remote_id": storable(finding.remote_id)}
        if finding.url:
            values |= {"remote_url": storable(finding.url)}
        if finding.receipt:
            values |= {"receipt": storable(finding.receipt)}
        return values

    def _later(self, asked: _Asked, wait: timedelta = _RETRY) -> dict[str, Any]:
        """Ask again after `wait`; what stays open for a day goes to a person."""
        now = self._clock.now()
        delivery = asked.prepared.delivery
        since: datetime = delivery.handed_over_at or delivery.due_at
        if isinstance(asked.error, Unauthorised):
            return {"next_at": now + timedelta(minutes=10), "reason": "reconnect-to-check"}
        if delivery.state is _S.UNKNOWN and now - since > _GIVE_TO_PERSON:
            return {"next_at": None, "reason": "person"}
        return {"next_at": now + wait}

    async def _record(
        self,
        state: DeliveryState,
        judged: Sequence[tuple[_Asked, dict[str, Any]]],
        kind: Kind,
    ) -> None:
        now = self._clock.now()

        def work(tx: Transaction) -> None:
            rows = []
            for asked, values in judged:
                delivery = asked.prepared.delivery
                # an answer about an earlier attempt says nothing about a later one
                changed = store.change_deliveries(
                    tx, (state,), ids=(delivery.id,), fence=delivery.fence, values=values
                )
                if changed and values.get("state") is _S.ACCEPTED:
                    store.promote_next_part(tx, delivery, now)
                if changed and self._shows(delivery) and values.get("state") in ON_SITE:
                    show(tx, [delivery], now)
                proved = values.get("state") is _S.VERIFIED and delivery.purpose is Purpose.RECALL
                if changed and proved:
                    recalls.withdrawn(tx, delivery, now)
                if changed and state is _S.ACCEPTED:
                    self._follow(tx, asked, values, now)
                verdict = asked.finding.verdict if asked.finding else _code(asked.error)
                reason = values.get("reason", "")
                rows.append([delivery.id, verdict, values.get("state", state), reason])
            if state is _S.UNKNOWN:
                ids = [asked.prepared.delivery.id for asked, _ in judged]
                recalls.wake_waiting(tx, ids, now)
            tx.record(
                Event(kind=kind, subject=kind.name, actor=_ACTOR, at=now, data={"asked": rows})
            )

        await self._database.write(work)
        if any(values.get("state") in (_S.READY, _S.ACCEPTED) for _, values in judged):
            self._on_ready()

    def _shows(self, delivery: Delivery) -> bool:
        """Whether the channel is our own site; one that is gone shows nothing any more."""
        outlet = self._outlets.get(delivery.channel)
        return outlet is not None and outlet.declaration.own_site

    def _follow(
        self, tx: Transaction, asked: _Asked, values: Mapping[str, Any], now: datetime
    ) -> None:
        """Write the reading down, and have what is public read again and measured later."""
        delivery = asked.prepared.delivery
        found = discovered(asked.finding) if asked.finding is not None else None
        if asked.finding is None or found is None:
            return
        afterwards.note(tx, delivery.id, found, asked.finding.detail, now)
        if values.get("state") is _S.VERIFIED and delivery.purpose is not Purpose.RECALL:
            rules = self._outlets[delivery.channel].declaration
            measures = next_measure(now, 0) if rules.can(Capability.MEASURE) else None
            reads = next_reading(now, 0, self._reread_days)
            afterwards.watch(tx, delivery, now, read_at=reads, measure_at=measures)


def _failed(code: str, finding: Finding) -> dict[str, Any]:
    detail = storable(finding.detail)
    return {
        "state": _S.FAILED,
        "next_at": None,
        "reason": "",
        "error_code": code,
        "error_zh": f"平台上已不存在或未通过审核：{detail}",
        "error_en": f"no longer on the platform, or refused by its review: {detail}",
    }


def _code(error: Exception | None) -> str:
    return getattr(error, "code", type(error).__name__)


async def _reconcile(outlet: Outlet, job: LeasedJob) -> Finding:
    if job.prepared.delivery.purpose in (Purpose.CORRECT, Purpose.RECALL):
        # an edit or a deletion made twice is the same edit or deletion
        return Finding(verdict=Verdict.ABSENT)
    return await outlet.reconcile(job)


async def _verify(outlet: Outlet, job: LeasedJob) -> Finding:
    return await outlet.verify(job)
