"""What can go wrong while drawing.

GongkaiError
├── InvalidInput
│   ├── TextTooLong    does not fit even at the smallest size
│   └── MissingGlyph   a character that our fonts lack
└── Unavailable
    ├── DrawingFailed  the typesetter gave up, was too slow, or the picture is too large
    └── StillDrawing   it takes longer than somebody waits, and goes on
"""

from __future__ import annotations

from hub.kernel.errors import InvalidInput, Unavailable

__all__ = ["DrawingFailed", "MissingGlyph", "StillDrawing", "TextTooLong"]


class TextTooLong(InvalidInput):
    code = "text-too-long"


class MissingGlyph(InvalidInput):
    code = "missing-glyph"


class DrawingFailed(Unavailable):
    code = "drawing-failed"


class StillDrawing(Unavailable):
    code = "still-drawing"
