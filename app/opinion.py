"""Joins public opinion to an open hub: opened on first use, so that other commands do not pay."""

from __future__ import annotations

from app.compose import Hub
from app.keys import load_keys
from hub.opinion.signals.service import SignalService
from hub.organisations.vault import Vault

__all__ = ["signal_service"]


def signal_service(hub: Hub) -> SignalService:
    """Collecting signals, over an open hub."""
    return SignalService(
        database=hub.database,
        clock=hub.clock,
        ids=hub.ids,
        vault=Vault(load_keys(hub.settings)),
    )
