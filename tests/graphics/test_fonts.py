"""The fonts that ship with us."""

from __future__ import annotations

import pytest

from graphics.errors import MissingGlyph
from graphics.fonts import FAMILIES, refuse_missing, shared_fonts


def test_no_system_font_is_in_the_book():
    fonts = shared_fonts().fonts()
    assert {font.family for font in fonts} >= set(FAMILIES)
    assert all("rendercv_fonts" in font.path for font in fonts)


def test_every_character_of_gb_2312_can_be_drawn():
    rows = (bytes((high, low)) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF))
    hanzi = b"".join(rows).decode("gb2312", "ignore")
    assert len(hanzi) == 6763
    refuse_missing("title", hanzi)


def test_a_missing_character_is_named_with_its_field():
    with pytest.raises(MissingGlyph, match=r"U\+FFFFE") as caught:
        refuse_missing("doc_no", "号\U000ffffe")
    assert caught.value.field == "doc_no"
