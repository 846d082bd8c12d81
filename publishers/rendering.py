"""Renders an item once for every channel: the exact parts that are signed, previewed and sent."""

from __future__ import annotations

import asyncio
import hashlib
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import quote

from PIL import Image

from graphics.models import CardData, CoverData
from hub.catalogue.attachments.models import Attachment
from hub.catalogue.models import Item, Picture, Validity
from hub.catalogue.text import prose
from hub.catalogue.variants.models import Variant
from hub.catalogue.variants.rules import OWN_ACCOUNT, chosen, own_variation
from hub.kernel.errors import InvalidInput
from hub.organisations.models import Account, Body
from hub.publishing.models import Declaration, MediaRef, MediaRole, Part
from hub.publishing.ports import DraftEdition, Rendered
from hub.publishing.previewing.models import Gauge, TemplateText
from publishers.composing import compose, wants
from publishers.contract import Channel, FileLink, Source
from publishers.illustrating import Drawing, Pictures
from publishers.limits import gauges, problems
from publishers.markup import clean
from publishers.registry import find_channel
from publishers.shortening import shorten
from publishers.templating import notice, texts

__all__ = ["TemplateRenderer", "compose", "problems", "source_of", "varied"]

_VALIDITY = {
    Validity.IN_FORCE: "有效",
    Validity.AMENDED: "已修改",
    Validity.REPEALED: "废止",
    Validity.EXPIRED: "失效",
    Validity.SUPERSEDED: "被代替",
}
# An item without a summary gets its first paragraphs: at least so many characters, at most so many.
_LEAD_FROM, _LEAD_TO = 40, 200
_CARD_SUMMARY = 120  # characters that stand on a card in large type
_ARTICLE_NUMBER = re.compile(r"^第[一二三四五六七八九十百零〇]+条[\s\u3000]*")


@dataclass(frozen=True, slots=True)
class _Edition:
    channel: Channel
    variation: Mapping[str, str]


class TemplateRenderer:
    """Renders items from the templates; implements Renderer and Announcing of
    hub.publishing.ports.

    `site_url` is the public site's address, `theme` the colours of covers and cards (a name in
    templates/graphics/themes.json), `find` gives a channel by its name. `patience_s`: previews wait
    no longer for a cover or a card; what is signed waits for the picture itself (None).
    """

    def __init__(
        self,
        site_url: str,
        *,
        theme: str = "gov-red",
        find: Callable[[str], Channel] = find_channel,
        patience_s: float | None = None,
    ) -> None:
        self._site_url = site_url.rstrip("/")
        self._theme = theme
        self._find = find
        self._pictures = Pictures(patience_s)

    async def render(self, item: Item, body: Body, accounts: Sequence[Account]) -> Rendered:
        """See the port. Accounts that share channel and variation share an edition."""
        source = source_of(item, body, self._site_url)
        pairs = ((self._find(account.channel), account) for account in accounts)
        told: dict[Variant | None, list[_Edition]] = {}
        for edition in _grouped(pairs, item.variants):
            own = edition.variation.get(OWN_ACCOUNT, "")
            told.setdefault(chosen(item.variants, edition.channel.name, own), []).append(edition)
        return _joined(
            [await self._rendered(ones, varied(source, own)) for own, ones in told.items()]
        )

    def rules(self, channel: str, variation: Mapping[str, str]) -> Declaration:
        """See `Gauging` (hub.publishing.previewing.ports), as for `gauge`."""
        return self._find(channel).rules(variation)

    def templates(self, channel: str, variation: Mapping[str, str]) -> tuple[TemplateText, ...]:
        return texts(self.rules(channel, variation))

    def gauge(
        self, channel: str, variation: Mapping[str, str], parts: Sequence[Part]
    ) -> tuple[Gauge, ...]:
        return tuple(gauges(parts, self.rules(channel, variation)))

    async def announce(
        self, item: Item, body: Body, accounts: Sequence[Account], kind: str
    ) -> Rendered:
        """See the port (`Announcing`). A notice is an item's text like any other, from templates
        of its own; it shows none of the item's pictures and attachments."""
        source = source_of(item, body, self._site_url)
        told = notice(kind, "body", {"source": source})
        title = notice(kind, "title", {"source": source})
        source = replace(
            source, title=title, body=told, summary=told, images=(), cover=None, attachments=()
        )
        made: list[Rendered] = []
        for edition in _grouped((self._find(account.channel), account) for account in accounts):
            with suppress(InvalidInput):  # this channel cannot take it: a person's task
                made.append(await self._rendered((edition,), source))
        joined = _joined(made)
        return replace(joined, editions=tuple(_marked(draft, kind) for draft in joined.editions))

    async def _rendered(self, wanted: Sequence[_Edition], source: Source) -> Rendered:
        roles = {role for edition in wanted for role in wants(edition.channel.declaration, source)}
        roles -= {MediaRole.COVER} if source.cover else set()
        drawings = await self._draw(source, roles)
        pictures = {role: one.picture for role, one in drawings.items()}
        source = _illustrated(source, pictures)
        editions = await asyncio.to_thread(_composed, wanted, source)
        used = {ref.sha256 for edition in editions for part in edition.parts for ref in part.media}
        drawn = {_sha256(picture): picture for picture in pictures.values()}
        return Rendered(
            editions=editions,
            pictures={sha256: data for sha256, data in drawn.items() if sha256 in used},
            unfinished=any(
                one.stands_in and _sha256(one.picture) in used for one in drawings.values()
            ),
        )

    async def _draw(self, source: Source, roles: set[MediaRole]) -> dict[MediaRole, Drawing]:
        """The pictures in those of `roles` that are drawn from data."""
        drawn: dict[MediaRole, Drawing] = {}
        if MediaRole.COVER in roles:
            drawn[MediaRole.COVER] = await self._pictures.cover(
                CoverData(
                    title=source.title,
                    organisation=source.issuer or source.organisation,
                    formed_on=source.formed_on,
                    doc_no=source.doc_no,
                    theme=self._theme,
                )
            )
        if MediaRole.CARD in roles:
            drawn[MediaRole.CARD] = await self._pictures.card(
                CardData(
                    title=source.title,
                    organisation=source.issuer or source.organisation,
                    link=source.link,
                    formed_on=source.formed_on,
                    doc_no=source.doc_no,
                    summary=shorten(source.summary, lambda text: len(text) <= _CARD_SUMMARY) or "",
                    theme=self._theme,
                )
            )
        return drawn


