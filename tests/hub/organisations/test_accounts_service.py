from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.errors import InvalidInput
from hub.kernel.events import read_events
from hub.organisations import rules, store
from hub.organisations.errors import AlreadyThere, EmptyCredential, UnknownAccount, UnknownBody
from hub.organisations.models import Account, Body, FilingState, Imported, NewAccount, Selection
from hub.organisations.rules import why_not_publishable, why_paused
from hub.organisations.service import Organisations
from hub.organisations.vault import Vault


@pytest.fixture
async def account(
    organisations: Organisations, bodies: dict[str, Body], weibo: NewAccount
) -> Account:
    return await organisations.add_account(weibo, actor="admin")


async def test_an_account_keeps_its_credentials_sealed(
    organisations: Organisations, account: Account
) -> None:
    assert organisations.credentials(account)["access_token"] == "secret-a"
    assert "secret-a" not in account.sealed
    assert account.sealed not in repr(account)


async def test_an_account_takes_region_from_its_body_and_drops_the_trailing_slash(
    account: Account,
) -> None:
    assert (account.region, account.base_url) == ("四川", "https://api.weibo.com")


async def test_no_secret_reaches_the_audit_log(
    organisations: Organisations, account: Account, database: Database
) -> None:
    await organisations.connect(account.id, {"access_token": "secret-c"}, actor="admin")
    told = repr(await database.read(read_events))
    assert "access_token" in told
    assert "secret" not in told


async def test_the_same_handle_on_one_channel_is_refused(
    organisations: Organisations, account: Account, weibo: NewAccount
) -> None:
    with pytest.raises(AlreadyThere) as refused:
        await organisations.add_account(replace(weibo, name="another"), actor="admin")
    assert refused.value.field == "handle"


async def test_reconnecting_never_replaces_a_credential_by_an_empty_one(
    organisations: Organisations, account: Account
) -> None:
    given = {"access_token": "fresh", "refresh_token": ""}
    connected = await organisations.connect(account.id, given, actor="admin")
    held = organisations.credentials(connected)
    assert held == {"access_token": "fresh", "refresh_token": "secret-b"}


@pytest.mark.parametrize("given", [{}, {"access_token": " "}, {"access_token": "x", "new": ""}])
async def test_connecting_with_nothing_or_an_empty_new_credential_is_refused(
    organisations: Organisations, account: Account, given: dict[str, str]
) -> None:
    with pytest.raises(EmptyCredential):
        await organisations.connect(account.id, given, actor="admin")
    assert await organisations.account(account.id) == account


async def test_reconnecting_clears_the_mark_and_grows_the_revision(
    organisations: Organisations, account: Account, database: Database, clock: ManualClock
) -> None:
    await database.write(
        lambda tx: store.set_needs_reconnecting(tx, account.id, "21332"), audited=False
    )
    marked = await organisations.account(account.id)
    assert why_not_publishable(marked, clock.now()) is not None
    connected = await organisations.connect(account.id, {"access_token": "n"}, actor="admin")
    assert why_not_publishable(connected, clock.now()) is None
    assert account.revision < marked.revision < connected.revision


async def test_the_former_seals_stay_in_the_history(
    organisations: Organisations, account: Account, database: Database, vault: Vault
) -> None:
    await organisations.connect(account.id, {"access_token": "n"}, actor="admin")
    seals = await database.read(lambda c: store.list_seals(c, account.id))
    opened = [vault.open(account.id, sealed)["access_token"] for _, sealed, _ in seals]
    assert opened == ["secret-a", "n"]


async def test_resealing_moves_every_account_to_the_first_key(
    database: Database, clock: ManualClock, account: Account, organisations: Organisations
) -> None:
    rotated = Vault({"k2": b"2" * 32, "k1": b"1" * 32})
    later = Organisations(database, clock, organisations._ids, rotated)
    assert await later.reseal(actor="system:rotation") == 1
    assert await later.reseal(actor="system:rotation") == 0
    fresh = await later.account(account.id)
    assert Vault({"k2": b"2" * 32}).open(account.id, fresh.sealed) == later.credentials(account)


async def test_a_pause_ends_by_itself(
    organisations: Organisations, account: Account, clock: ManualClock
) -> None:
    until = clock.now() + timedelta(hours=1)
    paused = await organisations.pause(account.id, until, "值守", actor="admin")
    assert why_paused(paused, clock.now()) is not None
    assert why_not_publishable(paused, clock.now()) is None
    clock.advance(3600)
    assert why_paused(paused, clock.now()) is None


async def test_a_pause_into_the_past_is_refused(
    organisations: Organisations, account: Account, clock: ManualClock
) -> None:
    with pytest.raises(InvalidInput):
        await organisations.pause(account.id, clock.now(), "", actor="admin")


async def test_resuming_ends_a_pause(
    organisations: Organisations, account: Account, clock: ManualClock
) -> None:
    await organisations.pause(account.id, clock.now() + timedelta(1), "x", actor="admin")
    resumed = await organisations.resume(account.id, actor="admin")
    assert (resumed.paused_until, resumed.pause_reason) == (None, "")


