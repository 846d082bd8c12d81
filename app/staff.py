"""Joins the staff API to an open hub."""

from __future__ import annotations

from app.compose import Hub
from app.desk import Desk
from web.staff.desk import Services

__all__ = ["staff_services"]


def staff_services(hub: Hub, desk: Desk) -> Services:
    """What the staff API works with, over an open hub."""
    return Services(
        zone=hub.settings.time_zone,
        site_url=hub.settings.site_url,
        tokens=hub.tokens,
        doors=hub.doors,
        organisations=hub.organisations,
        catalogue=hub.catalogue,
        determinations=hub.determinations,
        interpretations=hub.interpretations,
        checks=hub.checks,
        review=hub.review,
        publishing=hub.publishing,
        operations=hub.operations,
        desk=desk.service,
        answering=desk.answering,
    )
