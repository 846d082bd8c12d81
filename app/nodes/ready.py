"""Tells the service manager once a process can work: what comes after it is started then.

Source: sd_notify(3), the datagram that $NOTIFY_SOCKET awaits from a service of Type=notify.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence

import structlog

from hub.kernel.clock import Clock
from web.health import Check, all_well

__all__ = ["announce"]

_log = structlog.get_logger(__name__)
_LOOK_S = 0.5


async def announce(checks: Sequence[Check], clock: Clock) -> None:
    """Wait until every check passes, then say so in the log and to the service manager."""
    while not await all_well(checks):
        await clock.sleep(_LOOK_S)
    _log.info("hub.ready")
    _notify("READY=1")


def _notify(message: str) -> None:
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    name = f"\0{address[1:]}" if address.startswith("@") else address
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as told:
            told.connect(name)
            told.send(message.encode())
    except OSError as error:
        _log.warning("ready.not-told", error=type(error).__name__)
