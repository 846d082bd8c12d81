"""QR codes as SVG, for the typesetter."""

from __future__ import annotations

import io

import segno

__all__ = ["qr_code"]


def qr_code(link: str) -> str:
    """The QR code of `link`; a quarter of it may be hidden or dirty (error level Q)."""
    drawn = io.BytesIO()
    segno.make(link, micro=False, error="q").save(drawn, kind="svg", border=0, dark="#1a1a1a")
    return drawn.getvalue().decode()
