"""Answers whose fields are those of a value of the hub, and no others."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from msgspec import Struct

__all__ = ["Told", "told"]

T = TypeVar("T")


class Told(Struct, frozen=True, kw_only=True, rename=lambda name: name.removesuffix("_id") or name):
    """What is told has the hub's names; `body_id` is told as `body`."""


def told(shape: type[T], value: object) -> T:
    """As much of `value` as `shape` names, and what is within it likewise: what it does not name
    is never told."""
    return msgspec.convert(value, shape, from_attributes=True)
