"""Accounts whose authorisation will end are known beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.errors import Words
from hub.kernel.ids import IdSource
from hub.organisations.models import Account, BodyKind, NewAccount, NewBody
from hub.organisations.service import Organisations
from hub.organisations.vault import Vault
from hub.publishing.errors import Busy, Unauthorised
from hub.publishing.ports import Access, Forecasting
from publishers.registry import channels
from scheduler.authorisations import AuthorisationWatch

Answer = datetime | None | Exception


class Forecaster:
    """An outlet's forecast, scripted by account handle."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.answers = dict(answers)
        self.asked: list[str] = []

    async def authorised_until(self, access: Access) -> datetime | None:
        self.asked.append(access.handle)
        answer = self.answers[access.handle]
        if isinstance(answer, Exception):
            raise answer
        return answer


def access(account: Account) -> Access:
    return Access(account_id=account.id, handle=account.handle, base_url=account.base_url)


@pytest.fixture
async def organisations(database: Database, clock: ManualClock, ids: IdSource) -> Organisations:
    made = Organisations(database, clock, ids, Vault({"k": bytes(32)}))
    await made.add_body(NewBody(code="510000", name="省", kind=BodyKind.PROVINCE), actor="t")
    return made


async def enter(organisations: Organisations, handle: str) -> Account:
    new = NewAccount(
        channel="weibo",
        name=handle,
        handle=handle,
        body_code="510000",
        base_url="https://api.weibo.com",
        credentials={"access_token": "x"},
    )
    return await organisations.add_account(new, actor="t")


def watch(database: Database, clock: ManualClock, outlet: Forecaster) -> AuthorisationWatch:
    return AuthorisationWatch(database, clock, {"weibo": outlet}, access)  # type: ignore[dict-item]


async def test_the_day_a_platform_names_is_kept_with_the_account(
    database: Database, clock: ManualClock, organisations: Organisations
) -> None:
    account = await enter(organisations, "a")
    until = clock.now() + timedelta(days=9)
    await watch(database, clock, Forecaster({"a": until})).look()
    assert (await organisations.account(account.id)).authorised_until == until


async def test_a_dead_authorisation_marks_the_account_for_reconnecting(
    database: Database, clock: ManualClock, organisations: Organisations
) -> None:
    account = await enter(organisations, "a")
    dead = Unauthorised(Words("授权已过期", "expired"))
    await watch(database, clock, Forecaster({"a": dead})).look()
    assert (await organisations.account(account.id)).needs_reconnecting == "授权已过期"


async def test_one_account_that_does_not_answer_does_not_hide_another(
    database: Database, clock: ManualClock, organisations: Organisations
) -> None:
    await enter(organisations, "a")
    other = await enter(organisations, "b")
    until = clock.now() + timedelta(days=2)
    outlet = Forecaster({"a": Busy(Words("忙", "busy")), "b": until})
    await watch(database, clock, outlet).look()
    assert (await organisations.account(other.id)).authorised_until == until


async def test_an_account_is_asked_about_once_a_day(
    database: Database, clock: ManualClock, organisations: Organisations
) -> None:
    await enter(organisations, "a")
    outlet = Forecaster({"a": None})
    watching = watch(database, clock, outlet)
    for hours in (0, 5, 16):
        clock.advance(hours * 3600)
        await watching.look()
    assert outlet.asked == ["a", "a"]


def test_weibo_forecasts() -> None:
    outlet = channels()["weibo"].open(None, ManualClock(datetime(2026, 1, 1)))  # type: ignore[arg-type]
    assert isinstance(outlet, Forecasting)
