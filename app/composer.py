"""Joins the composer's previews to an open hub."""

from __future__ import annotations

from app.compose import Hub, Installed
from hub.publishing.previewing.service import Previews
from hub.publishing.rings.models import RingOrder
from publishers.rendering import TemplateRenderer

__all__ = ["previews_of", "ring_order_of"]

_PATIENCE_S = 8.0  # a cover takes a third of a second on a machine that is not busy


def previews_of(hub: Hub) -> Previews:
    """By a renderer that is set as the one that makes what is signed, but keeps nobody waiting for
    a picture: somebody writes meanwhile."""
    renderer = TemplateRenderer(hub.settings.site_url, patience_s=_PATIENCE_S)
    return Previews(
        hub.database, hub.clock, renderer=renderer, gauging=renderer, channels=Installed()
    )


def ring_order_of(hub: Hub) -> RingOrder:
    """How the installation sends to a few accounts first."""
    settings = hub.settings
    return RingOrder(
        share=settings.ring_percent / 100,
        error_share=settings.ring_error_percent / 100,
        errors=settings.ring_errors,
    )
