"""Charts of a brief as SVG: the same drawing stands in the web page, the document and the PDF."""

from __future__ import annotations

from html import escape

from hub.opinion.briefs.models import Cell, Series

__all__ = ["alternative", "chart", "width_of"]

_WIDE, _NARROW = 640, 420  # of days, and of bars, which stand two beside each other on a page
_LABEL, _VALUE = 136, 52  # room left of the bars and right of them
_ROW, _BAR = 30, 16
_HEIGHT, _TOP, _BOTTOM = 220, 24, 30
_BLUE, _PALE, _INK, _SOFT, _LINE = "#1d4f91", "#dfe7f2", "#222222", "#5b6470", "#c5ccd6"
_FONT = "Noto Sans SC, Microsoft YaHei, sans-serif"
_LONGEST = 9  # Chinese signs of a label
_CHINESE = 0x2E80
_LABELLED = 16
_FEW = "少于5"


def width_of(series: Series) -> int:
    """The drawing's width in its own units."""
    return _WIDE if series.form == "days" else _NARROW


def chart(series: Series) -> str:
    """The drawing of a series; its text is escaped."""
    return _days(series.cells) if series.form == "days" else _bars(series.cells)


def alternative(series: Series) -> str:
    """What the chart shows, in words, for those who do not see it."""
    told = "，".join(f"{cell.label} {_said(cell)}" for cell in series.cells)
    return f"{series.title}：{told}"


def _bars(cells: tuple[Cell, ...]) -> str:
    highest = max((cell.value or 0 for cell in cells), default=0) or 1
    room = _NARROW - _LABEL - _VALUE
    parts = []
    for row, cell in enumerate(cells):
        middle = row * _ROW + _ROW / 2
        length = round((cell.value or 0) / highest * room, 1)
        parts += [
            _text(_LABEL - 10, middle + 5, _short(cell.label), "end", _INK),
            _rect(_LABEL, middle - _BAR / 2, room, _BAR, _PALE),
            _rect(_LABEL, middle - _BAR / 2, length, _BAR, _BLUE),
            _text(_NARROW - _VALUE + 8, middle + 5, _said(cell), "start", _INK),
        ]
    return _whole(parts, _NARROW, max(1, len(cells)) * _ROW)


def _days(cells: tuple[Cell, ...]) -> str:
    highest = max((cell.value or 0 for cell in cells), default=0) or 1
    step = _WIDE / max(1, len(cells))
    base, room = _HEIGHT - _BOTTOM, _HEIGHT - _TOP - _BOTTOM
    every = -(-len(cells) // _LABELLED)  # of many days not each has room for its words
    parts = [_rect(0, base, _WIDE, 1, _LINE)]
    for place, cell in enumerate(cells):
        height = round((cell.value or 0) / highest * room, 1)
        left, middle = place * step + step * 0.18, (place + 0.5) * step
        parts.append(_rect(left, base - height, step * 0.64, height, _BLUE))
        if place % every == 0:
            parts += [
                _text(middle, base - height - 6, _said(cell), "middle", _INK),
                _text(middle, base + 20, cell.label, "middle", _SOFT),
            ]
    return _whole(parts, _WIDE, _HEIGHT)


def _said(cell: Cell) -> str:
    return _FEW if cell.value is None else str(cell.value)


def _short(label: str) -> str:
    """As much of it as has room; letters take half a Chinese sign's."""
    room = 2 * _LONGEST
    for place, sign in enumerate(label):
        room -= 1 if ord(sign) < _CHINESE else 2
        if room < 0:
            return label[: max(1, place - 1)] + "…"
    return label


def _rect(x: float, y: float, width: float, height: float, fill: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"/>'
    )


def _text(x: float, y: float, text: str, anchor: str, fill: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}">{escape(text)}</text>'
    )


def _whole(parts: list[str], width: int, height: float) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" '
        f'font-family="{_FONT}" font-size="13" role="img">{"".join(parts)}</svg>'
    )
