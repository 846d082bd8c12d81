"""Composes what one channel is given for one item: whole, shortened, as a thread, or refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from hub.catalogue.text import Block, blocks_of
from hub.kernel.errors import InvalidInput
from hub.publishing.models import Declaration, MediaRef, MediaRole, Overflow, Part
from publishers.contract import Channel, Source
from publishers.length import length
from publishers.limits import measure, problems, refusal
from publishers.shortening import short_titles, shorten
from publishers.templating import fill, has
from publishers.threads import split

__all__ = ["apart", "chosen_media", "compose", "wants"]

Pictures = tuple[MediaRef, ...]

# Posts that are a page of their own carry a cover; short messages carry a card.
_COVERED = frozenset({"article", "page"})


def compose(channel: Channel, source: Source, variation: Mapping[str, str]) -> tuple[Part, ...]:
    """The parts that `channel` is given for `source`; pure and deterministic.

    What is too long is treated as the declaration says, in its order. Raises InvalidInput naming
    channel, field, length, limit, unit and remedy where no way is left.

    Two variations are known here: `link_base` is the address under which this account's links
    must be, because its platform takes no other domain; `form` is which of the platform's forms of
    a message the text is written for, and goes with each part as `extra["form"]`.
    """
    rules = channel.rules(variation)
    base = variation.get("link_base", "")
    files = tuple(replace(one, link=_moved(one.link, base)) for one in source.attachments)
    source = replace(source, link=_moved(source.link, base), attachments=files)
    values = {"source": source, "variation": variation}
    desk = _Desk(rules, source, variation, _title(rules, values), _digest(rules, values))
    refusals: list[InvalidInput] = []
    for attempt in desk.attempts():
        try:
            return _finished(channel, rules, attempt, source)
        except InvalidInput as error:
            refusals.append(error)
    raise refusals[0]


def _finished(
    channel: Channel, rules: Declaration, parts: tuple[Part, ...], source: Source
) -> tuple[Part, ...]:
    """The parts after the channel's last word on them; raises InvalidInput for what breaks its
    rules before or after."""
    if rules.pictures_alone:
        parts = apart(parts)
    if found := problems(parts, rules):
        raise refusal(found, rules)
    if channel.finish is None:
        return parts
    finished = channel.finish(parts, source)
    if found := problems(finished, rules):
        raise refusal(found, rules)
    return finished


def apart(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Each part's pictures as a part of their own behind its text."""
    made: list[Part] = []
    for part in parts:
        made.append(replace(part, media=()))
        if part.media:
            made.append(replace(part, text="", digest="", extra={}))
    return tuple(made)


def _moved(link: str, base: str) -> str:
    """`link` under another site's address."""
    return base.rstrip("/") + urlsplit(link).path if base else link


def wants(rules: Declaration, source: Source) -> frozenset[MediaRole]:
    """Which pictures, beside the item's own, are drawn for a channel.

    Articles and pages carry a cover; messages a card, where the item has no picture itself. A
    card that would be a message of its own says nothing that its text has not said.
    """
    if rules.needs_cover or rules.markup in _COVERED:
        return frozenset({MediaRole.COVER})
    carded = rules.media.max_count > 0 and not source.images and not rules.pictures_alone
    return frozenset({MediaRole.CARD}) if carded else frozenset()


def chosen_media(rules: Declaration, source: Source) -> Pictures:
    """Which pictures a channel gets, cover first.

    Articles and pages get all of the item's own; messages as many as one post holds, because
    the link leads to the rest.
    """
    roles = wants(rules, source)
    drawn = [
        picture for picture in (source.cover, source.card) if picture and picture.role in roles
    ]
    if rules.markup in _COVERED:
        return (*drawn, *source.images)
    return (*drawn, *source.images[: max(0, rules.media.max_count - len(drawn))])


