"""The port behind which graphics are drawn: the console knows their data and their schema only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from hub.catalogue.models import Item
from hub.kernel.errors import InvalidInput

__all__ = ["VIEWS", "Download", "Drawn", "Origin", "Studio"]

VIEWS = ("long", "slices", "cover", "card", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A PNG of `width` × `height` pixels (of the form itself, also where a preview has fewer)."""

    picture: bytes
    sha256: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where in the item's text the part at `path` comes from: its `article` and an `excerpt`;
    `missing` are the numbers shown there that the text does not have."""

    path: str
    article: str = ""
    excerpt: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    name: str
    content_type: str
    data: bytes


class Studio(Protocol):
    """Infographics as JSON values, by the functions that the command line uses.

    `data` is what the schema describes; whatever is wrong with it is an InvalidInput whose field
    is the path of the part: `sections[2].items[0].value`.
    """

    def schema(self) -> Mapping[str, Any]:
        """The JSON Schema, with every part below `$defs`."""

    def icons(self) -> Sequence[str]: ...

    def themes(self) -> Mapping[str, Mapping[str, str]]:
        """Colours as `#rrggbb`, by theme and name."""

    def read(self, data: bytes) -> dict[str, Any] | None:
        """The infographic that a file holds; None for any other file."""

    def draft(self, item: Item) -> dict[str, Any]:
        """A first draft by rules; raises InvalidInput where no rule finds anything."""

    def faults(self, data: Mapping[str, Any]) -> tuple[InvalidInput, ...]:
        """What is wrong: one fault a part at most, none where it can be drawn."""

    def origins(self, data: Mapping[str, Any], body: str, *others: str) -> tuple[Origin, ...]:
        """Of every part with a reference or a number; of data without faults. `others`: the texts
        of further articles that it is made from."""

    async def preview(
        self, asker: str, data: Mapping[str, Any], view: str, channel: str
    ) -> tuple[Drawn, ...] | None:
        """What is seen beside the form; None when the same `asker` asked for something newer
        meanwhile; nobody ("") is never overtaken. `channel` has a say in slices. Raises
        TextTooLong, DrawingFailed, and StillDrawing where that takes longer than somebody waits:
        asked again it may be there."""

    async def slices(self, data: Mapping[str, Any], channel: str) -> tuple[Drawn, ...]:
        """The pictures as they are attached, of full size."""

    async def theme_cover(self, item: Item, issuer: str, theme: str) -> Drawn:
        """The cover that publishers make of an item, in a theme."""

    def text(self, data: Mapping[str, Any]) -> str:
        """Everything that stands on the pictures, as plain text."""

    async def download(
        self, data: Mapping[str, Any], form: str, channel: str, stem: str
    ) -> Download:
        """`form`: json, text, pdf, or a view; raises InvalidInput for any other."""

    async def attach(
        self,
        item: Item,
        data: Mapping[str, Any],
        *,
        name: str,
        channel: str,
        alts: Mapping[str, str],
        before: Mapping[str, Any] | None,
        actor: str,
    ) -> Item:
        """A new version of the item with the slices among its pictures and the data as file
        `name`; the slices of `before` go. `alts` are alternative texts by hash.
        Raises StaleVersion where the item was edited meanwhile."""
