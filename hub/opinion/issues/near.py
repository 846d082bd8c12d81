"""Near-duplicates: the same message again, copied, shortened, decorated or with halves swapped.

A text is known by the rarest of its three-sign pieces; whoever shares one is compared by the pairs
of signs both have (Dice). On short Chinese texts this found more and was quicker than SimHash and
MinHash. The window is bounded, so a message costs the same however many are stored.
"""

from __future__ import annotations

import re
from collections import Counter, OrderedDict
from dataclasses import dataclass
from itertools import repeat

import numpy as np

from hub.catalogue.search.normalise import normalised
from hub.opinion.issues.pieces import Pieces, common, pairs_of, triples_of

__all__ = ["ALIKE", "Window", "bare"]

ALIKE = 0.75  # Dice from which two texts are the same message
_RARE, _CHANCE = 10, 14  # pieces a text is kept under: its rarest, and some that chance picks
_ASKED_BY = 16  # pieces it is looked for by, those that fewest others are kept under
_MOST_HOLDERS = 64  # texts compared per piece, the newest
_MOST_COUNTED = 2_000_000
_SHORTEST = 4  # signs; below that only equal texts are the same
_READ = 300  # signs of a text that are compared
_LOOKED_AT = 2_000  # characters in which they are looked for
_MIX = np.uint64(0x9E3779B97F4A7C15)  # spreads numbers evenly (Fibonacci hashing)
_DECORATION = re.compile(
    r"@[\w\u4e00-\u9fff-]{1,30}|#[^#]{1,40}#|\[[\u4e00-\u9fff\w]{1,8}\]|https?://\S+"
)
_NO_SIGN = re.compile(r"[\W_]+")


def bare(text: str) -> str:
    """What is left of a text without form, script, punctuation, mentions, tags and emoji."""
    return _NO_SIGN.sub("", _DECORATION.sub("", normalised(text[:_LOOKED_AT])))[:_READ]


@dataclass(frozen=True, slots=True)
class _Held:
    plain: str
    pairs: Pieces
    pieces: tuple[int, ...]


class Window:
    """The newest `size` different texts, asked for what is like another."""

    def __init__(self, size: int = 50_000, alike: float = ALIKE) -> None:
        self._size = size
        self._alike = alike
        self._counts: Counter[int] = Counter()
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._holders: dict[int, list[str]] = {}
        self._equal: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._held)

    def place(self, own: str, text: str) -> str:
        """The id of the text that this one repeats; its own if it is new, which is then kept."""
        return self.place_bare(own, bare(text))

    def place_bare(self, own: str, plain: str) -> str:
        """The same of a text that `bare` has been through."""
        plain = plain[:_READ]
        known = self._equal.get(plain)
        if known is not None:
            return known
        pairs, pieces = np.unique(pairs_of(plain)), np.unique(triples_of(plain))
        found = self._like(pairs, pieces) if len(plain) >= _SHORTEST else None
        if found is not None:
            return found
        self._keep(own, plain, pairs, pieces)
        return own

    def _like(self, pairs: Pieces, pieces: Pieces) -> str | None:
        size = len(pairs)
        best, found = self._alike, None
        seen: set[str] = set()
        known = [(len(self._holders[p]), p) for p in pieces.tolist() if p in self._holders]
        for _, piece in sorted(known)[:_ASKED_BY]:
            for holder in reversed(self._holders[piece]):
                if holder in seen:
                    continue
                seen.add(holder)
                held = self._held[holder]
                if 2 * min(size, len(held.pairs)) < best * (size + len(held.pairs)):
                    continue  # too unlike in length to reach it
                alike = 2 * common(pairs, held.pairs) / (size + len(held.pairs))
                if alike >= best:
                    best, found = alike, holder
        return found

    def _chosen(self, pieces: Pieces) -> tuple[int, ...]:
        """Rare pieces are few texts'. In a copy with slips they may be the slips, which the next
        copy lacks: pieces picked by a checksum are the same in both."""
        own = pieces.tolist()
        counts = map(self._counts.get, own, repeat(0))
        rare = [piece for _, piece in sorted(zip(counts, own, strict=True))[:_RARE]]
        mixed = pieces.astype(np.uint64) * _MIX
        picked = pieces[np.argsort(mixed, kind="stable")[:_CHANCE]].tolist()
        return tuple(dict.fromkeys([*rare, *picked]))

    def _keep(self, own: str, plain: str, pairs: Pieces, pieces: Pieces) -> None:
        under = self._chosen(pieces)
        self._counts.update(pieces.tolist())
        if len(self._counts) > _MOST_COUNTED:
            self._counts = Counter({p: n for p, n in self._counts.items() if n > 1})
        self._held[own] = _Held(plain, pairs, under)
        self._equal[plain] = own
        for piece in under:
            holders = self._holders.setdefault(piece, [])
            holders.append(own)
            del holders[:-_MOST_HOLDERS]
        if len(self._held) > self._size:
            self._drop()

    def _drop(self) -> None:
        """Forget the oldest text."""
        gone, held = self._held.popitem(last=False)
        for piece in held.pieces:
            holders = [one for one in self._holders.get(piece, ()) if one != gone]
            if holders:
                self._holders[piece] = holders
            else:
                self._holders.pop(piece, None)
        if self._equal.get(held.plain) == gone:
            del self._equal[held.plain]
