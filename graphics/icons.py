"""The icons by name: signs of the icon font that ships beside the text fonts (SIL OFL)."""

from __future__ import annotations

from typing import Final

import msgspec

from graphics.typesetting import TEMPLATES

__all__ = ["ICONS", "sign"]

ICONS: Final[dict[str, str]] = msgspec.json.decode(
    (TEMPLATES / "icons.json").read_bytes(), type=dict[str, str]
)


def sign(name: str, instead: str = "circle-check") -> str:
    """The icon font's character for `name`; for an empty name that of `instead`."""
    return chr(int(ICONS[name or instead], 16))
