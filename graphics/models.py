"""What covers and cards are made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

__all__ = ["CardData", "CoverData", "Figure"]

KICKER = "政府信息公开"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A key figure: `32.6`, `亿元`, `全年预计减免税费`. The value is text and shown as given;
    `icon` is a name in templates/graphics/icons.json."""

    value: str
    unit: str
    label: str
    icon: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverData:
    """`theme` is a name in templates/graphics/themes.json; `kicker` a label of up to 8 signs."""

    title: str
    organisation: str
    formed_on: date | None = None
    doc_no: str = ""
    kicker: str = KICKER
    theme: str = "gov-red"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardData:
    """As CoverData; `link` becomes a QR code with the `caption` below, unless it is empty. Up to
    four `figures`, or else the `summary`."""

    title: str
    organisation: str
    link: str
    caption: str = "扫码阅读全文"
    formed_on: date | None = None
    doc_no: str = ""
    figures: tuple[Figure, ...] = ()
    summary: str = ""
    kicker: str = KICKER
    theme: str = "gov-red"
