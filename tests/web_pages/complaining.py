"""What of a browser's console counts as a complaint."""

from __future__ import annotations

from playwright.async_api import ConsoleMessage

__all__ = ["is_error"]

# how htmx says that a request was given up, for a newer one or because the page was left
_GIVEN_UP = frozenset({"htmx:afterRequest", "htmx:sendAbort"})


def is_error(said: ConsoleMessage) -> bool:
    return said.type == "error" and said.text not in _GIVEN_UP
