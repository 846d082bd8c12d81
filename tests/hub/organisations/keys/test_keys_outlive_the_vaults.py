"""A key of the installation: one for all processes, the same under every key of the vault."""

from __future__ import annotations

import asyncio

import pytest

from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.events import read_events
from hub.organisations.errors import SealBroken
from hub.organisations.keys.service import InstallationKeys
from hub.organisations.vault import Vault

OLD, NEW = {"k1": b"1" * 32}, {"k2": b"2" * 32}


async def test_processes_that_start_at_once_have_one_key(
    database: Database, clock: ManualClock
) -> None:
    processes = [InstallationKeys(database, clock, Vault(OLD)) for _ in range(3)]
    found = await asyncio.gather(*(one.key("opinion") for one in processes))
    assert len(set(found)) == 1
    assert len(found[0]) == 32
    events = await database.read(lambda c: read_events(c))
    assert [event["kind"] for event in events] == ["organisations.key.made"]


async def test_each_name_has_a_key_of_its_own(database: Database, clock: ManualClock) -> None:
    keys = InstallationKeys(database, clock, Vault(OLD))
    assert await keys.key("opinion") != await keys.key("conversation")


async def test_a_key_outlives_the_vault_s_keys(database: Database, clock: ManualClock) -> None:
    first = await InstallationKeys(database, clock, Vault(OLD)).key("opinion")
    assert await InstallationKeys(database, clock, Vault(NEW | OLD)).key("opinion") == first
    assert await InstallationKeys(database, clock, Vault(NEW)).key("opinion") == first
    kinds = [event["kind"] for event in await database.read(lambda c: read_events(c))]
    assert kinds == ["organisations.key.made", "organisations.key.resealed"]


async def test_without_the_vault_s_key_nothing_opens(
    database: Database, clock: ManualClock
) -> None:
    key = await InstallationKeys(database, clock, Vault(OLD)).key("opinion")
    rows = await database.read(lambda c: c.exec_driver_sql("SELECT * FROM installation_keys").all())
    assert key.hex() not in repr(rows)
    with pytest.raises(SealBroken):
        await InstallationKeys(database, clock, Vault(NEW)).key("opinion")
