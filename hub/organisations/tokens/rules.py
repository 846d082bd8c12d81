"""What a token looks like, how long it may live, and when it opens nothing. Pure."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta

from hub.kernel.errors import InvalidInput, Words
from hub.organisations.rules import unwelcome
from hub.organisations.tokens.models import PER_MINUTE, TokenHolder
from hub.organisations.tokens.scopes import USUAL_SCOPES, Scope

__all__ = [
    "DEFAULT_DAYS",
    "LONGEST_DAYS",
    "LONGEST_GRAVE_DAYS",
    "MOST_PER_MINUTE",
    "SECRET_BYTES",
    "check_token",
    "digest_of",
    "expiry",
    "secret_of",
    "why_refused",
]

SECRET_BYTES = 32
DEFAULT_DAYS, LONGEST_DAYS = 90, 365
LONGEST_GRAVE_DAYS = 30  # in place of the proof that the console asks for each time
MOST_PER_MINUTE = 6_000
_LONGEST_LABEL = 100
_PREFIX = "gk_"  # by which scanners of source code find one that was left there
_SECRET = re.compile(r"gk_[A-Za-z0-9_-]{43}")


def secret_of(random: bytes) -> str:
    """The token that 32 random bytes make."""
    return _PREFIX + urlsafe_b64encode(random).decode().rstrip("=")


def digest_of(secret: str) -> str | None:
    """SHA-256 of a token in hexadecimal; None for what cannot be one.

    The secret has 256 random bits: no salt and no slow hash is needed to keep it.
    """
    if not _SECRET.fullmatch(secret):
        return None
    return hashlib.sha256(secret.encode()).hexdigest()


def check_token(
    label: str, days: int, scopes: frozenset[Scope] = USUAL_SCOPES, per_minute: int = PER_MINUTE
) -> None:
    """Whether a token may be made; raises InvalidInput."""
    if not label.strip() or len(label) > _LONGEST_LABEL or unwelcome(label):
        raise InvalidInput(
            Words("须写明令牌的用途", "say what the token is for"),
            field="label",
            remedy=Words(f"{_LONGEST_LABEL} 字以内", f"at most {_LONGEST_LABEL} characters"),
        )
    longest = LONGEST_GRAVE_DAYS if Scope.GRAVE in scopes else LONGEST_DAYS
    if not 1 <= days <= longest:
        raise InvalidInput(
            Words(f"{days} 天不在允许范围内", f"{days} days cannot be"),
            field="days",
            remedy=Words(f"1 至 {longest} 天", f"1 to {longest} days"),
        )
    if not scopes:
        raise InvalidInput(
            Words("未选任何权限", "no scope is chosen"),
            field="scopes",
            remedy=Words("至少选一项", "choose one at least"),
        )
    if not 1 <= per_minute <= MOST_PER_MINUTE:
        raise InvalidInput(
            Words(f"每分钟 {per_minute} 次不在允许范围内", f"{per_minute} a minute cannot be"),
            field="per_minute",
            remedy=Words(f"1 至 {MOST_PER_MINUTE} 次", f"1 to {MOST_PER_MINUTE}"),
        )


def expiry(at: datetime, days: int) -> datetime:
    """When a token made `at` stops working."""
    return at + timedelta(days=days)


def why_refused(holder: TokenHolder, digest: str, now: datetime) -> str:
    """One word why the token opens nothing at `now`; empty when it does.

    The digests are compared in constant time, although the database found one by the other.
    """
    token = holder.token
    if not hmac.compare_digest(token.digest, digest):
        return "unknown"
    if token.revoked_at is not None:
        return "revoked"
    if now >= token.expires_at:
        return "expired"
    return "" if holder.person.active else "inactive"
