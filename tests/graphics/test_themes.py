"""Every theme's texts have the contrast that WCAG 2.2 asks for (1.4.3, level AA)."""

from __future__ import annotations

import pytest

from graphics.fonts import shared_fonts
from graphics.icons import ICONS
from graphics.texts import themes

# Text on ground, as the templates set it.
PAIRS = [
    ("white", "main"), ("white", "light"), ("white", "deep"), ("white", "accent"),
    ("gold", "main"), ("gold", "light"), ("gold", "deep"),
    ("on_gold", "gold"), ("on_gold", "gold_deep"),
    ("ink", "paper"), ("ink", "tint"), ("ink", "ground"),
    ("muted", "paper"), ("muted", "tint"), ("muted", "ground"),
    ("accent", "paper"), ("accent", "tint"), ("accent", "ground"), ("deep", "ground"),
]  # fmt: skip


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_wcag_does() -> None:
    assert contrast("#ffffff", "#000000") == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


@pytest.mark.parametrize("theme", sorted(themes()))
def test_every_text_of_a_theme_can_be_read(theme: str) -> None:
    colours = {**themes()[theme], "white": "#ffffff"}
    low = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in PAIRS}
    assert {pair: ratio for pair, ratio in low.items() if ratio < 4.5} == {}


def test_the_contrast_theme_keeps_seven_to_one() -> None:
    colours = {**themes()["high-contrast"], "white": "#ffffff"}
    assert min(contrast(colours[a], colours[b]) for a, b in PAIRS) >= 7


def test_all_themes_have_the_same_colours() -> None:
    assert len({frozenset(theme) for theme in themes().values()}) == 1


def test_every_icon_is_in_the_font() -> None:
    families = {font.family for font in shared_fonts().fonts()}
    assert "Font Awesome 7 Free Solid" in families
    assert all(0xE000 <= int(code, 16) <= 0xF8FF for code in ICONS.values())