def _with_role(media: Pictures, role: MediaRole) -> Pictures:
    return tuple(picture for picture in media if picture.role is role)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a part stands in its thread."""

    number: int
    total: int
    last: bool


_ALONE = _Place(1, 1, True)


@dataclass(frozen=True, slots=True)
class _Desk:
    """One source on its way to one channel."""

    rules: Declaration
    source: Source
    variation: Mapping[str, str]
    title: str
    digest: str

    def attempts(self) -> Iterator[tuple[Part, ...]]:
        """What could be sent, best first. A card is decoration: a text that is whole without
        it goes without it; an item's own pictures are never left behind for that."""
        media = chosen_media(self.rules, self.source)
        bare = tuple(picture for picture in media if picture.role is not MediaRole.CARD)
        yield self.whole(media)
        if bare != media:
            yield self.whole(bare)
        for way in self.rules.overflow:
            if way is Overflow.DIGEST and self.source.own_words:
                continue  # what somebody wrote for this channel is refused, never replaced
            yield from self.overflowing(way, media)

    def overflowing(self, way: Overflow, media: Pictures) -> Iterator[tuple[Part, ...]]:
        if way is Overflow.DIGEST and has(self.rules, "short"):
            yield from self.digested(media)
        if way is Overflow.THREAD and self.rules.max_parts > 1:
            yield from self.threaded(media)

    def whole(self, media: Pictures) -> tuple[Part, ...]:
        return (self.leaf(blocks_of(self.source.body), media, _ALONE),)

    def digested(self, media: Pictures) -> Iterator[tuple[Part, ...]]:
        """The short form with as much of the summary as fits, if any fits."""
        blocks = blocks_of(self.source.body)

        def made(summary: str) -> Part:
            return self.part("short", media, {"summary": summary, "blocks": blocks})

        summary = shorten(self.source.summary, lambda text: self.fits(made(text)))
        if summary is not None:
            yield (made(summary),)

    def threaded(self, media: Pictures) -> Iterator[tuple[Part, ...]]:
        """Numbered parts, the pictures with the first, if the text can be parted so."""
        most = self.rules.max_parts

        def fits(blocks: tuple[Block, ...], number: int) -> bool:
            place = _Place(number=number, total=most, last=True)
            return self.fits(self.leaf(blocks, media, place))

        chunks = split(blocks_of(self.source.body), most, fits)
        if chunks is not None:
            total = len(chunks)
            places = (_Place(n, total, n == total) for n in range(1, total + 1))
            yield tuple(
                self.leaf(blocks, media, place)
                for blocks, place in zip(chunks, places, strict=True)
            )

    def leaf(self, blocks: tuple[Block, ...], media: Pictures, place: _Place) -> Part:
        shown = media if place.number == 1 else ()
        return self.part("text", shown, {"blocks": blocks, **asdict(place)})

    def part(self, template: str, media: Pictures, values: Mapping[str, Any]) -> Part:
        text = fill(
            self.rules,
            template,
            {
                "source": self.source,
                "variation": self.variation,
                "images": _with_role(media, MediaRole.IMAGE),
                "cover": next(iter(_with_role(media, MediaRole.COVER)), None),
                "card": next(iter(_with_role(media, MediaRole.CARD)), None),
                **values,
            },
        )
        form = self.variation.get("form")
        return Part(
            text=text,
            title=self.title,
            digest=self.digest,
            link=self.source.link,
            media=media,
            extra={"form": form} if form else {},
        )

    def fits(self, part: Part) -> bool:
        limit = self.rules.limit_for(part)
        return not limit or measure(part.text, self.rules) <= limit


def _title(rules: Declaration, values: Mapping[str, Any]) -> str:
    """The first official form of the title within the limit, else the whole title."""
    forms = [
        fill(rules, "title", {**values, "title": form})
        for form in short_titles(values["source"].title)
    ]
    fitting = (form for form in forms if length(form, rules.unit) <= rules.title_limit)
    return next(fitting, forms[0]) if rules.title_limit else forms[0]


def _digest(rules: Declaration, values: Mapping[str, Any]) -> str:
    """The summary as the markup's digest template shows it, within the digest's limit."""
    if not has(rules, "digest"):
        return ""

    def made(summary: str) -> str:
        return fill(rules, "digest", {**values, "summary": summary})

    def fits(summary: str) -> bool:
        return not rules.digest_limit or length(made(summary), rules.unit) <= rules.digest_limit

    return made(shorten(values["source"].summary, fits) or "")
