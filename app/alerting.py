"""From the alert addresses of the settings to services that operators are told through."""

from __future__ import annotations

import hashlib

from app.settings import Settings
from hub.kernel.errors import Misconfigured, Words
from hub.publishing.ports import Alerter
from publishers.apprise.alerts import Alerts

__all__ = ["open_alerters"]


def open_alerters(settings: Settings) -> dict[str, Alerter]:
    """One for each address, so that a dead one keeps nothing from the others; named by a hash,
    for the address is a secret. Raises Misconfigured for an address that no service knows, by
    its place in the list."""
    opened: dict[str, Alerter] = {}
    for place, url in enumerate(settings.alert_urls, 1):
        address = url.get_secret_value()
        name = hashlib.sha256(address.encode()).hexdigest()[:12]
        opened[name] = _opened(address, place)
    return opened


def _opened(address: str, place: int) -> Alerter:
    try:
        return Alerts([address])
    except Misconfigured as error:
        raise Misconfigured(
            Words(f"第 {place} 个告警地址不可用", f"alert address number {place} is no service's"),
            field="alert_urls",
            remedy=error.remedy,
        ) from None
