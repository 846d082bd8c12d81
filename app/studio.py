"""Draws infographics for the console, by the functions that the command line uses.

What was drawn last is kept by a hash of its data, so that going back and forth between two forms
draws nothing twice.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import itertools
import zipfile
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec
from PIL import Image

from app.graphic_attaching import attached
from app.graphic_documents import data_of, document_of
from app.graphic_faults import faults_of, origins_of
from app.graphic_files import limits_of
from graphics.cover import render_cover
from graphics.easel import Easel
from graphics.icons import ICONS
from graphics.infographic.drafting import draft
from graphics.infographic.models import InfographicSpec
from graphics.infographic.reading import MAX_BYTES, json_schema, read
from graphics.infographic.rendering import card_of, cover_of, render_long, render_pdf
from graphics.infographic.slicing import Slice, render_slices
from graphics.infographic.telling import markdown, plain_text
from graphics.models import CoverData
from graphics.texts import themes
from hub.catalogue.models import Item
from hub.catalogue.service import Catalogue
from hub.kernel.errors import GongkaiError, InvalidInput, Words
from publishers.registry import find_channel
from web.console.studio import Download, Drawn, Origin

__all__ = ["DrawingRoom"]

_SCALE = 0.5  # of a long picture beside its form: 540 pixels wide, a quarter of the work
_PATIENCE_S = 20.0  # that somebody waits for a picture beside the form; it goes on being drawn
_AT_ONCE = 2  # pictures that are drawn at the same time for people who type
_KEPT_BYTES = 48 * 1024**2


class DrawingRoom:
    """The console's `Studio`."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._easel = Easel()
        self._kept: OrderedDict[str, tuple[Drawn, ...]] = OrderedDict()
        self._numbers = itertools.count()
        self._newest: dict[str, int] = {}

    def schema(self) -> Mapping[str, Any]:
        return json_schema()

    def icons(self) -> Sequence[str]:
        return tuple(ICONS)

    def themes(self) -> Mapping[str, Mapping[str, str]]:
        return themes()

    def read(self, data: bytes) -> dict[str, Any] | None:
        if len(data) > MAX_BYTES:
            return None
        try:
            return _plain(read(data))
        except GongkaiError:
            return None

    def draft(self, item: Item) -> dict[str, Any]:
        return _plain(draft(document_of(item)))

    def faults(self, data: Mapping[str, Any]) -> tuple[InvalidInput, ...]:
        return faults_of(data)

    def origins(self, data: Mapping[str, Any], body: str, *others: str) -> tuple[Origin, ...]:
        return tuple(
            Origin(path=one.path, article=one.article, excerpt=one.excerpt, missing=one.missing)
            for one in origins_of(read(dict(data)), body, *others)
        )

    async def preview(
        self, asker: str, data: Mapping[str, Any], view: str, channel: str
    ) -> tuple[Drawn, ...] | None:
        if not asker:
            async with self._room:
                return await self._remembered(data, view, channel, _PATIENCE_S)
        number = self._newest[asker] = next(self._numbers)
        try:
            async with self._room:
                if self._newest.get(asker) != number:
                    return None
                drawn = await self._remembered(data, view, channel, _PATIENCE_S)
            return drawn if self._newest.get(asker) == number else None
        finally:
            if self._newest.get(asker) == number:
                del self._newest[asker]

    async def slices(self, data: Mapping[str, Any], channel: str) -> tuple[Drawn, ...]:
        return await self._remembered(data, "slices", channel)

    async def theme_cover(self, item: Item, issuer: str, theme: str) -> Drawn:
        cover = CoverData(
            title=item.title,
            organisation=item.issuer or issuer,
            formed_on=item.formed_on,
            doc_no=item.doc_no,
            theme=theme,
        )
        async with self._room:
            key = _key("theme", repr(cover))
            drawn = await self._once(
                key, lambda: _one(render_cover(cover), item.title), _PATIENCE_S
            )
            return drawn[0]

    def text(self, data: Mapping[str, Any]) -> str:
        return plain_text(read(dict(data)))

    async def download(
        self, data: Mapping[str, Any], form: str, channel: str, stem: str
    ) -> Download:
        spec = read(dict(data))
        match form:
            case "json":
                return _download(f"{stem}.json", "application/json", data_of(spec))
            case "text":
                told = markdown(spec).encode()
                return _download(f"{stem}.md", "text/markdown; charset=utf-8", told)
            case "pdf":
                return _download(f"{stem}.pdf", "application/pdf", await render_pdf(spec))
            case "slices":
                drawn = await self._remembered(data, form, channel)
                packed = await asyncio.to_thread(_zipped, drawn, stem)
                return _download(f"{stem}.zip", "application/zip", packed)
            case "long" | "cover" | "card":
                [drawn_one] = await self._once(
                    _key(form, "full", msgspec.json.encode(spec)), lambda: _made(spec, form)
                )
                return _download(f"{stem}-{form}.png", "image/png", drawn_one.picture)
        raise InvalidInput(
            Words(f"没有“{form[:16]}”这种格式", f"there is no form '{form[:16]}'"),
            field="wanted",
            remedy=Words("用页面上的按钮下载", "use the buttons of the page"),
        )

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
        spec = read(dict(data))
        slices = [_slice(one, alts) for one in await self.slices(data, channel)]
        old = await self.slices(before, channel) if before else ()
        return await attached(
            self._catalogue,
            item,
            slices,
            name,
            data_of(spec),
            actor,
            without=frozenset(one.sha256 for one in old),
        )

    async def _remembered(
        self, data: Mapping[str, Any], view: str, channel: str, within: float | None = None
    ) -> tuple[Drawn, ...]:
        """`within`: seconds that somebody waits; raises StillDrawing after them."""
        spec = read(dict(data))
        if view == "text":
            return ()
        if view != "slices":
            key = _key(view, "", msgspec.json.encode(spec))
            return await self._once(key, lambda: _made(spec, view, _SCALE), within)
        limits = limits_of(find_channel(channel).declaration.media)
        key = _key(view, channel, msgspec.json.encode(spec))

        async def cut() -> tuple[Drawn, ...]:
            return tuple(
                _drawn(one.picture, one.alt, one.width, one.height)
                for one in await render_slices(spec, limits)
            )

        return await self._once(key, cut, within)

    async def _once(
        self,
        key: str,
        make: Callable[[], Awaitable[tuple[Drawn, ...]]],
        within: float | None = None,
    ) -> tuple[Drawn, ...]:
        async def kept() -> tuple[Drawn, ...]:
            drawn = self._kept[key] = await make()
            held = sum(len(one.picture) for some in self._kept.values() for one in some)
            while held > _KEPT_BYTES and len(self._kept) > 1:
                _, gone = self._kept.popitem(last=False)
                held -= sum(len(one.picture) for one in gone)
            return drawn

        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        return await self._easel.once(key, kept, within)


