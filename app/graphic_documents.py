"""What an infographic is drafted from, and its data as a file: for the command line and the
console."""

from __future__ import annotations

import msgspec

from graphics.infographic.drafting import Document
from graphics.infographic.models import InfographicSpec
from graphics.texts import chinese_date
from hub.catalogue.models import Item

__all__ = ["data_of", "document_of"]


def document_of(item: Item, link: str = "") -> Document:
    """What a draft of the item's infographic is made from; `link` is where its QR code leads."""
    return Document(
        title=item.title,
        body=item.body,
        issuer=item.issuer,
        doc_no=item.doc_no,
        date=chinese_date(item.formed_on) if item.formed_on else "",
        link=link,
    )


def data_of(spec: InfographicSpec) -> bytes:
    """Its data as people read and change it: indented JSON that ends with a line break."""
    return msgspec.json.format(msgspec.json.encode(spec), indent=2) + b"\n"
