"""The words of every kind of event, for whoever reads what happened."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import hub
from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["kind_words"]


@cache
def kind_words() -> Mapping[str, Words]:
    """Name → sentence, from every events.py below hub, never listed."""
    root = Path(hub.__path__[0])
    found: dict[str, Words] = {}
    for file in sorted(root.rglob("events.py")):
        name = ".".join(("hub", *file.relative_to(root).with_suffix("").parts))
        for value in vars(importlib.import_module(name)).values():
            # a table of kinds, as a state's steps have one, or a kind alone
            kinds = value.values() if isinstance(value, Mapping) else (value,)
            found |= {kind.name: kind.words for kind in kinds if isinstance(kind, Kind)}
    return found
