"""Joins passwords, authenticators and sessions to an open hub."""

from __future__ import annotations

from datetime import timedelta

from app.compose import Hub
from app.keys import load_keys
from app.settings import Settings
from hub.organisations.signin.factors import Factors
from hub.organisations.signin.models import Policy
from hub.organisations.signin.passwords import Passwords
from hub.organisations.signin.service import Sessions
from hub.organisations.vault import Vault
from web.console.call import ROOT
from web.console.federation.models import ProviderSettings
from web.console.federation.provider import CALLBACK, Provider

__all__ = ["factors_of", "policy_of", "provider_of", "sessions_of"]


def policy_of(settings: Settings) -> Policy:
    return Policy(
        idle=timedelta(minutes=settings.console_idle_minutes),
        longest=timedelta(hours=settings.console_session_hours),
        second_factor=settings.console_second_factor,
    )


def factors_of(hub: Hub, passwords: Passwords | None = None) -> Factors:
    """What people sign in with, over an open hub."""
    vault = Vault(load_keys(hub.settings))
    issuer = hub.settings.portal_name or "政务公开"
    return Factors(hub.database, hub.clock, vault, issuer=issuer, passwords=passwords)


def sessions_of(hub: Hub, passwords: Passwords | None = None) -> Sessions:
    """Who is signed in, over an open hub."""
    return Sessions(
        hub.database,
        hub.clock,
        hub.ids,
        Vault(load_keys(hub.settings)),
        policy=policy_of(hub.settings),
        passwords=passwords,
    )


def provider_of(hub: Hub) -> Provider | None:
    """The identity provider where people may sign in; None where none is set."""
    told = hub.settings
    if not told.oidc_issuer:
        return None
    settings = ProviderSettings(
        issuer=told.oidc_issuer,
        client_id=told.oidc_client_id,
        client_secret=told.oidc_client_secret.get_secret_value(),
        console_url=(told.oidc_console_url or told.site_url).rstrip("/"),
        title=told.oidc_title,
        acr=told.oidc_acr,
        timeout_s=told.oidc_timeout_seconds,
    )
    return Provider(settings, hub.clock, Vault(load_keys(told)), callback=f"{ROOT}{CALLBACK}")
