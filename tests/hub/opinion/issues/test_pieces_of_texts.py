"""Pieces as numbers: each can be read back, and common ones are counted as sets would."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hub.opinion.issues.pieces import common, pairs_of, text_of, triples_of

# signs as `bare` leaves them: no NUL, which stands for "no sign"
_TEXTS = st.text(st.characters(min_codepoint=1), max_size=40)


@given(_TEXTS)
def test_a_piece_is_the_signs_that_stand_side_by_side(text: str) -> None:
    assert [text_of(one) for one in pairs_of(text).tolist()] == [
        text[n : n + 2] for n in range(len(text) - 1)
    ]
    assert [text_of(one) for one in triples_of(text).tolist()] == [
        text[n : n + 3] for n in range(len(text) - 2)
    ]


@given(_TEXTS, _TEXTS)
def test_common_pieces_are_those_of_both(one: str, other: str) -> None:
    left, right = np.unique(pairs_of(one)), np.unique(pairs_of(other))
    assert common(left, right) == len(set(left.tolist()) & set(right.tolist()))
