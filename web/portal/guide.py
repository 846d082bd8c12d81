"""公开指南: how government information is arranged and obtained (Regulation art. 12)."""

from __future__ import annotations

from aiohttp import web

from hub.catalogue.classification.models import STATUTORY_CLASSES
from web.portal.desk import Desk
from web.portal.manner import Manner

__all__ = ["guide_routes"]


def guide_routes(desk: Desk) -> list[web.RouteDef]:
    """The guide, in every language and version."""

    async def guide(request: web.Request, manner: Manner) -> web.Response:
        values = {"classes": list(STATUTORY_CLASSES.values()), "office": desk.site.office}
        return desk.page(request, manner, "guide", values, section="guide")

    return desk.in_every_manner("/guide", guide)
