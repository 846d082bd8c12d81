"""The HTTP under apprise: bounded in time and size, and remembered.

apprise tells True or False and swallows why. Its services call `requests`, so an adapter of our
own stands under them: in a thread that is being watched it notes how each exchange ended, gives
no answer more room or time than allowed, and begins nothing after the deadline. Everywhere else
it is the adapter that requests has.
"""

from __future__ import annotations

import logging
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import requests
import requests.sessions
import urllib3.exceptions
from requests.adapters import HTTPAdapter

__all__ = ["Exchange", "Watch", "watched"]

CONNECT_TIMEOUT_S = 5.0
_LARGEST_ANSWER = 1024 * 1024
_CHUNK = 16 * 1024
_PAGE = (b"<!doctype html", b"<html")
_T = TypeVar("_T")


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One HTTP request of a service, and how it ended.

    `status` is 0 while no whole answer came. `connected` is False only where it is proved that
    no byte of the request left. `page` says that the answer is a web page: a proxy's, a portal's.
    """

    connected: bool = True
    status: int = 0
    page: bool = False
    retry_after: str = ""
    fault: str = ""  # the class of what went wrong


@dataclass(slots=True)
class Watch:
    """What a thread's requests did; `deadline` is of `time.monotonic`."""

    deadline: float
    exchanges: list[Exchange] = field(default_factory=list)

    @property
    def left(self) -> float:
        return self.deadline - time.monotonic()


_here = threading.local()


def watched(work: Callable[[], _T], watch: Watch) -> _T:
    """Do `work` in this thread while `watch` sees its requests."""
    _here.watch = watch
    try:
        return work()
    finally:
        del _here.watch


class _Adapter(HTTPAdapter):
    """requests' own adapter, watched where a watch is set."""

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> Any:
        watch: Watch | None = getattr(_here, "watch", None)
        if watch is None:
            return super().send(request, *args, **options)
        exchange = Exchange()
        watch.exchanges.append(exchange)
        try:
            if watch.left <= 0:
                raise requests.ConnectTimeout("the time is up")
            read = max(0.1, watch.left)
            limits = {**options, "timeout": (min(CONNECT_TIMEOUT_S, read), read), "stream": True}
            response = super().send(request, **limits)
            response._content = _read(response, watch)  # what `.content` gives from now on
        except Exception as error:
            exchange.fault = type(error).__name__
            exchange.connected = not _never_connected(error)
            raise
        _note(exchange, response.status_code, response.headers, response.content)
        return response


# Every session that is made from now on uses it.
requests.sessions.HTTPAdapter = _Adapter  # type: ignore[attr-defined]
# Their lines hold addresses, and addresses hold secrets; what matters is in the watch.
for _name in ("apprise", "urllib3"):
    logging.getLogger(_name).propagate = False
    logging.getLogger(_name).addHandler(logging.NullHandler())


def _read(response: requests.Response, watch: Watch) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(_CHUNK):
        body += chunk
        if len(body) > _LARGEST_ANSWER or watch.left <= 0:
            response.close()
            raise requests.exceptions.ContentDecodingError("the answer is too large or too slow")
    return bytes(body)


def _note(exchange: Exchange, status: int, headers: Mapping[str, str], body: bytes) -> None:
    exchange.status = status
    exchange.retry_after = headers.get("Retry-After", "")
    exchange.page = body[:200].lstrip().lower().startswith(_PAGE)


def _never_connected(error: BaseException) -> bool:
    """Whether it is proved that no connection was made, or that the certificate was refused."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(reason, urllib3.exceptions.SSLError):
        return bool(reason.args) and isinstance(reason.args[0], ssl.SSLCertVerificationError)
    return isinstance(reason, urllib3.exceptions.NewConnectionError)
