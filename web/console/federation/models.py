"""The provider as it is set, and what is remembered while somebody is there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

__all__ = ["ProviderSettings", "Started", "Vouched"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """`issuer` is the address below which `.well-known/openid-configuration` is; `acr` what the
    provider must say about how somebody signed in there (empty: nothing). `console_url` is where
    people reach the console's host."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    console_url: str
    title: str = ""
    acr: str = ""
    timeout_s: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What ties the answer to the question. It travels sealed in a cookie: whoever brings the
    answer in another browser has none. `session_id` is set where an open session is proved."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    back: str
    session_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """Whom the provider vouched for; `signed_in_at` is when they last gave it what they know or
    have, None where it does not say."""

    issuer: str
    subject: str
    signed_in_at: datetime | None
