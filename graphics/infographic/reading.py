"""From JSON to an infographic: every error names the place as a path, and the remedy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from graphics.fonts import refuse_missing
from graphics.icons import ICONS
from graphics.infographic.models import Chart, Footer, Hero, InfographicSpec, Section, plain
from graphics.texts import refuse_unknown_theme
from hub.kernel.errors import InvalidInput, Words

__all__ = ["MAX_BYTES", "check", "check_parts", "json_schema", "read", "texts"]

MAX_BYTES = 256 * 1024  # of the JSON; the limits of the texts add up to less than half of it
_DEEPEST = 8
_MOST_SLICES = 8  # of a donut: more cannot be told apart
_NOT_SHOWN = frozenset({"kind", "theme", "icon", "form", "url", "ref"})
_PLACE = re.compile(r"^(?P<what>.*?)(?: - at `\$\.?(?P<path>.*)`)?$", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# What msgspec says, the same in Chinese, and what to do: the first row that matches.
_SAID: tuple[tuple[str, str, Words], ...] = (
    (
        r"Expected `\w+` of length <= (\d+)",
        r"超过 \1（字数或项数）",
        Words(r"缩短到 \1 以内，或拆开", r"shorten it to \1, or split it"),
    ),
    (
        r"Expected `\w+` of length >= (\d+)",
        r"少于 \1（字数或项数）",
        Words(r"至少 \1，或删去此部分", r"give at least \1, or leave the part out"),
    ),
    (
        r"Object missing required field `(.+)`",
        r"缺少“\1”",
        Words(r"补上“\1”", r"supply '\1'"),
    ),
    (
        r"Object contains unknown field `(.+)`",
        r"没有“\1”这一项",
        Words(
            "删去，或改正拼写（gongkai graphic schema）",
            "remove it or mend its spelling (gongkai graphic schema)",
        ),
    ),
    (
        r"Expected `(\w+)`, got `(\w+)`",
        r"应为 \1，却是 \2",
        Words(r"改为 \1", r"write a JSON \1"),
    ),
    (
        r"Expected `str` matching regex '\^https.*",
        "不是网址",
        Words("写完整的 http(s) 网址", "write the whole http(s) address"),
    ),
    (
        r"Expected `str` matching regex '\^\((.+)\)\$'",
        r"只能是 \1 之一",
        Words(r"改为 \1 之一", r"write one of \1"),
    ),
    (
        r"Expected `str` matching regex.*",
        "只有空白",
        Words("写上内容", "write something"),
    ),
    (
        r"Invalid value '(.+)'",
        r"没有“\1”这一种",
        Words("见 gongkai graphic schema", "see gongkai graphic schema"),
    ),
)
_OTHER = Words("改正这一项（gongkai graphic schema）", "mend it (gongkai graphic schema)")


def read(data: bytes | str | dict[str, Any]) -> InfographicSpec:
    """The infographic in `data`: JSON, or what JSON decodes to; everything in it can be drawn.

    Raises InvalidInput, MissingGlyph or TextTooLong with the path of what is wrong as field:
    `sections[2].items[0].value`.
    """
    spec = _converted(data if isinstance(data, dict) else _decoded(data))
    check(spec)
    return spec


def check(spec: InfographicSpec) -> None:
    """Raise for what the types cannot say: themes, icons, characters, charts that do not add up."""
    refuse_unknown_theme(spec.theme)
    for path, text in texts(spec):
        if _CONTROL.search(text):
            raise InvalidInput(
                Words("含有换行或控制字符", "holds a line break or control character"),
                field=path,
                remedy=Words("删去，或分成几项", "remove it, or make several items"),
            )
        refuse_missing(path, text)
    for path, icon in _strings(plain(spec), "", {"icon"}):
        _known_icon(path, icon)
    for index, section in enumerate(spec.sections):
        if isinstance(section, Chart):
            _drawable(f"sections[{index}]", section)


def check_parts(raw: Mapping[str, Any]) -> Iterator[InvalidInput]:
    """The first fault of the head, of every section and of the footer, each by itself: for a form
    that says beside every field what is wrong. What only the whole shows `read` tells."""
    sections = raw.get("sections")
    parts: list[tuple[str, Any, Any]] = [("hero", raw.get("hero"), Hero)]
    if isinstance(sections, list):
        parts += [(f"sections[{n}]", one, Section) for n, one in enumerate(sections)]
    if "footer" in raw:
        parts.append(("footer", raw["footer"], Footer))
    for path, value, kind in parts:
        try:
            msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            fault = _explained(str(error))
            at = "" if fault.field == "file" else f".{fault.field}"
            yield InvalidInput(fault.words, field=f"{path}{at}", remedy=fault.remedy)


def texts(spec: InfographicSpec) -> Iterator[tuple[str, str]]:
    """Every text that is shown, in the order of the picture, with its path."""
    yield from _strings(plain(spec.hero), "hero", None)
    for index, section in enumerate(spec.sections):
        yield from _strings(plain(section), f"sections[{index}]", None)
    yield from _strings(plain(spec.footer), "footer", None)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of an infographic."""
    schema = msgspec.json.schema(InfographicSpec)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _decoded(data: bytes | str) -> Any:
    if len(data) > MAX_BYTES:
        raise InvalidInput(
            Words(f"超过 {MAX_BYTES // 1024} KB", f"more than {MAX_BYTES // 1024} KB"),
            field="file",
            remedy=Words("只留要画的内容", "keep what shall be drawn"),
        )
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(
            Words(f"不是 JSON：{error}", f"not JSON: {error}"),
            field="file",
            remedy=Words("用 UTF-8 保存合法的 JSON", "save valid JSON as UTF-8"),
        ) from error


