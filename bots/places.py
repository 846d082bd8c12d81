"""Places and bodies that messages name, in characters or by their sound."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from hub.catalogue.search.models import Place
from hub.catalogue.search.pinyin import spellings
from hub.catalogue.search.understanding import NOBODY, Gazetteer, gazetteer, places_in
from hub.kernel.clock import Clock
from hub.organisations.models import Body, BodyKind
from hub.organisations.service import Organisations

__all__ = ["Places"]

_KNOWN_FOR_S = 30.0
_FULL = re.compile(r"[a-z]{4,40}")
# 那成都呢, 成都的呢, and for Chengdu?, what about Chengdu?
_FOLLOW = (
    re.compile(
        r"(?:那么?|还有|换成?|那边)?(?P<place>[\u3400-\u9fff]{2,15}?)(?:那边|这边)?的?(?:呢|"
        r"咧|哩|怎么样)[?？]*"
    ),
    re.compile(r"(?:那么?|换成?)(?P<place>[\u3400-\u9fff]{2,15})[?？。]*"),
    re.compile(
        r"(?:and|what about|how about|and for|and in|for|in)[ ]+(?:in |for )?(?P<place>[a-z' "
        r"]{3,30})[?]*"
    ),
)


class Places:
    """Remembers the bodies for half a minute."""

    def __init__(self, organisations: Organisations, clock: Clock) -> None:
        self._organisations = organisations
        self._clock = clock
        self._since = float("-inf")
        self._bodies: Mapping[str, Body] = {}
        self._names: Gazetteer = NOBODY
        self._sounds: Mapping[str, str] | None = None

    async def refresh(self) -> None:
        """Look at the bodies again where what is known is old."""
        now = self._clock.monotonic()
        if now - self._since < _KNOWN_FOR_S:
            return
        self._since = now
        listed = {body.id: body for body in await self._organisations.bodies()}
        if listed != self._bodies:
            self._bodies, self._names = listed, gazetteer(listed.values())
            self._sounds = None

    def named_in(self, plain: str) -> tuple[Place, ...]:
        """The places and bodies that a normalised text names."""
        return places_in(plain, self._names) or self._by_sound(plain)

    def followed(self, plain: str) -> tuple[Place, ...]:
        """The place with which a message asks the last question again; none where it does not."""
        for form in _FOLLOW:
            if match := form.fullmatch(plain):
                found = self.named_in(match["place"])
                if found and _is_all(found, match["place"]):
                    return found
        return ()

    def body_of(self, place: Place) -> Body | None:
        """The topmost of the bodies that a place means."""
        tops = [
            body
            for one in place.body_ids
            if (body := self._bodies.get(one)) and body.parent_id not in place.body_ids
        ]
        return min(tops, key=lambda body: body.code) if tops else None

    def ruling(self, places: Iterable[Place]) -> frozenset[str]:
        """The bodies whose documents count in the places although they lie above them: what is
        above, with its departments."""
        above: set[str] = set()
        for place in places:
            at = self.body_of(place)
            while at is not None:
                above.add(at.id)
                at = self._bodies.get(at.parent_id or "")
        beside = [one for one in self._bodies.values() if one.kind is BodyKind.DEPARTMENT]
        return frozenset(above | {one.id for one in beside if one.parent_id in above})

    def body(self, body_id: str) -> Body | None:
        return self._bodies.get(body_id)

    def bodies(self) -> Iterable[Body]:
        return self._bodies.values()

    @property
    def top(self) -> Body | None:
        """The body above all others."""
        return next((body for body in self._bodies.values() if body.parent_id is None), None)

    def _by_sound(self, plain: str) -> tuple[Place, ...]:
        if not (latin := _FULL.findall(plain)):
            return ()
        if self._sounds is None:
            self._sounds = self._spelled()
        names = [self._sounds[word] for word in latin if word in self._sounds]
        return tuple(
            Place(name=name, body_ids=self._names.names[name]) for name in dict.fromkeys(names)
        )

    def _spelled(self) -> Mapping[str, str]:
        """Full spellings → names; the shortest name where several sound the same."""
        longest_first: Sequence[str] = sorted(self._names.names, key=len, reverse=True)
        return {
            sound: name
            for name in longest_first
            for sound in spellings([name])
            if len(sound) >= 2 * len(name)
        }


def _is_all(found: tuple[Place, ...], text: str) -> bool:
    """Whether the text is nothing but the places."""
    rest = text
    for place in found:
        rest = rest.replace(place.name, "")
    return len(rest.strip()) <= 1 or text.isascii()
