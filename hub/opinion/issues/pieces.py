"""Pieces of texts as whole numbers: two or three signs side by side, each sign in 21 bits.

A message has some hundred pieces; as numbers they are cut, counted and compared by numpy all
together, and kept in a tenth of the room that texts would take.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Pieces", "common", "pairs_of", "text_of", "triples_of"]

Pieces = NDArray[np.int64]

_SIGN = 21  # bits of a sign
_MASK = (1 << _SIGN) - 1


def _codes(text: str) -> Pieces:
    raw = text.encode("utf-32-le", "surrogatepass")
    return np.frombuffer(raw, dtype="<u4").astype(np.int64)


def pairs_of(text: str) -> Pieces:
    """Every two signs side by side, in their order; none has the number of a triple."""
    codes = _codes(text)
    return (codes[:-1] << _SIGN) | codes[1:]


def triples_of(text: str) -> Pieces:
    codes = _codes(text)
    return (codes[:-2] << 2 * _SIGN) | (codes[1:-1] << _SIGN) | codes[2:]


def text_of(piece: int) -> str:
    """The signs of a pair or triple."""
    signs = (piece >> 2 * _SIGN, (piece >> _SIGN) & _MASK, piece & _MASK)
    return "".join(chr(sign) for sign in signs if sign)


def common(one: Pieces, other: Pieces) -> int:
    """How many pieces are in both; each is sorted and has every piece once."""
    if not len(one) or not len(other):
        return 0
    at = np.minimum(np.searchsorted(one, other), len(one) - 1)
    return int(np.count_nonzero(one[at] == other))
