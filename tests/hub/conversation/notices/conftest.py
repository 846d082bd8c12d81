"""A city on each kind of database."""

from __future__ import annotations

import pytest

from hub.catalogue.service import Catalogue
from hub.conversation.notices.rules import Manners
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.ids import IdSource
from hub.organisations.models import Body, NewAccount
from hub.organisations.service import Organisations
from hub.organisations.vault import Vault
from tests.hub.conversation.notices.scene import City, Platform, open_city


@pytest.fixture
async def city(
    database: Database,
    clock: ManualClock,
    ids: IdSource,
    vault: Vault,
    catalogue: Catalogue,
    organisations: Organisations,
    bodies: dict[str, Body],
    weibo: NewAccount,
) -> City:
    account = await organisations.add_account(weibo, actor="admin")
    return await open_city(
        City(
            database=database,
            clock=clock,
            ids=ids,
            vault=vault,
            catalogue=catalogue,
            platform=Platform(),
            manners=Manners(most_a_day=20),
            account=account.id,
            body=bodies["sc"].id,
        )
    )