async def _made(spec: InfographicSpec, view: str, scale: float = 1.0) -> tuple[Drawn, ...]:
    """One form of it; `scale` is that of a long picture."""
    title = spec.hero.title
    if view == "cover":
        return await _one(cover_of(spec), title)
    if view == "card":
        return await _one(card_of(spec), title)
    return await _one(render_long(spec, scale=scale), title, scale)


async def _one(made: Awaitable[bytes], alt: str, scale: float = 1.0) -> tuple[Drawn, ...]:
    picture = await made
    with Image.open(io.BytesIO(picture)) as image:
        width, height = image.size
    return (_drawn(picture, alt, round(width / scale), round(height / scale)),)


def _drawn(picture: bytes, alt: str, width: int, height: int) -> Drawn:
    sha256 = hashlib.sha256(picture).hexdigest()
    return Drawn(picture=picture, sha256=sha256, width=width, height=height, alt=alt)


def _slice(one: Drawn, alts: Mapping[str, str]) -> Slice:
    alt = alts.get(one.sha256, "").strip() or one.alt
    return Slice(picture=one.picture, width=one.width, height=one.height, blocks=(), alt=alt)


def _zipped(drawn: Sequence[Drawn], stem: str) -> bytes:
    """Pictures are compressed already."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for number, one in enumerate(drawn, 1):
            archive.writestr(zipfile.ZipInfo(f"{stem}-{number}.png"), one.picture)
        archive.writestr(
            zipfile.ZipInfo(f"{stem}-alt.txt"), "\n".join(one.alt for one in drawn) + "\n"
        )
    return made.getvalue()


def _download(name: str, content_type: str, data: bytes) -> Download:
    return Download(name=name, content_type=content_type, data=data)


def _plain(spec: InfographicSpec) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(spec)
    return found


def _key(*parts: str | bytes) -> str:
    told = b"\0".join(part.encode() if isinstance(part, str) else part for part in parts)
    return hashlib.sha256(told).hexdigest()
