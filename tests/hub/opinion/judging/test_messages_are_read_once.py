"""The quick reading of a message for judging says what the plain count of its grams says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.opinion.judging.features import CueSheet, Vocabulary, grams, plain, read
from hub.opinion.judging.taxonomy import topic_labels

_SAID = [e for label in topic_labels().labels for e in label.examples][:40]
_VOCABULARY = Vocabulary.learned([grams(plain(text), plain(text)) for text in _SAID])
_SHEET = CueSheet(topic_labels())
_TEXTS = st.one_of(
    st.sampled_from(_SAID),
    st.text(max_size=30),
    st.text(alphabet="路灯坏了停水，A3区~", max_size=30),
)


@given(_TEXTS, _TEXTS)
def test_places_and_values_are_those_of_the_grams(title: str, text: str) -> None:
    places, values = _VOCABULARY.vector(grams(plain(title), plain(text)))
    at, held = _VOCABULARY.located(read(title, text))
    assert dict(zip(at.tolist(), held.tolist(), strict=True)) == pytest.approx(
        dict(zip(places, values, strict=True))
    )


@given(_TEXTS, _TEXTS)
def test_no_cue_that_occurs_is_passed_over(title: str, text: str) -> None:
    _, words = _SHEET.scores(read(title, text))
    whole = (plain(title), plain(text))
    due = {
        (number, plain(cue))
        for number, label in enumerate(topic_labels().labels)
        for cue in label.cues
        if any(plain(cue) in part for part in whole)
    }
    assert {(number, cue) for number, said in enumerate(words) for _, cue in said} == due


def test_an_empty_vocabulary_finds_nothing() -> None:
    at, held = Vocabulary([]).located(read("路灯", "坏了"))
    assert (len(at), len(held)) == (0, 0)
