"""Finds the console's areas: every package below web.console.areas that exports AREA."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from web.console import areas
from web.console.area import Area

__all__ = ["console_areas"]


@cache
def console_areas() -> tuple[Area, ...]:
    """Every area in the order of the navigation."""
    found = []
    for module in pkgutil.iter_modules(areas.__path__):
        area = importlib.import_module(f"{areas.__name__}.{module.name}").AREA
        if not isinstance(area, Area) or area.name != module.name:
            raise TypeError(f"web.console.areas.{module.name} exports no AREA of its name")
        found.append(area)
    return tuple(sorted(found, key=lambda area: (area.place, area.name)))
