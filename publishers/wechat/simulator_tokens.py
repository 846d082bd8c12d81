"""Access tokens as the platform issues them: two issuers that know nothing of each other.

Source: 获取 Access token, 获取稳定版接口调用凭据.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

__all__ = ["LIFETIME_S", "OVERLAP_S", "Issuer", "TokenStore"]

LIFETIME_S = 7200
OVERLAP_S = 300  # after a renewal the old token works this much longer
_FORCE_PAUSE_S = 30
_FORCE_A_DAY = 20


@dataclass(slots=True)
class Issuer:
    """One line of tokens: each new one lets its predecessor live five minutes at most."""

    token: str = ""
    ends: float = 0.0
    former: dict[str, float] = field(default_factory=dict)

    def renew(self, now: float) -> None:
        if self.token:
            self.former[self.token] = min(self.ends, now + OVERLAP_S)
        self.token = f"98_{secrets.token_urlsafe(112)}"
        self.ends = now + LIFETIME_S

    def end_of(self, token: str) -> float | None:
        """When `token` ends or ended; None for one that this issuer never gave."""
        return self.ends if token == self.token else self.former.get(token)

    def end(self, now: float) -> None:
        """Its time is over, and its predecessors' too."""
        self.ends = min(self.ends, now)
        self.former = {token: min(ends, now) for token, ends in self.former.items()}

    def revoke(self) -> None:
        """As after a leak: the token and its predecessors are worth nothing at once."""
        self.former.clear()
        self.token, self.ends = "", 0.0


@dataclass(slots=True)
class TokenStore:
    """The tokens of one account."""

    plain: Issuer = field(default_factory=Issuer)
    stable: Issuer = field(default_factory=Issuer)
    forced_at: float = -1e12
    forced: dict[str, int] = field(default_factory=dict)

    def fetch(self, now: float) -> tuple[str, int]:
        """/cgi-bin/token: every call makes a new one."""
        self.plain.renew(now)
        return self.plain.token, LIFETIME_S

    def fetch_stable(self, now: float, day: str, *, force: bool = False) -> tuple[str, int]:
        """/cgi-bin/stable_token: the same token until five minutes before its end."""
        may = now - self.forced_at >= _FORCE_PAUSE_S and self.forced.get(day, 0) < _FORCE_A_DAY
        if force and may:
            self.forced_at = now
            self.forced[day] = self.forced.get(day, 0) + 1
            self.stable.revoke()
        if not self.stable.token or self.stable.ends - now <= OVERLAP_S:
            self.stable.renew(now)
        return self.stable.token, int(self.stable.ends - now)

    def end(self, now: float) -> None:
        for issuer in (self.plain, self.stable):
            issuer.end(now)

    def end_of(self, token: str) -> float | None:
        ends = (self.plain.end_of(token), self.stable.end_of(token))
        return max((end for end in ends if end is not None), default=None)
