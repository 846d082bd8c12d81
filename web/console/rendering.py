"""The console's templates: one sandboxed environment, the words of both languages beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from hub.kernel.errors import Words
from web.console.assets import assets

__all__ = ["environment", "words_of"]

_FOLDER = Path(__file__).resolve().parents[2] / "templates" / "console"


class _Environment(ImmutableSandboxedEnvironment):
    """The sandbox, which decides once for every type and attribute: its rules ask for nothing
    else, and a page of a list reads some thousand attributes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._decided: dict[tuple[type, str], bool] = {}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        key = (type(obj), attr)
        decided = self._decided.get(key)
        if decided is None:
            decided = self._decided[key] = super().is_safe_attribute(obj, attr, value)
        return decided


@cache
def environment(zone: str) -> ImmutableSandboxedEnvironment:
    """`zone` is that of every time that is shown."""
    made = _Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    local = ZoneInfo(zone)
    made.filters |= {
        "coded": lambda bodies: [(body.code, f"{body.name} {body.code}") for body in bodies],
        "day": lambda when: _day(when, local),
        "instant": datetime.fromisoformat,
        "moment": lambda when: when.astimezone(local).strftime("%Y-%m-%d %H:%M") if when else "",
        "machine_time": lambda when: when.astimezone(UTC).isoformat(timespec="seconds"),
        "named": lambda values: [(value, value) for value in values],
        "number": lambda value: f"{value:,}",
        "span": _span,
        "spoken": _spoken,
        "worded": _worded,
    }
    made.globals |= {"asset": _asset_address}
    return made


@cache
def words_of(language: str) -> Mapping[str, str]:
    """Every text of the interface in `zh` or `en`: `name`, and `area.name` for an area's own."""
    found: dict[str, str] = {}
    for file in sorted(_FOLDER.rglob("words.json")):
        area = "" if file.parent == _FOLDER else f"{file.parent.name}."
        table = json.loads(file.read_text("utf-8"))
        found |= {f"{area}{name}": told[language] for name, told in table.items()}
    return found


def _asset_address(name: str) -> str:
    """Where an asset is; empty while a package has not been brought."""
    found = assets().get(name)
    return f"/console{found.path}" if found else ""


def _day(when: date | datetime | None, zone: ZoneInfo) -> str:
    if when is None:
        return ""
    return (when.astimezone(zone) if isinstance(when, datetime) else when).isoformat()[:10]


@pass_context
def _span(context: Context, length: timedelta) -> str:
    """`3 天 4 小时`: the two greatest units of a length of time, without its sign."""
    english = context["taste"].language == "en"
    minutes = abs(int(length.total_seconds())) // 60
    days, hours, rest = minutes // 1_440, minutes % 1_440 // 60, minutes % 60
    units = (" d", " h", " min") if english else (" 天", " 小时", " 分钟")
    parts = [f"{n}{unit}" for n, unit in zip((days, hours, rest), units, strict=True) if n] or [
        f"0{units[2]}"
    ]
    return " ".join(parts[:2])


@pass_context
def _spoken(context: Context, options: Sequence[tuple[str, Words]]) -> list[tuple[str, str]]:
    """(value, words) as a choice takes them, in the reader's language."""
    return [(value, context["say"](words)) for value, words in options]


@pass_context
def _worded(context: Context, values: Sequence[str], prefix: str) -> list[tuple[str, str]]:
    """Values with the interface's own words for each, which begin with `prefix`."""
    return [(str(value), context["words"][f"{prefix}{value}"]) for value in values]
