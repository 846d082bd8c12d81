"""Talks with the provider: what it says of itself, its keys, and codes for tokens.

Authorization code with PKCE (RFC 7636), state and nonce; discovery is OpenID Connect Discovery 1.0,
and the answer's issuer is checked where the provider tells it (RFC 9207). Every call has a timeout
and a limit of size, follows no redirect, and goes to https or to this machine only.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp
import msgspec
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from hub.kernel.clock import Clock
from hub.kernel.errors import Unavailable, Words
from hub.organisations.errors import SealBroken
from hub.organisations.identities.errors import ProviderRefused
from hub.organisations.vault import Vault
from web.console.federation.models import ProviderSettings, Started, Vouched
from web.console.federation.tokens import UnknownKey, vouched

__all__ = ["CALLBACK", "LASTS", "Provider"]

CALLBACK = "/sign-in/provider/back"  # below the console's root
LASTS = timedelta(minutes=10)  # how long somebody may take at the provider
_FRESH = timedelta(hours=1)  # what the provider says of itself
_REFETCH = timedelta(seconds=30)  # keys, when a token names one that is not among them
_SEAL = "provider-sign-in"
_LARGEST = 512 * 1024
_WANTED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Provider:
    """One provider, for the life of the console; `closed` ends its connections."""

    def __init__(
        self, settings: ProviderSettings, clock: Clock, vault: Vault, *, callback: str
    ) -> None:
        self.settings = settings
        self._clock = clock
        self._vault = vault
        self._callback = f"{settings.console_url}{callback}"
        self._session: aiohttp.ClientSession | None = None
        self._lock = asyncio.Lock()
        self._said: tuple[datetime, Mapping[str, Any]] | None = None
        self._keys: tuple[datetime, KeySet] | None = None

    async def closed(self, application: object) -> None:
        """As aiohttp calls what is to be cleaned up."""
        if self._session is not None:
            await self._session.close()

    def sealed(self, started: Started) -> str:
        """For the cookie of whoever went there."""
        told = {f.name: getattr(started, f.name) for f in fields(started)}
        return self._vault.seal(_SEAL, {**told, "at": started.at.isoformat()})

    def opened(self, sealed: str) -> Started:
        """What the cookie remembers; raises ProviderRefused where it is none of ours."""
        try:
            told = self._vault.open(_SEAL, sealed)
            at = datetime.fromisoformat(told.pop("at"))
            return Started(**told, at=at)
        except (SealBroken, KeyError, TypeError, ValueError) as error:
            raise ProviderRefused("no cookie of ours") from error

    async def begin(self, *, back: str, session_id: str) -> tuple[str, Started]:
        """Where to send somebody, and what to remember meanwhile; with a session, the provider is
        to ask them anew. Raises Unavailable."""
        said = await self._metadata()
        started = Started(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            back=back,
            session_id=session_id,
            at=self._clock.now(),
        )
        asked: dict[str, Any] = {
            "redirect_uri": self._callback,
            "scope": "openid",
            "state": started.state,
            "nonce": started.nonce,
            "code_challenge": create_s256_code_challenge(started.verifier),
            "code_challenge_method": "S256",
        }
        if session_id:
            asked |= {"max_age": "0", "prompt": "login"}
        if self.settings.acr:
            asked["acr_values"] = self.settings.acr
        client, endpoint = self.settings.client_id, said["authorization_endpoint"]
        return prepare_grant_uri(endpoint, client, "code", **asked), started

    async def finish(self, answered: Mapping[str, str], started: Started) -> Vouched:
        """Whom the provider vouches for, by its answer. Raises ProviderRefused, Unavailable."""
        if self._clock.now() - started.at > LASTS:
            raise ProviderRefused("took too long")
        if not hmac.compare_digest(answered.get("state", "").encode(), started.state.encode()):
            raise ProviderRefused("state")
        said = await self._metadata()
        named = answered.get("iss", "")
        told = said.get("authorization_response_iss_parameter_supported") is True
        if (named or told) and named != self.settings.issuer:
            raise ProviderRefused("iss")
        if answered.get("error"):
            raise ProviderRefused(f"error {answered['error'][:64]}")
        if not answered.get("code"):
            raise ProviderRefused("no code")
        tokens = await self._exchanged(said, answered["code"], started)
        return await self._verified(tokens, started)

    async def farewell(self, back: str) -> str:
        """Where the provider's own session is ended (OpenID Connect RP-Initiated Logout 1.0);
        empty where it has no such place. Raises Unavailable."""
        endpoint = (await self._metadata()).get("end_session_endpoint")
        if not isinstance(endpoint, str) or not _safe(endpoint):
            return ""
        after = self.settings.console_url + back
        asked = {"client_id": self.settings.client_id, "post_logout_redirect_uri": after}
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    # --- inside

    async def _exchanged(
        self, said: Mapping[str, Any], code: str, started: Started
    ) -> Mapping[str, Any]:
        methods = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._callback,
            "code_verifier": started.verifier,
        }
        name, secret, headers = self.settings.client_id, self.settings.client_secret, {}
        if "client_secret_basic" in methods:
            headers["Authorization"] = aiohttp.encode_basic_auth(_quoted(name), _quoted(secret))
        else:
            form |= {"client_id": name, "client_secret": secret}
        return await self._asked("POST", said["token_endpoint"], data=form, headers=headers)

    async def _verified(self, tokens: Mapping[str, Any], started: Started) -> Vouched:
        raw, access = tokens.get("id_token"), tokens.get("access_token", "")
        if not isinstance(raw, str) or not isinstance(access, str):
            raise ProviderRefused("no id token")
        told: dict[str, Any] = {"access_token": access, "now": self._clock.now()}
        try:
            return vouched(raw, await self._key_set(anew=False), started, self.settings, **told)
        except UnknownKey:
            return vouched(raw, await self._key_set(anew=True), started, self.settings, **told)

    async def _metadata(self) -> Mapping[str, Any]:
        async with self._lock:
            now = self._clock.now()
            if self._said and now - self._said[0] < _FRESH:
                return self._said[1]
            base = self.settings.issuer.rstrip("/")
            said = await self._asked("GET", f"{base}/.well-known/openid-configuration")
            if said.get("issuer") != self.settings.issuer:
                raise _unavailable("issuer")
            for name in _WANTED:
                if not isinstance(said.get(name), str) or not _safe(said[name]):
                    raise _unavailable(name)
            self._said = now, said
            return said

    async def _key_set(self, *, anew: bool) -> KeySet:
        said = await self._metadata()
        async with self._lock:
            now = self._clock.now()
            oldest = _REFETCH if anew else _FRESH
            if self._keys and now - self._keys[0] < oldest:
                return self._keys[1]
            try:
                keys = KeySet.import_key_set(dict(await self._asked("GET", said["jwks_uri"])))  # type: ignore[arg-type]
            except (JoseError, ValueError, KeyError, TypeError) as error:
                raise _unavailable("jwks_uri") from error
            self._keys = now, keys
            return keys

    async def _asked(self, method: str, address: str, **given: Any) -> Mapping[str, Any]:
        """The JSON object of an answer; what the token endpoint refuses is ProviderRefused."""
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=self.settings.timeout_s)
            jar = aiohttp.DummyCookieJar()
            self._session = aiohttp.ClientSession(timeout=timeout, cookie_jar=jar)
        try:
            async with self._session.request(
                method, address, allow_redirects=False, **given
            ) as answer:
                body = await answer.content.read(_LARGEST + 1)
                while len(body) <= _LARGEST and (more := await answer.content.read(_LARGEST)):
                    body += more
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _unavailable(urlsplit(address).path) from error
        if method == "POST" and 400 <= answer.status < 500:
            raise ProviderRefused(f"token endpoint: {answer.status}")
        if answer.status != 200 or len(body) > _LARGEST:
            raise _unavailable(urlsplit(address).path)
        try:
            return msgspec.json.decode(body, type=dict[str, Any])
        except msgspec.MsgspecError as error:
            raise _unavailable(urlsplit(address).path) from error


def _safe(address: str) -> bool:
    """https, or a provider on this machine, as in tests."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
    )


def _quoted(text: str) -> str:
    """As RFC 6749, 2.3.1 has client names and secrets in HTTP Basic."""
    return urlencode({"": text})[1:]


def _unavailable(what: str) -> Unavailable:
    return Unavailable(
        Words(f"统一身份平台无法使用（{what}）", f"the identity provider cannot be used ({what})"),
        field="provider",
        remedy=Words(
            "稍后再试，或用本系统的密码登录", "try later, or sign in with a password of ours"
        ),
    )