def source_of(item: Item, body: Body, site_url: str) -> Source:
    """The item as templates see it, without characters that show nothing.

    `published_at` stays empty: an edition is rendered before anyone knows when it goes out.
    """
    text = clean(item.body)
    return Source(
        item_id=item.id,
        title=_one_line(item.title),
        body=text,
        summary=clean(item.summary) or _lead(text),
        link=f"{site_url}/i/{item.id}.html",
        organisation=_one_line(body.name),
        issuer=_one_line(item.issuer),
        doc_no=_one_line(item.doc_no),
        theme=_one_line(item.theme),
        formed_on=item.formed_on,
        validity=_VALIDITY[item.validity],
        images=tuple(map(_own, item.pictures)),
        attachments=tuple(_file(item.id, one, site_url) for one in item.attachments),
    )


def varied(source: Source, own: Variant | None) -> Source:
    """`source` in the words of a variant, as far as it has any; `own_words` where the text itself
    was written for the place it goes to."""
    if own is None:
        return source
    text = clean(own.body)
    cover = next((image for image in source.images if image.sha256 == own.cover), None)
    return replace(
        source,
        title=_one_line(own.title) or source.title,
        summary=clean(own.summary) or (_lead(text) if text else source.summary),
        body=text or source.body,
        own_words=bool(text),
        cover=replace(cover, role=MediaRole.COVER) if cover else None,
    )


def _joined(made: Sequence[Rendered]) -> Rendered:
    return Rendered(
        editions=tuple(draft for one in made for draft in one.editions),
        pictures={sha256: data for one in made for sha256, data in one.pictures.items()},
        unfinished=any(one.unfinished for one in made),
    )


def _grouped(
    pairs: Iterable[tuple[Channel, Account]], variants: Sequence[Variant] = ()
) -> tuple[_Edition, ...]:
    """One edition for each channel and variation, in a fixed order."""
    found: dict[tuple[str, tuple[tuple[str, str], ...]], _Edition] = {}
    for channel, account in pairs:
        shared = channel.variation(account.settings)
        own = own_variation(variants, channel.name, account.id, shared)
        variation = dict(sorted(own.items()))
        found[channel.name, tuple(variation.items())] = _Edition(channel, variation)
    return tuple(found[key] for key in sorted(found))


def _composed(wanted: Sequence[_Edition], source: Source) -> tuple[DraftEdition, ...]:
    return tuple(
        DraftEdition(
            channel=edition.channel.name,
            variation=edition.variation,
            parts=compose(edition.channel, source, edition.variation),
        )
        for edition in wanted
    )


def _marked(draft: DraftEdition, kind: str) -> DraftEdition:
    return replace(draft, variation={**draft.variation, "notice": kind})


def _illustrated(source: Source, pictures: Mapping[MediaRole, bytes]) -> Source:
    alt = f"{source.title}（{source.issuer or source.organisation}）"
    refs = {role: _drawn(picture, role, alt) for role, picture in pictures.items()}
    cover = source.cover or refs.get(MediaRole.COVER)
    return replace(source, cover=cover, card=refs.get(MediaRole.CARD))


def _drawn(picture: bytes, role: MediaRole, alt: str) -> MediaRef:
    with Image.open(io.BytesIO(picture)) as image:
        width, height = image.size
    return MediaRef(
        sha256=_sha256(picture),
        media_type="image/png",
        size=len(picture),
        width=width,
        height=height,
        role=role,
        alt=alt,
    )


def _own(picture: Picture) -> MediaRef:
    return MediaRef(
        sha256=picture.sha256,
        media_type=picture.media_type,
        size=picture.size,
        width=picture.width,
        height=picture.height,
        alt=_one_line(picture.alt),
    )


def _file(item_id: str, file: Attachment, site_url: str) -> FileLink:
    """As the portal serves it, under its own name."""
    path = f"/media/{item_id}/{file.sha256}/{quote(file.name, safe='')}"
    return FileLink(name=_one_line(file.name), link=site_url + path, size=file.size)


def _lead(text: str) -> str:
    """The beginning of a body as its summary, without the number of the first article."""
    lead = ""
    for paragraph in prose(text).split("\n"):
        lead = f"{lead}\n{paragraph}".strip()
        if len(lead) >= _LEAD_FROM:
            break
    lead = _ARTICLE_NUMBER.sub("", lead)
    return shorten(lead, lambda part: len(part) <= _LEAD_TO) or ""


def _one_line(text: str) -> str:
    return " ".join(clean(text).split())


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
