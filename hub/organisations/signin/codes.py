"""Codes of an authenticator: RFC 6238, six digits, 30 seconds, each used once."""

from __future__ import annotations

import hmac
from base64 import b32encode
from datetime import datetime

import pyotp

from hub.organisations.signin.models import Enrolment

__all__ = ["SECRET_BYTES", "enrolment_of", "matching_step", "typed_secret"]

SECRET_BYTES = 20  # RFC 4226, section 4, R6
_STEP = 30
_DRIFT = (0, -1, 1)  # clocks differ: one step each way (RFC 6238, 5.2)


def typed_secret(random: bytes) -> str:
    """Twenty random bytes as an authenticator takes them."""
    return b32encode(random).decode()


def enrolment_of(secret: str, login: str, issuer: str) -> Enrolment:
    return Enrolment(
        secret=secret, uri=pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)
    )


def matching_step(secret: str, code: str, at: datetime, last_step: int) -> int | None:
    """The step whose code it is, if that is later than the last one used; else None."""
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        return None
    totp, current = pyotp.TOTP(secret), int(at.timestamp()) // _STEP
    found = None
    for drift in _DRIFT:
        step = current + drift
        if hmac.compare_digest(totp.generate_otp(step), code) and step > last_step:
            found = step
    return found
