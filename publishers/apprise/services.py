"""A service of apprise from its address: made without side effects, and asked for its limits.

The address is a secret as a whole. Nothing here puts it into an error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import apprise
from apprise.conversion import convert_between
from apprise.manager_plugins import NotificationManager

__all__ = ["Limits", "Service", "limits_of", "make_service"]

# Nothing is stored, fetched, generated, escaped or decorated; retries are the engine's.
_ASSET = apprise.AppriseAsset(
    storage_mode=apprise.PersistentStoreMode.MEMORY,
    app_id="Gongkai",
    app_desc="Gongkai",
    app_url="",
    image_url_mask="",
    image_url_logo="",
    async_mode=False,
    interpret_emojis=False,
    interpret_escapes=False,
    http_redirects=False,
    secure_logging=True,
    pgp_autogen=False,
    pem_autogen=False,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """The most characters (Unicode code points) of a title and a text; a service with
    `title` 0 has no titles. `lines` is 0 where any number is taken."""

    title: int
    text: int
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Service:
    """One place that can be told something. `name` is apprise's name of the service."""

    name: str
    schemas: frozenset[str]
    places: int
    secure: bool
    limits: Limits
    _plugin: Any

    def __repr__(self) -> str:
        return f"Service({self.name!r})"

    def too_long(self, title: str, text: str) -> tuple[str, int, int] | None:
        """Which of title, text and lines is too long, its size and limit; None where all fit.

        The text is measured as the service will be given it: for some, apprise makes HTML or
        Markdown of plain text, which is longer.
        """
        form = self._plugin.resolve_format(apprise.NotifyFormat.TEXT)
        given = convert_between(apprise.NotifyFormat.TEXT, form, text)
        sizes = (
            ("title", len(title), self.limits.title),
            ("text", len(given), self.limits.text),
            ("lines", given.count("\n") + 1, self.limits.lines),
        )
        return next((one for one in sizes if 0 < one[2] < one[1]), None)

    def call(self, title: str, text: str) -> Callable[[], object]:
        """The blocking call that tells it; apprise's answer is True or False."""
        return partial(
            self._plugin.notify,
            title=title if self.limits.title else "",
            body=text,
            notify_type=apprise.NotifyType.INFO,
            body_format=apprise.NotifyFormat.TEXT,
        )


def make_service(address: str, *, seconds: float) -> Service | None:
    """The service behind an apprise address; None where there is none.

    A new one each time: they keep state between calls, such as when to wait.
    """
    plugin = apprise.Apprise.instantiate(address.strip(), asset=_ASSET, suppress_exceptions=True)
    if plugin is None:
        return None
    # Whatever the address says: never cut, not followed, not repeated.
    plugin.overflow_mode = apprise.OverflowMode.UPSTREAM
    plugin.redirects = False
    plugin.retry = 0
    plugin.socket_connect_timeout = min(5.0, seconds)
    plugin.socket_read_timeout = seconds
    return Service(
        name=str(plugin.service_name),
        schemas=frozenset(plugin.schemas()),
        places=len(plugin),
        secure=bool(plugin.secure),
        limits=_limits(plugin),
        _plugin=plugin,
    )


@cache
def limits_of(schema: str) -> Mapping[str, int | None] | None:
    """`title` and `text` of the service whose addresses begin with `schema`, as far as they are
    known without an address: None where they depend on it. None where there is no such service.
    """
    manager = NotificationManager()
    if schema not in manager:
        return None
    found = {"title": manager[schema].title_maxlen, "text": manager[schema].body_maxlen}
    return {
        name: max(0, limit) if isinstance(limit, int) else None for name, limit in found.items()
    }


def _limits(plugin: Any) -> Limits:
    lines = max(0, int(plugin.body_max_line_count))
    return Limits(max(0, int(plugin.title_maxlen)), int(plugin.body_maxlen), lines)
