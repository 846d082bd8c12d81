"""Finds the skills: every folder of bots/skills whose package exports SKILL. Nothing lists them."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import MappingProxyType

from bots import skills as folder
from bots.contract import Skill
from hub.kernel.errors import Misconfigured, Words

__all__ = ["menu", "skills"]


@cache
def skills() -> MappingProxyType[str, Skill]:
    """Every skill by its name, which is its folder's name."""
    found: dict[str, Skill] = {}
    for module in pkgutil.iter_modules(folder.__path__):
        if not module.ispkg:
            continue
        skill = getattr(importlib.import_module(f"bots.skills.{module.name}"), "SKILL", None)
        if not isinstance(skill, Skill) or skill.name != module.name:
            raise Misconfigured(
                Words(f"bots/skills/{module.name} 未导出同名 SKILL", "no SKILL of that name"),
                field=f"bots.skills.{module.name}",
            )
        found[module.name] = skill
    return MappingProxyType(found)


def menu() -> list[Skill]:
    """The skills that the menu offers, in its order."""
    return sorted((one for one in skills().values() if one.place), key=lambda one: one.place)
