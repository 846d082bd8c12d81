"""Joins the lanes of posting times to an open hub."""

from __future__ import annotations

from app.compose import Hub
from hub.publishing.slots.service import SlotLanes

__all__ = ["slot_lanes"]


def slot_lanes(hub: Hub) -> SlotLanes:
    quotas = hub.publishing.planner.quotas
    return SlotLanes(hub.database, hub.clock, quotas, hub.settings.time_zone)