@pytest.mark.parametrize(
    "change",
    [
        {"active": False},
        {"filing": FilingState.NOT_FILED},
        {"filing": FilingState.SUSPENDED},
        {"filing": FilingState.CLOSED},
    ],
    ids=str,
)
async def test_an_account_that_is_off_or_not_on_file_publishes_nothing(
    organisations: Organisations, account: Account, clock: ManualClock, change: dict[str, object]
) -> None:
    changed = await organisations.change_account(account.id, actor="admin", **change)
    assert why_not_publishable(changed, clock.now()) is not None


async def test_an_authorisation_that_ran_out_publishes_nothing(
    account: Account, clock: ManualClock
) -> None:
    ended = replace(account, authorised_until=clock.now())
    assert why_not_publishable(ended, clock.now()) is not None
    running = replace(account, authorised_until=clock.now() + timedelta(seconds=1))
    assert why_not_publishable(running, clock.now()) is None


async def test_a_migrated_group_gets_its_new_handle(database: Database, account: Account) -> None:
    await database.write(lambda tx: store.set_handle(tx, account.id, "-100200"), audited=False)
    moved = await database.read(lambda c: store.account_by_handle(c, "weibo", "-100200"))
    assert moved is not None
    assert moved.id == account.id


async def test_changing_an_account_that_is_not_there_is_refused(database: Database) -> None:
    with pytest.raises(UnknownAccount):
        await database.write(lambda tx: store.set_handle(tx, "nobody", "1"), audited=False)


async def test_importing_twice_changes_nothing_the_second_time(
    organisations: Organisations, bodies: dict[str, Body], weibo: NewAccount
) -> None:
    rows = [replace(weibo, handle=str(number)) for number in range(50)]
    assert await organisations.import_accounts(rows, actor="admin") == Imported(added=50)
    assert await organisations.import_accounts(rows, actor="admin") == Imported(unchanged=50)


async def test_importing_brings_up_to_date_without_losing_credentials(
    organisations: Organisations, account: Account, weibo: NewAccount
) -> None:
    row = replace(weibo, name="四川发布厅", tags=("政策",), credentials={})
    assert await organisations.import_accounts([row], actor="admin") == Imported(updated=1)
    changed = await organisations.account(account.id)
    assert (changed.name, changed.tags) == ("四川发布厅", ("政策",))
    assert organisations.credentials(changed) == organisations.credentials(account)
    assert await organisations.accounts(Selection(tag="要闻")) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("base_url", "ftp://x"),
        ("base_url", "https://user@host"),
        ("base_url", "//[bad"),
        ("base_url", "http://host:99999"),
        ("channel", "We Chat"),
        ("handle", ""),
        ("name", "a\x00b"),
        ("tags", ("x" * 65,)),
    ],
)
async def test_a_malformed_account_is_refused_by_field(
    organisations: Organisations, bodies: dict[str, Body], weibo: NewAccount, field: str, value: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await organisations.add_account(replace(weibo, **{field: value}), actor="admin")
    assert refused.value.field == field


@pytest.mark.parametrize("url", ["smtp://mail.example.gov.cn:587", "smtp://10.0.0.1"])
async def test_a_channel_may_have_addresses_of_its_own_kind(weibo: NewAccount, url: str) -> None:
    mail = replace(weibo, base_url=url)
    rules.check_account(mail, frozenset({"smtp", "smtps"}))
    with pytest.raises(InvalidInput, match="http"):
        rules.check_account(mail)


async def test_an_account_of_an_unknown_body_is_refused(
    organisations: Organisations, bodies: dict[str, Body], weibo: NewAccount
) -> None:
    with pytest.raises(UnknownBody):
        await organisations.add_account(replace(weibo, body_code="none"), actor="admin")


async def test_accounts_read_together_are_those_read_one_by_one(
    account: Account, database: Database
) -> None:
    awkward = replace(
        account,
        name='引号"、反斜杠\\与换行以外的一切',
        tags=("防汛", 'say "hi"'),
        settings={"nested": {"list": [1, 2.5, None, True]}, "大": 9_007_199_254_740_993},
        active=False,
        filing=FilingState.SUSPENDED,
        paused_until=datetime(2026, 3, 2, 1, 2, 3, 4, tzinfo=UTC),
        authorised_until=datetime(2199, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    )
    await database.write(lambda tx: store.update_account(tx, awkward), audited=False)
    one = await database.read(lambda c: store.get_account(c, account.id))
    together = await database.read(lambda c: store.get_accounts(c, [account.id]))
    everyone = Selection()
    selected = await database.read(
        lambda c: store.select_accounts(c, everyone, active_only=False, sealed=False)
    )
    assert one == replace(awkward, revision=account.revision + 1)
    assert together == {account.id: one}
    assert selected == [replace(one, sealed="")]
