"""How a message looks, how it is signed, when it is sent again, when a webhook is given up. Pure.

Headers and signature are those of Standard Webhooks (standardwebhooks.com): HMAC-SHA256 over id,
time and body.
"""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec

from hub.kernel.errors import InvalidInput, Words
from hub.organisations.webhooks.models import PING, TELLING, Message, NewWebhook

__all__ = [
    "GIVEN_UP_AFTER",
    "OLD_SECRET_SIGNS",
    "SECRET_BYTES",
    "SENT_AGAIN",
    "body_of",
    "check_webhook",
    "headers_of",
    "secret_of",
    "wait_before",
]

SECRET_BYTES = 32
OLD_SECRET_SIGNS = timedelta(hours=24)
GIVEN_UP_AFTER = timedelta(days=3)
# after the first failure, the second …: some 28 hours in all
SENT_AGAIN: tuple[timedelta, ...] = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=10),
)
_PREFIX = "whsec_"


def check_webhook(new: NewWebhook) -> None:
    """Raises InvalidInput naming the field; whether the address may be called is asked of who
    calls it."""
    if not new.label.strip() or len(new.label) > 100:
        raise InvalidInput(
            Words("须写明用途", "say what it is for"),
            field="label",
            remedy=Words("100 字以内", "at most 100 characters"),
        )
    unknown = [kind for kind in new.kinds if kind not in TELLING]
    if unknown or not new.kinds:
        raise InvalidInput(
            Words("没有这样的事件" if unknown else "未选任何事件", "no such event, or none at all"),
            field="kinds",
            remedy=Words("、".join(TELLING), ", ".join(TELLING)),
        )


def secret_of(random: bytes) -> str:
    """The secret that random bytes make, as its receiver is given it."""
    return _PREFIX + b64encode(random).decode()


def body_of(message: Message) -> bytes:
    """What is sent: what happened to which thing, when. Ids and kinds, nothing about people."""
    what = TELLING.get(message.kind, "")
    data = {"id": message.subject, "what": what, "seq": message.seq}
    told = {"type": message.kind, "timestamp": message.at.isoformat(), "data": data}
    return msgspec.json.encode(told if message.kind != PING else told | {"data": {}})


def headers_of(
    message: Message, body: bytes, secrets: Sequence[str], now: datetime
) -> Mapping[str, str]:
    """The headers with one signature for each secret that still signs."""
    sent = str(int(now.timestamp()))
    signed = f"{message.id}.{sent}.".encode() + body
    signatures = []
    for secret in secrets:
        key = b64decode(secret.removeprefix(_PREFIX))
        signatures.append("v1," + b64encode(hmac.digest(key, signed, sha256)).decode())
    return {
        "webhook-id": message.id,
        "webhook-timestamp": sent,
        "webhook-signature": " ".join(signatures),
        "Content-Type": "application/json",
    }


def wait_before(attempts: int) -> timedelta | None:
    """How long to wait after so many failures; None: no more."""
    return SENT_AGAIN[attempts - 1] if attempts <= len(SENT_AGAIN) else None
