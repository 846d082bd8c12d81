"""What a rate is counted over, and how much of it routine work may use: one truth for the
dispatcher, which keeps to it, and for the simulation, which foretells it."""

from __future__ import annotations

import hashlib

from hub.publishing.models import Declaration
from hub.publishing.ports import Access

__all__ = ["kept_for_emergencies", "keys_by_scope"]


def kept_for_emergencies(count: int) -> int:
    """How many of `count` permits routine work leaves alone: a tenth, at least one of several."""
    return 0 if count == 1 else max(1, count // 10)


def keys_by_scope(declaration: Declaration, access: Access) -> dict[str, str]:
    """`app` is what shares one set of credentials: a bot in many chats, an app of many users.
    `chat` is one place that such an app writes to. Secrets are in it only as a hash."""
    app = hashlib.sha256(repr((access.base_url, _app_of(declaration, access))).encode())
    chat = hashlib.sha256(repr((app.digest(), access.handle)).encode())
    subjects = {
        "account": access.account_id,
        "app": app.hexdigest()[:16],
        "chat": chat.hexdigest()[:16],
    }
    return {scope: f"{declaration.name}:{scope}:{subject}" for scope, subject in subjects.items()}


def _app_of(declaration: Declaration, access: Access) -> object:
    """What tells an app from another: the values the declaration names, else all credentials.

    Where none of the named ones is known, all accounts at that address count as one app: the
    platform may see them so, and too slow is better than refused.
    """
    if declaration.app:
        told = (access.credentials.get(n) or access.settings.get(n) for n in declaration.app)
        return [str(value or "") for value in told]
    return access.settings.get("app_key") or sorted(access.credentials.items())
