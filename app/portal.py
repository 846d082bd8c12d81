"""Joins the portal to an open hub and to the settings that say whose it is."""

from __future__ import annotations

from app.chatting import chat_door
from app.compose import Hub
from app.conversing import Conversing
from app.settings import Settings
from web.portal.desk import Desk
from web.portal.portal import open_desk
from web.portal.site import Office, Site

__all__ = ["portal_desk"]


async def portal_desk(hub: Hub, conversing: Conversing | None = None) -> Desk:
    """The portal's desk over an open hub. Unless `portal_name` is set it bears the name of the
    topmost body, whenever that is entered or renamed. With open conversations citizens can ask on
    it."""

    async def name() -> str:
        tops = [body for body in await hub.organisations.bodies() if body.parent_id is None]
        return hub.settings.portal_name or (tops[0].name if tops else "")

    return open_desk(
        _site(hub.settings, await name()),
        clock=hub.clock,
        public=hub.public,
        organisations=hub.organisations,
        keyareas=hub.keyareas,
        lookup=hub.key_lookup,
        search=hub.search,
        name=name,
        chat=chat_door(hub, conversing) if conversing and hub.settings.portal_chat else None,
    )


def _site(settings: Settings, name: str) -> Site:
    return Site(
        name=name,
        url=settings.site_url,
        code=settings.portal_code,
        icp=settings.portal_icp,
        police=settings.portal_police,
        office=Office(
            name=settings.office_name,
            address=settings.office_address,
            hours=settings.office_hours,
            phone=settings.office_phone,
            fax=settings.office_fax,
            email=settings.office_email,
        ),
    )
