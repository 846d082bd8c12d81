"""Invented citizens, and the services of public opinion."""

from __future__ import annotations

from typing import Any

import pytest

from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.ids import IdSource
from hub.opinion.signals.models import NewSignal, SignalKind
from hub.opinion.signals.service import SignalService
from hub.organisations.keys.service import InstallationKeys
from hub.organisations.vault import Vault


@pytest.fixture
def keys(database: Database, clock: ManualClock, vault: Vault) -> InstallationKeys:
    return InstallationKeys(database, clock, vault)


@pytest.fixture
def signals(
    database: Database, clock: ManualClock, ids: IdSource, keys: InstallationKeys
) -> SignalService:
    return SignalService(database=database, clock=clock, ids=ids, keys=keys)


def said(number: int, text: str = "青江路的路灯坏了一周没人修", **values: Any) -> NewSignal:
    """An invented signal."""
    given: dict[str, Any] = {
        "channel": "hotline",
        "external_id": f"h-{number}",
        "kind": SignalKind.HOTLINE,
        "text": text,
        "author": f"caller-{number}",
    }
    return NewSignal(**given | values)
