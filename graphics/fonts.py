"""The fonts that ship with us as a package, and which characters they can draw.

System fonts are never used: the same data must give the same bytes on every machine. The
typesetter draws an empty box for a missing character without a warning, so we look first.
"""

from __future__ import annotations

import struct
from functools import cache
from importlib import resources
from pathlib import Path

import typst

from graphics.errors import MissingGlyph
from hub.kernel.errors import Misconfigured, Words

__all__ = ["FAMILIES", "refuse_missing", "shared_fonts", "with_boxes"]

# As templates/graphics names them.
FAMILIES = ("Noto Sans SC", "Noto Sans", "Font Awesome 7 Free Solid")
_FOLDER = "Noto Sans"
_ICONS = "Font Awesome 7"
_FILES = (
    ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf"),
    ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
)
_SPACE = frozenset(map(ord, " \n\u3000\u00a0"))


@cache
def shared_fonts() -> typst.Fonts:
    """The one font book for all drawings; raises Misconfigured when a family is missing."""
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(_folder()), str(_folder(_ICONS))],
    )
    missing = set(FAMILIES) - set(fonts.families())
    if missing:
        raise Misconfigured(
            Words(f"缺少字体 {missing}", f"fonts are missing: {missing}"),
            field="fonts",
            remedy=Words("重新安装 rendercv-fonts", "reinstall rendercv-fonts"),
        )
    return fonts


def refuse_missing(field: str, text: str) -> None:
    """Raise MissingGlyph naming the characters of `text` that no font of ours can draw."""
    missing = sorted(set(map(ord, text)) - _drawable() - _SPACE)
    if not missing:
        return
    shown = ", ".join(f"U+{code:04X}" for code in missing[:8])
    raise MissingGlyph(
        Words(f"字体中没有这些字符：{shown}", f"the fonts lack these characters: {shown}"),
        field=field,
        remedy=Words("删除或替换这些字符", "remove or replace them"),
    )


def with_boxes(text: str) -> str:
    """`text` with a box for each character that no font of ours can draw: of what citizens write
    nothing is refused for an emoji."""
    known = _drawable() | _SPACE
    return "".join(sign if ord(sign) in known else "□" for sign in text)


@cache
def _drawable() -> frozenset[int]:
    """The code points that at least one family has in both weights."""
    families = [
        frozenset.intersection(*(_code_points((_folder() / name).read_bytes()) for name in files))
        for files in _FILES
    ]
    return frozenset().union(*families)


def _folder(name: str = _FOLDER) -> Path:
    return Path(str(resources.files("rendercv_fonts").joinpath(name)))


def _code_points(font: bytes) -> frozenset[int]:
    """The code points of a TrueType font's best character map (OpenType 1.9, table cmap)."""
    table = _table(font, b"cmap")
    count = struct.unpack_from(">H", table, 2)[0]
    records = [struct.unpack_from(">HHL", table, 4 + 8 * i) for i in range(count)]
    for platform, encoding, offset in sorted(records, reverse=True):
        form = struct.unpack_from(">H", table, offset)[0]
        if (platform, encoding) in {(3, 10), (0, 4), (0, 6)} and form == 12:
            return _of_format_12(table[offset:])
    for _, _, offset in records:
        if struct.unpack_from(">H", table, offset)[0] == 4:
            return _of_format_4(table[offset:])
    return frozenset()


def _table(font: bytes, tag: bytes) -> bytes:
    count = struct.unpack_from(">H", font, 4)[0]
    for i in range(count):
        name, _, offset, length = struct.unpack_from(">4sLLL", font, 12 + 16 * i)
        if name == tag:
            return font[offset : offset + length]
    return b"\0" * 4


def _of_format_12(table: bytes) -> frozenset[int]:
    count = struct.unpack_from(">L", table, 12)[0]
    groups = (struct.unpack_from(">LLL", table, 16 + 12 * i) for i in range(count))
    return frozenset(code for start, end, _ in groups for code in range(start, end + 1))


def _of_format_4(table: bytes) -> frozenset[int]:
    """Segments; a segment's code may still map to no glyph, which none of our fonts has."""
    count = struct.unpack_from(">H", table, 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", table, 14)
    starts = struct.unpack_from(f">{count}H", table, 16 + 2 * count)
    pairs = zip(starts, ends, strict=True)
    return frozenset(code for start, end in pairs for code in range(start, end + 1)) - {0xFFFF}
