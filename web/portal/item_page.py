"""One item's page: the record, the text, what it has to do with others, its versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from hub.catalogue.attachments.models import Attachment
from hub.catalogue.classification.models import SEPARATOR
from hub.catalogue.models import Item
from hub.catalogue.public.errors import NotPublished
from hub.catalogue.public.models import Related
from hub.catalogue.public.service import Shown
from hub.catalogue.relations.models import RelationKind
from hub.catalogue.text import blocks_of
from hub.catalogue.validity.rules import STANDING_WORDS, standing
from hub.organisations.models import Body
from web.portal.answers import HEADERS
from web.portal.desk import Desk
from web.portal.entries import entry_of, genre_words, item_path
from web.portal.manner import Manner
from web.portal.templating import words_of

__all__ = ["item_routes"]

# What a relation means for a reader of this page: (kind, inverse) → the word that says so.
_NOTICES: Mapping[tuple[RelationKind, bool], str] = {
    (RelationKind.SUPERSEDES, True): "superseded",
    (RelationKind.REPEALS, True): "repealed-by",
    (RelationKind.AMENDS, True): "amended-by",
    (RelationKind.SUPERSEDES, False): "supersedes",
    (RelationKind.REPEALS, False): "repeals",
    (RelationKind.AMENDS, False): "amends",
}
_MB = 1024 * 1024
_FOR_EVER = 365 * 24 * 3600  # seconds: the address names the content


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A row of the record; `property` is schema.org's name for it."""

    label: str
    value: str
    property: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    words: str
    path: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLink:
    number: int
    path: str
    at: object
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLink:
    sha256: str
    name: str
    size_words: str


class ItemPage:
    """`desk` is where the page asks."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self, request: web.Request, manner: Manner) -> web.Response:
        return await self._answer(request, manner, None)

    async def old(self, request: web.Request, manner: Manner) -> web.Response:
        return await self._answer(request, manner, int(request.match_info["version"]))

    async def media(self, request: web.Request, manner: Manner) -> web.Response:
        """A picture to be seen, or a file to be kept: no browser opens one in the site's name."""
        found = request.match_info
        medium, data = await self._desk.public.media(found["item"], found["sha256"])
        held = {**HEADERS, "Cache-Control": f"public, max-age={_FOR_EVER}, immutable"}
        if medium.name:  # RFC 6266 and 8187
            name = quote(medium.name, safe="")
            held["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
        return web.Response(body=data, content_type=medium.media_type, headers=held)

    async def _answer(
        self, request: web.Request, manner: Manner, version: int | None
    ) -> web.Response:
        desk = self._desk
        shown = await desk.public.item(request.match_info["item"], version)
        bodies = {body.id: body for body in await desk.organisations.bodies()}
        body = bodies.get(shown.item.body_id)
        if body is None:
            raise NotPublished
        values = self._values(shown, body, bodies, manner)
        return desk.page(request, manner, "item", values, section="catalogue")

    def _values(
        self, shown: Shown, body: Body, bodies: Mapping[str, Body], manner: Manner
    ) -> dict[str, object]:
        item, today = shown.item, self._desk.today()
        blocks = blocks_of(item.body)

        def entries(kind: RelationKind, *, inverse: bool) -> list[object]:
            return [
                entry_of(one.item, bodies[one.item.body_id].name, today)
                for one in shown.related
                if (one.kind, one.inverse) == (kind, inverse)
            ]

        return {
            "item": item,
            "body": body,
            "canonical": item_path(item.id),
            "published_at": item.published_at,
            "keywords": item.keywords or ((item.theme,) if item.theme else ()),
            "facts": list(self._facts(item, body, manner)),
            "blocks": blocks,
            "headings": [block for block in blocks if block.level],
            "images": item.pictures,
            "notices": _notices(shown.related, words_of(manner.language)),
            "interpretations": entries(RelationKind.INTERPRETS, inverse=True),
            "interprets": entries(RelationKind.INTERPRETS, inverse=False),
            "attachments": [_file_link(one) for one in item.attachments],
            "versions": _versions(shown),
            "current": shown.current,
        }

    def _facts(self, item: Item, body: Body, manner: Manner) -> Iterator[Fact]:
        """Every field of the record that says something, in the order of national catalogues."""
        words, today = words_of(manner.language), self._desk.today()
        stands = getattr(STANDING_WORDS[standing(item, today)], manner.language)
        theme = item.theme.split(SEPARATOR)[0]
        rows: tuple[tuple[str, object, str, str], ...] = (
            ("index-no", item.index_no, "identifier", ""),
            ("publisher", body.name, "publisher", manner.link("/catalogue", body=body.code)),
            ("issuer", item.issuer, "author", ""),
            ("doc-no", item.doc_no, "", ""),
            ("theme", item.theme, "articleSection", manner.link("/catalogue", theme=theme)),
            ("genre", genre_words(item.genre, manner) if item.genre else "", "genre", ""),
            ("audience", "、".join(item.audience), "audience", ""),
            ("keywords", "、".join(item.keywords), "keywords", ""),
            ("formed-on", item.formed_on, "dateCreated", ""),
            ("published-at", self._desk.day_of(item.published_at), "datePublished", ""),
            ("valid-from", item.valid_from, "", ""),
            ("valid-until", item.valid_until, "", ""),
            ("validity", stands, "", ""),
            ("source", item.source_url, "", ""),
        )
        for name, value, schema, link in rows:
            if value:
                yield Fact(label=words[name], value=str(value), property=schema, link=link)


def _notices(related: Sequence[Related], words: Mapping[str, str]) -> list[Notice]:
    return [
        Notice(words=words[name], path=item_path(one.item.id), title=one.item.title)
        for key, name in _NOTICES.items()
        for one in related
        if (one.kind, one.inverse) == key
    ]


def _file_link(file: Attachment) -> FileLink:
    kind = file.name.rsplit(".", 1)[-1].upper()
    size = f"{file.size / _MB:.1f} MB" if file.size >= _MB else f"{file.size / 1024:.1f} KB"
    return FileLink(sha256=file.sha256, name=file.name, size_words=f"{kind}，{size}")


def _versions(shown: Shown) -> list[VersionLink]:
    item = shown.item
    return [
        VersionLink(
            number=one.number,
            path=item_path(item.id)
            if one.number == item.public_version
            else f"/i/{item.id}/v/{one.number}",
            at=one.public_at,
            current=one.number == item.public_version,
        )
        for one in shown.versions
    ]


def item_routes(desk: Desk) -> list[web.RouteDef]:
    """An item's page, its older versions, its pictures and files."""
    page = ItemPage(desk)
    name = "{item:[0-9A-HJKMNP-TV-Z]{26}}"
    media = f"/media/{name}/{{sha256:[0-9a-f]{{64}}}}"
    return [
        *desk.in_every_manner(f"/i/{name}.html", page.show),
        *desk.in_every_manner(f"/i/{name}/v/{{version:[1-9][0-9]{{0,6}}}}", page.old),
        *desk.in_every_manner(media, page.media)[:1],
        *desk.in_every_manner(f"{media}/{{file}}", page.media)[:1],
    ]
