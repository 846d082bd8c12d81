"""A test post: fixed words, written down before it leaves, settled like any other, taken back.

It does not go through the ledger, which sends nothing but signed bytes; docs/decisions says why.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.columns import storable
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Conflict, GongkaiError, InvalidInput, NotFound, Words
from hub.kernel.events import Event, Kind
from hub.kernel.ids import IdSource
from hub.organisations import store as organisations
from hub.organisations.models import Account, Body
from hub.publishing.connecting import events, store
from hub.publishing.connecting.job import Pictures, TrialJob
from hub.publishing.connecting.models import TRIALS, Trial, TrialEvent, TrialKind, TrialState
from hub.publishing.connecting.rules import trial_item
from hub.publishing.connecting.service import Connecting, Outlets
from hub.publishing.errors import DeliveryError, Unknown
from hub.publishing.explanation import local_time
from hub.publishing.ports import Finding, Outlet, Renderer, Verdict

__all__ = ["TrialPosts"]

_E = TrialEvent
_LATE_COMMIT = timedelta(seconds=30)
_ABSENT = Words("平台上没有这条测试帖", "the platform does not have it")


class TrialPosts:
    """One transaction per step; none is open during a call to the platform."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ids: IdSource,
        connecting: Connecting,
        renderer: Renderer,
        outlets: Outlets,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._connecting = connecting
        self._renderer = renderer
        self._outlets = outlets

    async def send(self, account_id: str, *, actor: str, seen: bool = False) -> Trial:
        """Send one, with the channel's settings for a rehearsal; how it ended.

        Where the public would see it, only if the actor has `seen` that. Raises InvalidInput
        without, Conflict while an earlier one is not settled: nothing is sent twice.
        """
        account, body = await self._owned(account_id)
        form = self._connecting.form(account.channel)
        if form.public and not seen:
            raise InvalidInput(
                Words("测试帖会公开可见，请先确认", "the public will see it: say that you know"),
                field="seen",
                remedy=Words("勾选确认后再发", "tick that first"),
            )
        now = self._clock.now()
        trial = Trial(
            id=self._ids.new(now),
            account_id=account.id,
            kind=TrialKind.POST,
            state=TrialState.SENDING,
            by=actor,
            at=now,
        )
        async with self._ready(account, body, trial) as (outlet, job):
            await self._database.write(lambda tx: self._begin(tx, trial))
            ended = await self._delivered(outlet, job)
        return await self._ended(ended, TrialState.SENDING, actor, events.TEST_ENDED)

    def _begin(self, tx: Transaction, trial: Trial) -> None:
        if store.open_post(tx.connection, trial.account_id) is not None:
            raise Conflict(
                Words("上一条测试帖尚未核实", "the test post before it is not settled"),
                field="account",
                remedy=Words("先核实上一条，再发新的", "settle it, then send another"),
            )
        store.add_trial(tx, trial)
        self._record(tx, events.TEST_STARTED, trial, trial.by)

    async def _delivered(self, outlet: Outlet, job: TrialJob) -> Trial:
        trial = job.trial
        try:
            done = await outlet.deliver(job)
        except Unknown as error:
            return _failed(trial, _E.LOST, error)
        except GongkaiError as error:
            return _failed(trial, _E.REFUSED, error)
        state = TRIALS.next(trial.state, _E.ACCEPTED)
        return replace(trial, state=state, remote_id=done.remote_id, url=done.url)

    async def settle(self, trial_id: str, *, actor: str) -> Trial:
        """Ask the platform what became of one that nobody knows of; it stays where it cannot say.

        Raises NotFound, Conflict for one that is settled or may still be under way.
        """
        trial = await self._open(trial_id)
        account, body = await self._owned(trial.account_id)
        async with self._ready(account, body, trial) as (outlet, job):
            self._refuse_too_early(trial, outlet)
            found = await outlet.reconcile(job)
        ended = _settled(trial, found)
        return await self._ended(ended, trial.state, actor, events.TEST_SETTLED)

    async def seen(self, trial_id: str, *, actor: str, remote_id: str = "") -> Trial:
        """A person's word: it is there under `remote_id`, or, without one, surely not."""
        trial = await self._open(trial_id)
        account, _ = await self._owned(trial.account_id)
        async with self._outlets(account.channel) as outlet:
            self._refuse_too_early(trial, outlet)
        verdict = Verdict.FOUND if remote_id else Verdict.ABSENT
        ended = _settled(trial, Finding(verdict=verdict, remote_id=remote_id))
        return await self._ended(ended, trial.state, actor, events.TEST_SETTLED)

    async def of(self, trial_id: str, account_id: str) -> Trial:
        """The test post, if it is that account's; raises NotFound."""
        trial = await self._get(trial_id)
        if trial.account_id != account_id:
            raise _no_test(trial_id)
        return trial

    async def withdraw(self, trial_id: str, *, actor: str) -> Trial:
        """Take it back. Raises NotFound, Conflict, and the platform's refusal."""
        trial = await self._get(trial_id)
        state = TRIALS.next(trial.state, _E.WITHDRAWN)
        account, body = await self._owned(trial.account_id)
        async with self._ready(account, body, trial) as (outlet, job):
            await outlet.withdraw(job)
        gone = replace(trial, state=state)
        return await self._ended(gone, trial.state, actor, events.TEST_WITHDRAWN)

    async def _get(self, trial_id: str) -> Trial:
        trial = await self._database.read(lambda c: store.get_trial(c, trial_id))
        if trial is None or trial.kind is not TrialKind.POST:
            raise _no_test(trial_id)
        return trial

    async def _open(self, trial_id: str) -> Trial:
        trial = await self._get(trial_id)
        if not trial.open:
            raise Conflict(Words("测试帖已有结果", "it is settled already"), field="test")
        return trial

    def _refuse_too_early(self, trial: Trial, outlet: Outlet) -> None:
        """Raise Conflict while the call may still be under way, or be carried out."""
        sure_at = trial.at + outlet.declaration.call_timeout + _LATE_COMMIT
        if self._clock.now() < sure_at:
            raise Conflict(
                Words("平台可能仍在处理", "the platform may still be at it"),
                field="test",
                remedy=Words(
                    f"{local_time(sure_at)} 之后再核实", f"settle it after {local_time(sure_at)}"
                ),
            )

    async def _owned(self, account_id: str) -> tuple[Account, Body]:
        def look(connection: Connection) -> tuple[Account, Body]:
            account = organisations.get_account(connection, account_id)
            return account, organisations.get_body(connection, account.body_id)

        return await self._database.read(look)

    @asynccontextmanager
    async def _ready(
        self, account: Account, body: Body, trial: Trial
    ) -> AsyncIterator[tuple[Outlet, TrialJob]]:
        """The platform and the job; the same trial always has the same words."""
        form = self._connecting.form(account.channel)
        practised = replace(account, settings={**account.settings, **form.rehearsal})
        rendered = await self._renderer.render(
            trial_item(trial, practised, body), body, [practised]
        )
        job = TrialJob(
            trial=trial,
            access=self._connecting.access(practised),
            part=rendered.editions[0].parts[0],
            media=Pictures(rendered.pictures),
            keep=lambda progress: self._keep(trial, progress),
            progress=trial.progress,
        )
        async with self._outlets(account.channel) as outlet:
            yield outlet, job

    async def _keep(self, trial: Trial, progress: Mapping[str, Any]) -> None:
        saved: dict[str, Any] = storable(progress)
        kept = replace(trial, progress=saved)
        await self._database.write(
            lambda tx: store.change_trial(tx, kept, trial.state), audited=False
        )

    async def _ended(self, ended: Trial, expected: TrialState, actor: str, kind: Kind) -> Trial:
        now = self._clock.now()

        def work(tx: Transaction) -> Trial:
            known = store.get_trial(tx.connection, ended.id)
            progress = known.progress if known else ended.progress
            whole = replace(ended, ended_at=now, progress=progress)
            if not store.change_trial(tx, whole, expected):
                raise Conflict(Words("状态刚刚变化", "its state has just changed"), field="test")
            self._record(tx, kind, whole, actor)
            return whole

        return await self._database.write(work)

    def _record(self, tx: Transaction, kind: Kind, trial: Trial, actor: str) -> None:
        data = {
            "test": trial.id,
            "state": trial.state.value,
            "remote_id": trial.remote_id,
            "code": trial.code,
        }
        at = self._clock.now()
        tx.record(Event(kind=kind, subject=trial.account_id, actor=actor, at=at, data=data))


def _no_test(trial_id: str) -> NotFound:
    return NotFound(Words(f"没有测试帖 {trial_id}", f"no test post {trial_id}"), field="test")


def _failed(trial: Trial, event: TrialEvent, error: GongkaiError) -> Trial:
    platform = error.platform_code if isinstance(error, DeliveryError) else ""
    return replace(
        trial,
        state=TRIALS.next(trial.state, event),
        code=platform or error.code,
        words=error.words,
        remedy=error.remedy or Words("", ""),
    )


def _settled(trial: Trial, found: Finding) -> Trial:
    """What a look at the platform makes of it; the same where nobody can say."""
    if found.verdict is Verdict.FOUND:
        state = TRIALS.next(trial.state, _E.FOUND)
        return replace(trial, state=state, remote_id=found.remote_id, url=found.url)
    if found.verdict in (Verdict.ABSENT, Verdict.GONE):
        state = TRIALS.next(trial.state, _E.ABSENT)
        return replace(trial, state=state, code="absent", words=_ABSENT)
    said = Words("平台无法查询，请到账号查看", "the platform cannot be asked: look at the account")
    return replace(trial, state=TrialState.UNKNOWN, words=said)
