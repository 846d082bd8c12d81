"""Finds the channels: every folder here whose package exports CHANNEL. Nothing lists them."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import MappingProxyType

import publishers
from hub.kernel.errors import Misconfigured, NotFound, Words
from publishers.contract import Channel

__all__ = ["channels", "find_channel"]


@cache
def channels() -> MappingProxyType[str, Channel]:
    """Every channel by its name, which is its folder's name."""
    found: dict[str, Channel] = {}
    for module in pkgutil.iter_modules(publishers.__path__):
        if not module.ispkg:
            continue
        channel = getattr(importlib.import_module(f"publishers.{module.name}"), "CHANNEL", None)
        if not isinstance(channel, Channel) or channel.name != module.name:
            raise Misconfigured(
                Words(f"publishers/{module.name} 未导出同名 CHANNEL", "no CHANNEL of that name"),
                field=f"publishers.{module.name}",
            )
        found[module.name] = channel
    return MappingProxyType(found)


def find_channel(name: str) -> Channel:
    """The channel called `name`; raises NotFound naming the ones there are."""
    try:
        return channels()[name]
    except KeyError:
        known = ", ".join(sorted(channels()))
        raise NotFound(
            Words(f"没有渠道“{name}”", f"no channel '{name}'"),
            field="channel",
            remedy=Words(f"可用：{known}", f"one of: {known}"),
        ) from None