def _converted(raw: Any) -> InfographicSpec:
    try:
        return msgspec.convert(raw, InfographicSpec)
    except msgspec.ValidationError as error:
        raise _explained(str(error)) from error


def _explained(said: str) -> InvalidInput:
    """msgspec's words as ours: the path as field, the sentence in both languages, a remedy."""
    found = _PLACE.match(said)
    what, path = (found["what"], found["path"] or "") if found else (said, "")
    for pattern, zh, remedy in _SAID:
        match = re.match(pattern, what, re.DOTALL)
        if match:
            advice = Words(match.expand(remedy.zh), match.expand(remedy.en))
            return InvalidInput(
                Words(match.expand(zh), what), field=_whole(path, what), remedy=advice
            )
    return InvalidInput(Words(f"不合要求：{what}", what), field=path or "file", remedy=_OTHER)


def _whole(path: str, what: str) -> str:
    """The path with the name of the field that is missing or unknown at its end."""
    named = re.match(r"Object (?:missing required|contains unknown) field `(.+)`", what)
    return ".".join(filter(None, (path, named[1] if named else ""))) or "file"


def _strings(value: Any, path: str, only: set[str] | None) -> Iterator[tuple[str, str]]:
    """The texts in `value` with their paths; `only` those under the given names, or all shown."""
    if isinstance(value, dict):
        for name, inner in value.items():
            at = f"{path}.{name}" if path else name
            if isinstance(inner, str):
                if inner and (name in only if only else name not in _NOT_SHOWN):
                    yield at, inner
            elif only or name not in _NOT_SHOWN:
                yield from _strings(inner, at, only)
    elif isinstance(value, (list, tuple)):
        for index, inner in enumerate(value):
            at = f"{path}[{index}]"
            if isinstance(inner, str) and not only:
                yield at, inner
            else:
                yield from _strings(inner, at, only)


def _known_icon(path: str, icon: str) -> None:
    if icon not in ICONS:
        raise InvalidInput(
            Words(f"没有图标“{icon}”", f"no icon '{icon}'"),
            field=path,
            remedy=Words("见 templates/graphics/icons.json", "see templates/graphics/icons.json"),
        )


def _drawable(path: str, chart: Chart) -> None:
    """A chart has one number per label; a donut one series of few positive numbers."""
    for index, series in enumerate(chart.series):
        if len(series.values) != len(chart.labels):
            count = f"{len(series.values)} ≠ {len(chart.labels)}"
            raise InvalidInput(
                Words(f"数据与标签个数不同：{count}", f"as many values as labels: {count}"),
                field=f"{path}.series[{index}].values",
                remedy=Words("每个标签一个数", "one number per label"),
            )
        if len(chart.series) > 1 and not series.name:
            raise InvalidInput(
                Words("多个数列须有名称", "several series need names"),
                field=f"{path}.series[{index}].name",
                remedy=Words("补上名称", "name it"),
            )
    if chart.form == "line" and len(chart.labels) < 2:
        raise _few(path)
    if chart.form in {"bar", "donut"} and len(chart.series) > 1:
        raise InvalidInput(
            Words("这种图只能有一个数列", "this form shows one series"),
            field=f"{path}.series",
            remedy=Words("改用 column 或 line", "use column or line"),
        )
    if chart.form == "donut":
        _shares(path, chart)


def _few(path: str) -> InvalidInput:
    return InvalidInput(
        Words("折线至少要两个点", "a line needs two points"),
        field=f"{path}.labels",
        remedy=Words("改用 column", "use column"),
    )


def _shares(path: str, chart: Chart) -> None:
    values = chart.series[0].values
    if len(values) > _MOST_SLICES:
        raise InvalidInput(
            Words(f"环形图多于 {_MOST_SLICES} 份", f"more than {_MOST_SLICES} shares"),
            field=f"{path}.labels",
            remedy=Words("把小的合为“其他”，或改用 bar", "join the small ones, or use bar"),
        )
    for index, value in enumerate(values):
        if value <= 0:
            raise InvalidInput(
                Words("环形图的数须大于零", "a share is greater than zero"),
                field=f"{path}.series[0].values[{index}]",
                remedy=Words("改用 bar 或 column", "use bar or column"),
            )
