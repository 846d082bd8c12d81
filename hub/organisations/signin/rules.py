"""What a password must be, how long failures lock, when a session ends. Pure."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b32encode, urlsafe_b64encode
from datetime import datetime, timedelta

from hub.kernel.errors import Words
from hub.organisations.models import Person
from hub.organisations.rules import unwelcome
from hub.organisations.signin.errors import WeakPassword
from hub.organisations.signin.models import Credential, Policy, Session, Stage

__all__ = [
    "FREE_FAILURES",
    "RECOVERY_CODES",
    "SECRET_BYTES",
    "check_password",
    "digest_of",
    "form_token",
    "lock_after",
    "normalised_code",
    "recovery_code",
    "recovery_digest",
    "secret_of",
    "stage_after",
    "why_ended",
]

SECRET_BYTES = 32
RECOVERY_CODES = 10
SHORTEST, LONG, LONGEST = 10, 16, 128
FREE_FAILURES = 5  # before the first wait
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_CLASSES = (re.compile("[a-z]"), re.compile("[A-Z]"), re.compile("[0-9]"), re.compile(r"[^\w\s]"))
# what guessing begins with, as a password reads without its decoration
_COMMON = re.compile(
    r"passw[o0]?rd|qwert|asdfgh|zxcvbn|1q2w3e|abc123|123456|654321|111111|888888|666666|"
    r"admin|root|gongkai|zhengwu|zhengfu|woaini|iloveyou|welcome|letmein"
)


def check_password(password: str, person: Person, former_matches: bool = False) -> None:
    """Raise WeakPassword for what is guessed first.

    Ten characters of three classes, or sixteen of any: length counts more than signs
    (NIST SP 800-63B, 3.1.1); three classes is what 等保 (GB/T 22239-2019, 8.1.4.1) is read to ask.
    """
    if not SHORTEST <= len(password) <= LONGEST or unwelcome(password):
        raise _weak(
            f"密码须为 {SHORTEST} 至 {LONGEST} 个字符",
            f"a password has {SHORTEST} to {LONGEST} characters",
        )
    classes = sum(bool(one.search(password)) for one in _CLASSES)
    classes += any(ord(char) > 127 for char in password)
    if len(password) < LONG and classes < 3:
        raise _weak("字符种类太少", "too few kinds of characters")
    plain = password.lower()
    if len(set(plain)) < 5 or _COMMON.search(plain):
        raise _weak("太容易猜到", "too easy to guess")
    if person.login in plain or (len(person.name) > 1 and person.name in password):
        raise _weak("不得含登录名或姓名", "it must not hold your login or name")
    if former_matches:
        raise _weak("不得与原密码相同", "it must differ from the former one")


def _weak(zh: str, en: str) -> WeakPassword:
    return WeakPassword(
        Words(zh, en),
        Words(
            f"{SHORTEST} 位以上并含大小写字母、数字、符号中的三种，或 {LONG} 位以上的一句话",
            f"{SHORTEST} characters of three kinds (small, capital, digit, sign), or a sentence "
            f"of {LONG}",
        ),
    )


def lock_after(failures: int, at: datetime) -> datetime | None:
    """Until when nobody may try after that many failures in a row: none for the first four, then
    30 seconds, doubling to an hour."""
    if failures < FREE_FAILURES:
        return None
    doublings = min(failures - FREE_FAILURES, 10)
    wait: timedelta = min(_FIRST_WAIT * (1 << doublings), _LONGEST_WAIT)
    return at + wait


def secret_of(random: bytes) -> str:
    """The cookie's text that 32 random bytes make."""
    return urlsafe_b64encode(random).decode().rstrip("=")


def digest_of(secret: str) -> str | None:
    """SHA-256 of a session's secret; None for what cannot be one. 256 random bits need no salt."""
    if not _SECRET.fullmatch(secret):
        return None
    return hashlib.sha256(secret.encode()).hexdigest()


def form_token(secret: str) -> str:
    """What every form of a session carries: only who holds its cookie can compute it, and it
    tells nothing of the cookie."""
    made = hmac.new(secret.encode(), b"gongkai-console-form", hashlib.sha256)
    return urlsafe_b64encode(made.digest()).decode().rstrip("=")


def recovery_code(random: bytes) -> str:
    """Ten random bytes as four groups of four letters and digits."""
    text = b32encode(random).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, 16, 4))


def normalised_code(typed: str) -> str:
    """A code as typed, without blanks and hyphens."""
    return re.sub(r"[\s-]", "", typed).lower()


def recovery_digest(person_id: str, code: str) -> str:
    """80 random bits, bound to their owner: no slow hash is needed."""
    return hashlib.sha256(f"{person_id}\n{normalised_code(code)}".encode()).hexdigest()


def stage_after(credential: Credential, policy: Policy, *, code_given: bool) -> Stage:
    """What a session waits for once the password was right."""
    if credential.sealed and not code_given:
        return Stage.CODE
    if credential.must_change:
        return Stage.PASSWORD
    if policy.second_factor and not credential.sealed:
        return Stage.ENROL
    return Stage.OPEN


def why_ended(session: Session, policy: Policy, now: datetime, *, active: bool) -> str:
    """One word why a session is over; empty while it is not."""
    if session.ended_at is not None:
        return "ended"
    if now >= session.expires_at:
        return "expired"
    if now - session.seen_at >= policy.idle:
        return "idle"
    return "" if active else "inactive"
