"""Whether an ID token is the provider's, for us, for this question, and of now.

OpenID Connect Core 1.0, 3.1.3.7; RFC 8725 for the algorithms. The signature is checked over the
bytes by joserfc, the claims by Authlib; what both leave open is checked here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from hub.organisations.identities.errors import ProviderRefused
from web.console.federation.models import ProviderSettings, Started, Vouched

__all__ = ["ALGORITHMS", "LEEWAY", "UnknownKey", "vouched"]

# Asymmetric only: `none` and what our own secret could have signed are never the provider's.
ALGORITHMS = ("RS256", "PS256", "ES256", "RS384", "PS384", "ES384", "RS512", "PS512", "EdDSA")
LEEWAY = timedelta(seconds=60)  # clocks that differ
_OLDEST = timedelta(minutes=10)


class UnknownKey(ProviderRefused):
    """Signed with a key that is not among those: the provider may have changed them."""


def vouched(
    raw: str,
    keys: KeySet,
    started: Started,
    settings: ProviderSettings,
    *,
    access_token: str,
    now: datetime,
) -> Vouched:
    """Whom the token vouches for; raises ProviderRefused with the claim that is wrong, and
    UnknownKey where no key of `keys` is the one that it names."""
    try:
        token = jwt.decode(raw, keys, algorithms=list(ALGORITHMS))
        claims = _checked(token.claims, token.header, started, settings, access_token, now)
    except InvalidKeyIdError as error:
        raise UnknownKey("id token: unknown key") from error
    except (JoseError, ValueError) as error:
        raise ProviderRefused(f"id token: {error}") from error
    _check_rest(claims, started, settings, now)
    at = claims.get("auth_time")
    return Vouched(
        issuer=claims["iss"],
        subject=claims["sub"],
        signed_in_at=None if at is None else _moment(at),
    )


def _checked(
    claims: Mapping[str, Any],
    header: Mapping[str, Any],
    started: Started,
    settings: ProviderSettings,
    access_token: str,
    now: datetime,
) -> Mapping[str, Any]:
    parameters: dict[str, Any] = {
        "nonce": started.nonce,
        "client_id": settings.client_id,
        "access_token": access_token,
    }
    if started.session_id:
        parameters["max_age"] = 1  # Authlib only asks whether there is one
    options: dict[str, Any] = {
        "iss": {"essential": True, "value": settings.issuer},
        "sub": {"essential": True},
        "aud": {"essential": True, "value": settings.client_id},
        "exp": {"essential": True},
        "iat": {"essential": True},
    }
    made = CodeIDToken(claims, header, options, parameters)
    made.validate(now=int(now.timestamp()), leeway=int(LEEWAY.total_seconds()))
    return dict(made)


def _check_rest(
    claims: Mapping[str, Any], started: Started, settings: ProviderSettings, now: datetime
) -> None:
    audience = claims["aud"]
    if audience not in (settings.client_id, [settings.client_id]):
        raise ProviderRefused("id token: made for others too")
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= 255 or not subject.isprintable():
        raise ProviderRefused("id token: sub")
    if now - _moment(claims["iat"]) > _OLDEST + LEEWAY:
        raise ProviderRefused("id token: too old")
    if settings.acr and claims.get("acr") not in settings.acr.split():
        raise ProviderRefused("id token: acr")
    if started.session_id:
        at = _moment(claims["auth_time"])
        if not started.at - LEEWAY <= at <= now + LEEWAY:
            raise ProviderRefused("id token: auth_time is not of now")


def _moment(seconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise ProviderRefused("id token: a time out of range") from error
