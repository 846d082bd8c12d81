"""Connecting accounts: entered by their channel's form, asked about at the platform.

Credentials go in and never come out again; what is made here for the platform is told once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Conflict, GongkaiError, NotFound, Words
from hub.kernel.events import Event
from hub.kernel.ids import IdSource
from hub.organisations import events as register
from hub.organisations import store as organisations
from hub.organisations.models import Account, NewAccount
from hub.organisations.service import Organisations
from hub.publishing.connecting import events, store
from hub.publishing.connecting.models import Form, Trial, TrialKind, TrialState
from hub.publishing.connecting.rules import entered, made_anew
from hub.publishing.errors import Unauthorised
from hub.publishing.ports import Access, Forecasting, Outlet, Reaching

__all__ = ["Connecting", "Outlets"]

Outlets = Callable[[str], AbstractAsyncContextManager[Outlet]]
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class _Heard:
    """What the platform said."""

    state: TrialState
    told: str = ""
    until: datetime | None = None


class Connecting:
    """One transaction per method, none of them open during a call to a platform.

    `outlets` opens a channel's platform as long as something is asked of it.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ids: IdSource,
        register: Organisations,
        forms: Mapping[str, Form],
        outlets: Outlets,
        callbacks: str,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._register = register
        self._outlets = outlets
        self._callbacks = callbacks
        self.forms = forms

    def form(self, channel: str) -> Form:
        """Raises NotFound."""
        found = self.forms.get(channel)
        if found is None:
            raise NotFound(
                Words(f"没有渠道“{channel}”", f"no channel '{channel}'"), field="channel"
            )
        return found

    def callback(self, account: Account) -> str:
        """Where the account's platform may call us; empty where it does not."""
        if not self.form(account.channel).calls_back:
            return ""
        return f"{self._callbacks}/inbox/{account.channel}/{account.id}"

    def held(self, account: Account) -> frozenset[str]:
        """The names of the credentials that are kept, never what they are. Raises SealBroken."""
        return frozenset(self._register.credentials(account)) if account.sealed else frozenset()

    async def enter(
        self,
        new: NewAccount,
        credentials: Mapping[str, str],
        settings: Mapping[str, str],
        *,
        actor: str,
    ) -> Account:
        """A new account with everything its channel asks for; raises InvalidInput naming the
        field, AlreadyThere, UnknownBody."""
        form = self.form(new.channel)
        whole = replace(
            new,
            base_url=new.base_url or form.base_url,
            credentials=entered(form.credentials, credentials),
            settings=entered(form.settings, settings),
        )
        return await self._register.add_account(whole, actor=actor)

    async def renew(
        self,
        account_id: str,
        credentials: Mapping[str, str],
        *,
        actor: str,
        authorised_until: datetime | None = None,
    ) -> Account:
        """Connect anew; what is left empty keeps its value."""
        account = await self._register.account(account_id)
        form = self.form(account.channel)
        given = entered(form.credentials, credentials, held=self.held(account))
        return await self._register.connect(
            account_id, given, actor=actor, authorised_until=authorised_until
        )

    async def make_callback(self, account_id: str, *, actor: str) -> dict[str, str]:
        """New secrets for the platform's page, kept sealed and told this once; a rotated key's
        former value is kept beside. Raises Conflict where the channel has none."""
        account = await self._register.account(account_id)
        held = self._register.credentials(account) if account.sealed else {}
        made = made_anew(self.form(account.channel), held)
        if not made:
            raise Conflict(
                Words("该渠道没有可生成的回调密钥", "the channel has no callback secrets to make"),
                field="account",
            )
        await self._register.connect(
            account_id, made, actor=actor, authorised_until=account.authorised_until
        )
        data = {"credentials": sorted(made)}
        event = Event(
            kind=events.CALLBACK_MADE,
            subject=account_id,
            actor=actor,
            at=self._clock.now(),
            data=data,
        )
        await self._database.write(lambda tx: tx.record(event))
        return {name: value for name, value in made.items() if not name.endswith("_previous")}

    def access(self, account: Account) -> Access:
        """Raises SealBroken."""
        return Access(
            account_id=account.id,
            handle=account.handle,
            base_url=account.base_url,
            credentials=self._register.credentials(account) if account.sealed else {},
            settings=account.settings,
        )

    async def check(self, account_id: str, *, actor: str) -> Trial:
        """Ask the platform whether it knows the account; nothing is posted.

        A dead authorisation marks the account as one to be connected again.
        """
        account = await self._register.account(account_id)
        now = self._clock.now()
        trial = Trial(
            id=self._ids.new(now),
            account_id=account.id,
            kind=TrialKind.CHECK,
            state=TrialState.FAILED,
            by=actor,
            at=now,
        )
        dead = False
        try:
            async with self._outlets(account.channel) as outlet:
                heard = await _asked(outlet, self.access(account))
            trial = replace(trial, state=heard.state, told=heard.told, until=heard.until)
        except GongkaiError as error:
            dead = isinstance(error, Unauthorised)
            trial = replace(
                trial, code=error.code, words=error.words, remedy=error.remedy or Words("", "")
            )
        trial = replace(trial, ended_at=self._clock.now())
        await self._database.write(lambda tx: self._checked(tx, account, trial, dead=dead))
        return trial

    def _checked(self, tx: Transaction, account: Account, trial: Trial, *, dead: bool) -> None:
        store.add_trial(tx, trial)
        at = trial.ended_at or trial.at
        if dead and not account.needs_reconnecting:
            organisations.set_needs_reconnecting(tx, account.id, trial.words.zh)
            kind = register.NEEDS_RECONNECTING
            data = {"reason": trial.words.zh}
            tx.record(Event(kind=kind, subject=account.id, actor=trial.by, at=at, data=data))
        if trial.until is not None:
            organisations.set_authorised_until(tx, account.id, trial.until)
        told = {"state": trial.state.value, "code": trial.code, "told": trial.told}
        tx.record(
            Event(kind=events.ACCOUNT_CHECKED, subject=account.id, actor=trial.by, at=at, data=told)
        )

    async def trials(self, account_id: str, limit: int = _SHOWN) -> list[Trial]:
        """What was tried with it, the newest first."""
        return await self._database.read(lambda c: store.trials_of(c, account_id, limit))


async def _asked(outlet: Outlet, access: Access) -> _Heard:
    """What the platform says of the account, as far as it can be asked without an effect."""
    told, until, asked = "", None, False
    if isinstance(outlet, Reaching):
        told, asked = await outlet.reach(access), True
    if isinstance(outlet, Forecasting):
        until, asked = await outlet.authorised_until(access), True
    return _Heard(TrialState.GOOD if asked else TrialState.UNASKABLE, told, until)
